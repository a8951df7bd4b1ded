// Package golden holds whole inputs with everything that retryctl makes of them,
// compared byte for byte. cases/NAME/in.yaml is the input; its first lines may
// hold "# args: ..." with more flags. `go test ./golden -update` writes the
// files anew and fails, so that a run that changed expectations is never green.
package golden

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"retryctl.dev/translators"
)

var update = flag.Bool("update", false, "write the golden files anew, and fail")

// command is the built retryctl.
var command string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "retryctl")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	command = filepath.Join(dir, "retryctl")
	build := exec.Command("go", "build", "-o", command, "../cmd/retryctl")
	build.Stderr = os.Stderr
	code := 2
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

func TestEveryCaseComesOutAsRecorded(t *testing.T) {
	inputs, err := filepath.Glob("cases/*/in.yaml")
	if err != nil || len(inputs) < 34 {
		t.Fatalf("found %d cases (%v): at least 34 are expected", len(inputs), err)
	}
	for _, input := range inputs {
		dir := filepath.Dir(input)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			compare(t, dir, outputs(t, dir))
		})
	}
	if folders, _ := os.ReadDir("cases"); len(folders) != len(inputs) {
		t.Errorf("%d folders in cases, and %d of them have an in.yaml", len(folders), len(inputs))
	}
	if *update {
		t.Error("the golden files were written anew: look at the difference and run again without -update")
	}
}

// outputs gives the files that a case should have. A gateway's has what has no error
// for it.
func outputs(t *testing.T, dir string) map[string]string {
	args := arguments(t, dir)
	files := map[string]string{}
	for _, g := range translators.All().Names() {
		out, _, _ := run(t, dir, append([]string{"translate", "-f", "in.yaml", "--keep-going", "--to", target(args, g)}, others(args)...)...)
		if out != "" {
			files[g+".yaml"] = out
		}
	}
	_, findings, status := run(t, dir, append([]string{"translate", "-f", "in.yaml", "--output-dir", filepath.Join(t.TempDir(), "out")}, named(args)...)...)
	files["findings.txt"] = fmt.Sprintf("%sexit %d\n", findings, status)
	files["explain.txt"], _, _ = run(t, dir, append([]string{"explain", "-f", "in.yaml"}, args...)...)
	return files
}

// arguments are the flags of the case's first lines.
func arguments(t *testing.T, dir string) []string {
	text, err := os.ReadFile(filepath.Join(dir, "in.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for line := range strings.Lines(string(text)) {
		more, ok := strings.CutPrefix(line, "# args:")
		if !ok && !strings.HasPrefix(line, "#") {
			break
		}
		if ok {
			args = append(args, strings.Fields(more)...)
		}
	}
	return args
}

// target gives the version of a gateway that the flags name, if they do.
func target(args []string, gateway string) string {
	for n, arg := range args {
		if arg == "--to" && strings.HasPrefix(args[n+1], gateway+"@") {
			return args[n+1]
		}
	}
	return gateway
}

// named gives flags that name targets: all, if none does.
func named(args []string) []string {
	if slices.Contains(args, "--to") {
		return args
	}
	return append([]string{"--to", "all"}, args...)
}

func others(args []string) []string {
	var rest []string
	for n := 0; n < len(args); n++ {
		if args[n] == "--to" {
			n++
			continue
		}
		rest = append(rest, args[n])
	}
	return rest
}

func run(t *testing.T, dir string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.Command(command, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() < 0 || cmd.ProcessState.ExitCode() > 1 {
		t.Fatalf("retryctl %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func compare(t *testing.T, dir string, want map[string]string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var stale []string
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok && e.Name() != "in.yaml" {
			stale = append(stale, e.Name())
		}
	}
	for _, name := range stale {
		if *update {
			os.Remove(filepath.Join(dir, name))
		} else {
			t.Errorf("%s is stale: nothing makes it any more", name)
		}
	}
	var names []string
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(path, []byte(want[name]), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		recorded, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%s is missing: run with -update and look at it", name)
		} else if diff := cmp.Diff(string(recorded), want[name]); diff != "" {
			t.Errorf("%s (-recorded +now):\n%s", name, diff)
		}
	}
}
