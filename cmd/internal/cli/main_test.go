package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const policy = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: api, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
  maxRetries: 2
  retryOn: {conditions: [ConnectFailure, RefusedStream]}
`

// writerFunc is a writer made of a function.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func failing(err error) io.Writer {
	return writerFunc(func([]byte) (int, error) { return 0, err })
}

func TestAnInterruptEndsARunThatWaitsForItsInput(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	never, w := io.Pipe()
	defer w.Close()
	out := filepath.Join(t.TempDir(), "out")
	var complaints bytes.Buffer
	status := make(chan int)
	go func() {
		status <- Main(ctx, []string{"translate", "-f", "-", "--output-dir", out}, Streams{In: never, Out: io.Discard, Err: &complaints})
	}()
	cancel()
	select {
	case got := <-status:
		if got != Trouble || complaints.String() != "retryctl: interrupted\n" {
			t.Errorf("status %d, and it says %q", got, complaints.String())
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits on")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the folder was made")
	}
}

func TestAnInterruptWhileFilesAreStagedLeavesNone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out := filepath.Join(t.TempDir(), "a", "b")
	text := func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }
	err := writeFolder(ctx, out, []namedFile{
		{"one/1.yaml", text},
		{"two/2.yaml", func(w io.Writer) error { cancel(); return text(w) }},
		{"two/3.yaml", text},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(filepath.Dir(out))); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAFileThatCannotBeWrittenTakesTheOthersWithIt(t *testing.T) {
	out := t.TempDir()
	kept := filepath.Join(out, "1.yaml")
	if err := os.WriteFile(kept, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := func(w io.Writer) error { _, err := io.WriteString(w, "after"); return err }
	err := writeFolder(t.Context(), out, []namedFile{
		{"1.yaml", text}, {"2.yaml", func(io.Writer) error { return syscall.ENOSPC }},
	})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "2.yaml: no space left on device") {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(out); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if got, _ := os.ReadFile(kept); string(got) != "before" {
		t.Errorf("1.yaml holds %q", got)
	}
	if err := writeFolder(t.Context(), out, []namedFile{{"1.yaml", text}, {"1.yaml", text}}); err == nil {
		t.Error("two files of one name were written")
	}
}

func TestEveryCommandTellsThatItCannotPrint(t *testing.T) {
	for _, args := range commandLines(t) {
		input := policy
		if len(args) > 0 && args[0] == "fn" {
			input = listOf(policy, routes)
		}
		if len(args) > 0 && (args[0] == "import" || args[0] == "convert") {
			input = existing + "---\n" + moved
		}
		var complaints bytes.Buffer
		status := Main(t.Context(), args, Streams{In: strings.NewReader(input), Out: failing(syscall.ENOSPC), Err: &complaints})
		if want := "retryctl: write output: no space left on device\n"; status != Trouble || complaints.String() != want {
			t.Errorf("retryctl %s: status %d, and it says %q", strings.Join(args, " "), status, complaints.String())
		}
		complaints.Reset()
		status = Main(t.Context(), args, Streams{In: strings.NewReader(input), Out: failing(syscall.EPIPE), Err: &complaints})
		if status != Done || strings.Contains(complaints.String(), "retryctl:") {
			t.Errorf("retryctl %s with a reader that is gone: status %d, and it says %q", strings.Join(args, " "), status, complaints.String())
		}
	}
}

// commandLines gives one for each command that prints.
func commandLines(t *testing.T) [][]string {
	lines := [][]string{nil, {"explain", "RT1001"}}
	for _, cmd := range newRoot(Streams{}).Commands() {
		switch cmd.Name() {
		case "validate": // prints findings only
		case "translate", "explain", "fn":
			line := []string{cmd.Name(), "--to", "envoy-gateway"}
			if cmd.Name() != "fn" { // which reads nothing but standard input
				line = append(line, "-f", "-")
			}
			lines = append(lines, line)
		case "convert":
			lines = append(lines, []string{cmd.Name(), "-f", "-", "--from", "istio", "--to", "envoy-gateway"})
		case "import":
			lines = append(lines, []string{cmd.Name(), "-f", "-"})
		case "diff": // with a difference that is none for the status
			const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n"
			a, b := write(t, "a.yaml", config), write(t, "b.yaml", strings.Replace(config, "NAME", "other", 1))
			lines = append(lines, []string{"diff", a, b, "--by=behavior"})
		default:
			lines = append(lines, []string{cmd.Name()}, []string{"help", cmd.Name()})
		}
	}
	if len(lines) < 8 {
		t.Fatalf("only %d command lines", len(lines))
	}
	return lines
}

// writeFolder writes files to a folder as translate does.
func writeFolder(ctx context.Context, folder string, files []namedFile) error {
	o, err := newOutlet(folder, files, nil)
	if err != nil {
		return err
	}
	return o.write(ctx)
}
