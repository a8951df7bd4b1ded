package cli

import (
	"bytes"
	"strings"
	"testing"
)

// printedBy gives what a program of some name prints.
func printedBy(t *testing.T, program string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if status := Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &out, Program: program}); status != Done {
		t.Fatalf("%s %q: status %d\n%s", program, args, status, out.String())
	}
	return out.String()
}

func TestAPluginOfKubectlSpeaksOfItselfAsKubectlDoes(t *testing.T) {
	for program, name := range map[string]string{
		"": "retryctl", "/usr/bin/retryctl": "retryctl", "retryctl.exe": "retryctl", "/opt/kubectl-plugins/retryctl": "retryctl",
		"/home/me/.krew/bin/kubectl-retryctl": "kubectl retryctl", "kubectl-retryctl.exe": "kubectl retryctl", "kubectl-gateway_retries": "kubectl gateway-retries",
	} {
		if got := printedBy(t, program, "--help"); !strings.Contains(got, "\n  "+name+" [command]\n") || !strings.Contains(got, "\""+name+" [command] --help\"") {
			t.Errorf("%s says of itself\n%s", program, got)
		}
		got := printedBy(t, program, "translate", "--help")
		for _, want := range []string{"\n  " + name + " translate [-f FILE]", "\n  " + name + " translate -f policy.yaml", "| " + name + " translate -f policies/"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s translate --help has no %q:\n%s", program, want, got)
			}
		}
	}
}

func TestWhatAProgramIsForDoesNotHangOnItsName(t *testing.T) {
	for _, args := range [][]string{{"gateways"}, {"schema"}, {"explain", "RT1001"}, {"completion", "bash"}, {"__complete", "translate", "--to", ""}} {
		if a, b := printedBy(t, "retryctl", args...), printedBy(t, "kubectl-retryctl", args...); a != b || a == "" {
			t.Errorf("%q prints\n%s\nand as a plugin\n%s", args, a, b)
		}
	}
}
