package finding

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
)

func readSARIF(t *testing.T, list ...Finding) sarifRun {
	t.Helper()
	var log sarifLog
	decoder := json.NewDecoder(strings.NewReader(write(t, "sarif", list...)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name != "retryctl" {
		t.Fatalf("the log is %+v", log)
	}
	return log.Runs[0]
}

func TestSARIFHasEmptyListsWhenThereIsNothing(t *testing.T) {
	raw := write(t, "sarif")
	if !strings.Contains(raw, `"results": []`) || !strings.Contains(raw, `"rules": []`) {
		t.Fatal(raw)
	}
}

func TestSARIFTellsARunThatCouldNotBeDoneFromResults(t *testing.T) {
	run := readSARIF(t, backoff, Finding{Code: NotDone, Severity: Error, Message: "no such file"})
	if call := run.Invocations[0]; len(run.Results) != 1 || call.Successful || len(call.Notifications) != 1 || call.Notifications[0].Message.Text != "no such file" {
		t.Errorf("%+v", run)
	}
	if call := readSARIF(t, backoff).Invocations[0]; !call.Successful || call.Notifications != nil {
		t.Errorf("%+v", call)
	}
}

func TestSARIFHasARuleForEachCodeInUse(t *testing.T) {
	run := readSARIF(t, backoff, Finding{Code: Syntax, Severity: Error, Message: "m"}, backoff)
	rules := run.Tool.Driver.Rules
	if len(rules) != 2 || rules[0].ID != "RT1001" || rules[1].ID != "RT2004" {
		t.Fatalf("rules %v", rules)
	}
	r := rules[1]
	if r.Name != "NotCarried" || r.Default.Level != "warning" || r.Short.Text != "Nothing in the gateway's configuration carries the wish." {
		t.Errorf("rule %+v", r)
	}
	if !strings.HasPrefix(r.Full.Text, "The policy sets") || strings.Contains(r.Full.Text, "\n") {
		t.Errorf("full description %q", r.Full.Text)
	}
	if !strings.Contains(r.Help.Text, "accept:") {
		t.Errorf("help %q", r.Help.Text)
	}
	for i, result := range run.Results {
		if got := rules[result.RuleIndex].ID; got != result.RuleID {
			t.Errorf("result %d is of %s and points to %s", i, result.RuleID, got)
		}
	}
}

func TestSARIFResultsSayWhereAndHowBad(t *testing.T) {
	for _, c := range []struct {
		in   Finding
		want string
	}{
		{backoff, `{"ruleId":"RT2004","ruleIndex":0,"level":"warning","message":{"text":"[kong] spec.backoff: Kong has nothing for it\nasked 100ms, gets no wait\nwhy: Kong sends the next try at once\ntry: accept it"},` +
			`"locations":[{"physicalLocation":{"artifactLocation":{"uri":"checkout.yaml"},"region":{"startLine":14,"startColumn":7}},"logicalLocations":[{"fullyQualifiedName":"RetryPolicy shop/checkout","kind":"resource"}]}]`},
		{Finding{Code: Assumed, Severity: Note, Message: "m", File: "a.yaml"}, `{"ruleId":"RT3006","ruleIndex":0,"level":"note","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.yaml"}}}]`},
		{Finding{Code: NoTarget, Severity: Error, Message: "m"}, `{"ruleId":"RT3001","ruleIndex":0,"level":"error","message":{"text":"m"}`},
	} {
		result := readSARIF(t, c.in).Results[0]
		result.Fingerprints = nil
		raw, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if want := c.want + `,"partialFingerprints":null}`; string(raw) != want {
			t.Errorf("got\n%s\nwant\n%s", raw, want)
		}
	}
}

func TestSARIFFilesAreURIs(t *testing.T) {
	for file, want := range map[string]string{
		"a.yaml":            "a.yaml",
		"./dir/a.yaml":      "dir/a.yaml",
		`dir\sub\a.yaml`:    "dir/sub/a.yaml",
		"my policies/a#1?%": "my%20policies/a%231%3F%25",
		"a:b.yaml":          "./a:b.yaml",
		"/etc/a.yaml":       "file:///etc/a.yaml",
		`C:\work\a.yaml`:    "file:///C:/work/a.yaml",
		"<stdin>":           "%3Cstdin%3E",
	} {
		got := uri(file)
		if got != want {
			t.Errorf("%q is %q, want %q", file, got, want)
		}
		if _, err := url.Parse(got); err != nil {
			t.Errorf("%q: %v", got, err)
		}
	}
}

func TestFingerprintsOutliveMovedLinesAndNewWords(t *testing.T) {
	moved := backoff
	moved.Line, moved.Column, moved.Message, moved.Reason = 99, 1, "other words", ""
	other := backoff
	other.Gateway = "traefik"
	run := readSARIF(t, backoff, other, backoff)
	before := run.Results[0].Fingerprints["finding/v1"]
	if before == "" || before != readSARIF(t, moved).Results[0].Fingerprints["finding/v1"] {
		t.Error("the fingerprint moved with the line or the words")
	}
	if before == run.Results[1].Fingerprints["finding/v1"] || before == run.Results[2].Fingerprints["finding/v1"] {
		t.Error("two findings share a fingerprint")
	}
}

func readJUnit(t *testing.T, list ...Finding) junitSuites {
	t.Helper()
	var suites junitSuites
	if err := xml.Unmarshal([]byte(write(t, "junit", list...)), &suites); err != nil {
		t.Fatal(err)
	}
	return suites
}

func TestJUnitCountsAndFailsOnlyErrors(t *testing.T) {
	suites := readJUnit(t,
		backoff,
		Finding{Code: Assumed, Severity: Note, Message: "a note"},
		Finding{Code: BadValue, Severity: Error, Message: "999 is too much", Field: "spec.maxRetries", File: "a.yaml", Line: 4, Column: 2, Hint: Do("less")},
	)
	s := suites.Suite
	if s.Tests != 3 || s.Failures != 1 || s.Errors != 0 || suites.Tests != 3 || suites.Failures != 1 || len(s.Cases) != 3 {
		t.Fatalf("counted %+v", suites)
	}
	warning, note, failed := s.Cases[0], s.Cases[1], s.Cases[2]
	if warning.Failure != nil || warning.Class != "retryctl.kong" || warning.Name != "RT2004 checkout.yaml:14:7 spec.backoff" ||
		!strings.HasPrefix(warning.Output, "warning: [kong] spec.backoff: Kong has nothing for it\nasked 100ms") {
		t.Errorf("the warning is %+v", warning)
	}
	if note.Failure != nil || note.Output != "note: a note" || note.Name != "RT3006" {
		t.Errorf("the note is %+v", note)
	}
	if failed.Failure == nil || failed.Failure.Type != "RT1004" || failed.Failure.Message != "spec.maxRetries: 999 is too much" ||
		failed.Failure.Text != "spec.maxRetries: 999 is too much\ntry: less" || failed.Output != "" || failed.File != "a.yaml" || failed.Line != 4 {
		t.Errorf("the error is %+v %+v", failed, failed.Failure)
	}
}

func TestJUnitOfNothingIsAnEmptySuite(t *testing.T) {
	if s := readJUnit(t).Suite; s.Tests != 0 || len(s.Cases) != 0 || s.Name != "retryctl" {
		t.Fatalf("got %+v", s)
	}
}
