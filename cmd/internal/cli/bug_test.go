package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// planted is a stream that panics at the first write, as if a command did.
var planted = writerFunc(func([]byte) (int, error) { panic("a planted\nfault") })

func TestAPanicIsOneLineThatSaysWhatToDo(t *testing.T) {
	report := write(t, "report.json", "[]\n")
	for _, trace := range []bool{false, true} {
		var complaints bytes.Buffer
		args := []string{"explain", "-f", "-", "--to", "kong", "--report", report}
		status := Main(t.Context(), args, Streams{In: strings.NewReader(policy), Out: planted, Err: &complaints, Trace: trace})
		line, stack, _ := strings.Cut(complaints.String(), "\n")
		for _, want := range []string{"retryctl: retryctl explain (", `a planted\nfault`, "this is a bug", issues, "RETRYCTL_TRACE=1"} {
			if !strings.Contains(line, want) {
				t.Errorf("it does not say %q in %q", want, line)
			}
		}
		if status != Trouble || trace != strings.Contains(stack, "cli.newExplain") {
			t.Errorf("with trace %v: status %d, and it says\n%s", trace, status, complaints.String())
		}
		if messages, _ := troubleIn(t, report); len(messages) != 1 || !strings.Contains(messages[0], "this is a bug") {
			t.Errorf("the report says %q", messages)
		}
	}
}

func TestAPanicTakesBackWhatIsStaged(t *testing.T) {
	out := t.TempDir()
	kept := filepath.Join(out, "1.yaml")
	if err := os.WriteFile(kept, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { recover() }()               //nolint:errcheck // it is the planted one
		writeFolder(t.Context(), out, []namedFile{ //nolint:errcheck // it does not come to that
			{"1.yaml", func(w io.Writer) error { _, err := io.WriteString(w, "after"); return err }},
			{"below/2.yaml", func(io.Writer) error { panic("planted") }},
		})
	}()
	if left, _ := os.ReadDir(out); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if got, _ := os.ReadFile(kept); string(got) != "before" {
		t.Errorf("1.yaml holds %q", got)
	}
}
