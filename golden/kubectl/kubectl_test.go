// Package kubectl runs retryctl in the way that kubectl diff runs the program of
// KUBECTL_EXTERNAL_DIFF: through kubectl's own code. It is a module of its own, so
// that kubectl is no requirement of retryctl.
package kubectl

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd/diff"
	utilexec "k8s.io/utils/exec"
)

func build(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(folder, "retryctl")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/retryctl")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

const (
	name   = "gateway.envoyproxy.io.v1alpha1.BackendTrafficPolicy.shop.checkout"
	live   = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: checkout, namespace: shop, generation: 1}\nspec:\n  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: checkout}]\n  retry: {numRetries: 2, perRetry: {timeout: 2s}}\n"
	listed = "gateway.envoyproxy.io.v1alpha1.BackendTrafficPolicy.shop.new.yaml"
)

// run has kubectl call the program for two folders.
func run(t *testing.T, program, words string, from, to map[string]string) (stdout, stderr string, status int) {
	t.Helper()
	var folders []string
	for _, files := range []map[string]string{from, to} {
		folder := t.TempDir()
		folders = append(folders, folder)
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("KUBECTL_EXTERNAL_DIFF", program+" "+words)
	var out, complaints bytes.Buffer
	kubectl := diff.DiffProgram{Exec: utilexec.New(), IOStreams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &complaints}}
	err := kubectl.Run(folders[0], folders[1])
	var exit utilexec.ExitError
	switch {
	case errors.As(err, &exit):
		status = exit.ExitStatus()
	case err != nil: // kubectl tells a status above 1 in words
		status = 2
		if !strings.Contains(err.Error(), "exit status 2") {
			t.Fatal(err)
		}
	}
	return out.String(), complaints.String(), status
}

func TestKubectlDiffGetsWhatItAsksFor(t *testing.T) {
	program := build(t, t.TempDir())
	more := strings.Replace(live, "generation: 1", "generation: 2", 1)
	spelled := strings.Replace(more, "timeout: 2s", "timeout: 2000ms", 1)
	fewer := strings.Replace(more, "numRetries: 2", "numRetries: 1", 1)
	written := strings.Replace(more, "numRetries: 2, ", "numRetries: 2, retryOn: {triggers: [connect-failure, refused-stream, unavailable, cancelled, retriable-status-codes], httpStatusCodes: [503]}, ", 1)
	for _, c := range []struct {
		about, words string
		from, to     map[string]string
		want         string
		status       int
	}{
		{"only the generation differs", "diff", map[string]string{name: live}, map[string]string{name: more}, "", 0},
		{"another spelling", "diff", map[string]string{name: live}, map[string]string{name: spelled}, "", 0},
		{"fewer retries", "diff", map[string]string{name: live}, map[string]string{name: fewer}, "-    numRetries: 2\n+    numRetries: 1\n", 1},
		{"fields, and words that kubectl drops", "diff -o fields --cluster-domain a.b", map[string]string{name: live}, map[string]string{name: fewer}, "spec.retry.numRetries  2 -> 1", 2},
		{"the view of fields", "diff -o fields", map[string]string{name: live}, map[string]string{name: fewer}, "spec.retry.numRetries  2 -> 1", 1},
		{"what changes for requests", "diff --by=behavior -o behavior --to=envoy-gateway", map[string]string{name: live}, map[string]string{name: fewer}, "retries 2 -> 1", 1},
		{"Envoy Gateway's defaults written out", "diff --by=behavior", map[string]string{name: live}, map[string]string{name: written}, "+    retryOn:", 0},
		{"an object that is new, whose name ends in .yaml", "diff", map[string]string{listed: ""}, map[string]string{listed: strings.Replace(live, "name: checkout, namespace", "name: new.yaml, namespace", 1)}, "+  name: new.yaml", 1},
		{"no word at all", "", map[string]string{name: live}, map[string]string{name: fewer}, "+    numRetries: 1\n", 1},
	} {
		stdout, stderr, status := run(t, program, c.words, c.from, c.to)
		if c.status == 2 {
			if status != 2 || stdout != "" || stderr == "" {
				t.Errorf("%s: status %d, %q, %q", c.about, status, stdout, stderr)
			}
			continue
		}
		if status != c.status || stderr != "" || !strings.Contains(stdout, c.want) || c.want == "" && stdout != "" {
			t.Errorf("%s: status %d and %d is expected, %q is expected in\n%s%s", c.about, status, c.status, c.want, stdout, stderr)
		}
	}
}
