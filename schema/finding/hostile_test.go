package finding

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"retryctl.dev/schema/manifest"
)

func TestNoWriterPassesHostileTextOn(t *testing.T) {
	harmless(t, hostile())
}

func FuzzWrite(f *testing.F) {
	f.Add("kong", "spec.backoff", "a message", "a.yaml", 3, true)
	f.Add(nasty, nasty, nasty, nasty, -1, false)
	f.Add("::", "##[error]", "%0A%25", "a,b:c", 0, true)
	f.Add("\u2029\u0085", "\ufffe\uffff", "\ud7ff\xed\xa0\x80", `\\host\a`, 1<<30, false)
	f.Fuzz(func(t *testing.T, gateway, field, message, file string, line int, isError bool) {
		one := Finding{
			Code: OtherNumbers, Severity: Warning, Gateway: gateway, Field: field, Object: manifest.ID{Kind: message, Namespace: field, Name: file}, Want: field, Got: gateway,
			Message: message, Reason: message, Hint: Do(field), File: file, Line: line, Column: line,
		}
		if isError {
			one.Severity = Error
		}
		harmless(t, one)
	})
}

// harmless writes a finding twice in every form and holds the output to what no
// text of a policy may break.
func harmless(t *testing.T, one Finding) {
	for _, format := range Formats() {
		out := write(t, format, one, one)
		if !utf8.ValidString(out) {
			t.Errorf("%s: not UTF-8: %q", format, out)
		}
		for _, r := range out {
			if r != '\n' && !unicode.IsPrint(r) && format != "junit" || r == '\x1b' {
				t.Errorf("%s: %q in %q", format, r, out)
			}
		}
		if !strings.HasSuffix(out, "\n") {
			t.Errorf("%s: the last line does not end", format)
		}
	}
	if got, want := strings.Count(write(t, "text", one), "\n"), 1+len(one.details()); got != want {
		t.Errorf("text has %d lines, want %d", got, want)
	}
	for i, line := range strings.Split(strings.TrimSuffix(write(t, "text", one), "\n"), "\n") {
		if i > 0 && !strings.HasPrefix(line, "    ") {
			t.Errorf("line %d of a finding begins like another finding: %q", i, line)
		}
	}
	if got := write(t, "github", one); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "::") {
		t.Errorf("github: not one line: %q", got)
	}
	var list List
	if err := json.Unmarshal([]byte(write(t, "json", one)), &list); err != nil || len(list) != 1 {
		t.Errorf("json: %v", err)
	}
	if utf8.ValidString(one.Message) && list[0].Message != one.Message {
		t.Errorf("json: %q became %q", one.Message, list[0].Message)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(write(t, "sarif", one)), &log); err != nil || len(log.Runs[0].Results) != 1 {
		t.Errorf("sarif: %v", err)
	}
	var suites junitSuites
	if err := xml.Unmarshal([]byte(write(t, "junit", one)), &suites); err != nil || len(suites.Suite.Cases) != 1 {
		t.Errorf("junit: %v", err)
	}
	properties, _, _ := strings.Cut(strings.TrimPrefix(write(t, "github", one), "::"), "::")
	if n := strings.Count(properties, "="); n > 4+strings.Count(one.File, "=") {
		t.Errorf("github: %d properties in %q", n, properties)
	}
}
