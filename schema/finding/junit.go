package finding

import (
	"encoding/xml"
	"io"
	"strings"
)

// The part of JUnit's XML that findings need.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit prints a test case for each finding; errors are its failures.
func writeJUnit(w io.Writer, list List) error {
	suite := junitSuite{Name: "retryctl", Tests: len(list), Failures: list.Count(Error)}
	for _, f := range list {
		text := clean(f.place()) + f.subject() + clean(f.Message)
		if details := f.details(); len(details) > 0 {
			text += "\n" + strings.Join(details, "\n")
		}
		c := junitCase{Name: string(f.Code) + " " + f.subject() + clean(f.Message), Class: clean(f.Object)}
		if f.Severity == Error {
			c.Failure = &junitFailure{clean(f.Message), string(f.Code), text}
		} else {
			c.Output = string(f.Severity) + ": " + text
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Tests: suite.Tests, Failures: suite.Failures, Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
