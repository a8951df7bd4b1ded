package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// troubleIn gives the messages of the findings in a report about runs that could
// not be done, and the number of others.
func troubleIn(t *testing.T, file string) (messages []string, others int) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var findings []struct{ Code, Severity, Message string }
	if err := json.Unmarshal(raw, &findings); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	for _, f := range findings {
		if f.Code != "RT1011" {
			others++
			continue
		}
		if f.Severity != "error" {
			t.Errorf("%q is no error but a %s", f.Message, f.Severity)
		}
		messages = append(messages, f.Message)
	}
	return messages, others
}

// TestARunThatCannotBeDoneSaysSoInItsReport has the report of an earlier run lie
// there: whoever reads it must not take that for this run's.
func TestARunThatCannotBeDoneSaysSoInItsReport(t *testing.T) {
	given := write(t, "policy.yaml", policy)
	for _, c := range []struct {
		about, stdin string
		args         []string // REPORT stands for the file
		says         string
	}{
		{"a file that is not there", "", []string{"translate", "-f", "nowhere.yaml", "--report", "REPORT"}, "read nowhere.yaml: no such file or directory"},
		{"the same with every command", "", []string{"validate", "nowhere.yaml", "--report", "REPORT"}, "read nowhere.yaml: no such file or directory"},
		{"and that", "", []string{"explain", "-f", "nowhere.yaml", "--report", "REPORT"}, "read nowhere.yaml: no such file or directory"},
		{"and that", "", []string{"diff", "nowhere.yaml", given, "--report", "REPORT"}, "read nowhere.yaml: no such file or directory"},
		{"a function without a list", policy, []string{"fn", "--to", "kong", "--report", "REPORT"}, "a ResourceList is wanted on standard input"},
		{"a function without targets", listOf(policy), []string{"fn", "--report", "REPORT"}, "no targets for RetryPolicy shop/api: give --to"},
		{"no policy", "", []string{"translate", "-f", "-", "--report", "REPORT"}, "no RetryPolicy in the input"},
		{"a target that is unknown", "", []string{"translate", "-f", given, "--to", "nginx", "--report", "REPORT"}, `read target "nginx"`},
		{"a flag that is unknown", "", []string{"translate", "-f", given, "--report=REPORT", "--nonsense"}, "unknown flag: --nonsense"},
		{"a flag that is unknown, before the report's", "", []string{"fn", "--nonsense", "--report", "REPORT"}, "unknown flag: --nonsense"},
		{"a wrong word, before the report's flag", "", []string{"translate", "-o", "html", "--report", "REPORT"}, "one of yaml, json, kustomize is wanted"},
		{"too many arguments", "", []string{"fn", "more", "--report", "REPORT"}, `unknown command "more" for "retryctl fn"`},
	} {
		report := write(t, "report.json", "[{\"code\": \"RT2004\", \"severity\": \"warning\", \"message\": \"of an earlier run\"}]\n")
		var complaints bytes.Buffer
		args := strings.Split(strings.ReplaceAll(strings.Join(c.args, "\n"), "REPORT", report), "\n")
		status := Main(t.Context(), args, Streams{In: strings.NewReader(c.stdin), Out: io.Discard, Err: &complaints})
		messages, others := troubleIn(t, report)
		if status != Trouble || len(messages) != 1 || !strings.Contains(messages[0], c.says) || others > 0 {
			t.Errorf("%s: status %d, the report says %q and has %d other findings", c.about, status, messages, others)
		}
		if n := strings.Count(complaints.String(), "\n"); n != 1 || !strings.Contains(complaints.String(), c.says) {
			t.Errorf("%s: it says\n%s", c.about, complaints.String())
		}
	}
}

func TestTroubleGoesToTheReportOfTheEnvironment(t *testing.T) {
	for _, args := range [][]string{{"translate", "-f", "nowhere.yaml"}, {"tranlsate"}, {"fn", "--nonsense"}} {
		report := write(t, "report.json", "[]\n")
		status := Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Report: report})
		if messages, _ := troubleIn(t, report); status != Trouble || len(messages) != 1 {
			t.Errorf("%v: status %d, the report says %q", args, status, messages)
		}
	}
}

// TestWhatHappensAfterTheFindingsIsInTheReportToo has the output fail and a run be
// interrupted when the report has been written.
func TestWhatHappensAfterTheFindingsIsInTheReportToo(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.json")
	args := []string{"translate", "-f", "-", "--to", "envoy-gateway", "--report", report}
	status := Main(t.Context(), args, Streams{In: strings.NewReader(policy), Out: failing(syscall.ENOSPC), Err: io.Discard})
	messages, others := troubleIn(t, report)
	if status != Trouble || len(messages) != 1 || messages[0] != "write output: no space left on device" || others == 0 {
		t.Errorf("status %d, the report says %q and has %d other findings", status, messages, others)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status = Main(ctx, args, Streams{In: strings.NewReader(policy), Out: io.Discard, Err: io.Discard})
	if messages, _ := troubleIn(t, report); status != Trouble || len(messages) != 1 || messages[0] != "interrupted" {
		t.Errorf("status %d, the report says %q", status, messages)
	}
}

func TestATextThatCannotBeReadIsInTheReportOnce(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.json")
	status := Main(t.Context(), []string{"translate", "-f", "-", "--report", report}, Streams{In: strings.NewReader("a: ["), Out: io.Discard, Err: io.Discard})
	if messages, others := troubleIn(t, report); status != Trouble || len(messages) != 0 || others != 1 {
		t.Errorf("status %d, %q and %d other findings", status, messages, others)
	}
}

func TestAReportThatCannotBeWrittenIsSaidOnce(t *testing.T) {
	_, complaints, status := runIn(t, "validate", "-f", write(t, "p.yaml", policy), "--report", t.TempDir())
	if status != Trouble || strings.Count(complaints, "\n") != 1 || !strings.Contains(complaints, "is a directory") {
		t.Errorf("status %d, and it says\n%s", status, complaints)
	}
}
