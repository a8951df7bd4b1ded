package finding

import (
	"encoding/xml"
	"io"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit prints one test case for each finding. Only errors fail: a system
// that shows test results has no third state for a warning.
func writeJUnit(w io.Writer, list List) error {
	suite := junitSuite{Name: "retryctl", Tests: len(list), Failures: list.Count(Error)}
	for _, f := range list {
		suite.Cases = append(suite.Cases, testCase(f))
	}
	raw, err := xml.MarshalIndent(junitSuites{Tests: suite.Tests, Failures: suite.Failures, Suite: suite}, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(raw)+"\n")
	return err
}

func testCase(f Finding) junitCase {
	name := clean(string(f.Code))
	for _, part := range []string{f.position(), clean(f.Field)} {
		if part != "" {
			name += " " + part
		}
	}
	c := junitCase{Class: "retryctl", Name: name, File: clean(f.File), Line: max(f.Line, 0)}
	if f.Gateway != "" {
		c.Class += "." + clean(f.Gateway)
	}
	text := strings.Join(append([]string{f.headline()}, f.details()...), "\n")
	if f.Severity == Error {
		c.Failure = &junitFailure{clean(string(f.Code)), f.headline(), text}
	} else {
		c.Output = clean(string(f.Severity)) + ": " + text
	}
	return c
}
