// Package kpt runs retryctl as a function of the package in docs/examples/kpt: in
// the real kpt where one is installed, and always in kyaml's own runner of functions,
// which kpt grew out of. It is a module of its own, so that these are no requirement
// of retryctl.
package kpt

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"retryctl.dev/golden/built"
)

var (
	program = flag.String("kpt", "", "the kpt to run; without it, that of PATH, and its tests are skipped if there is none")
	update  = flag.Bool("update", false, "write anew what the package comes to, and fail")
)

const example = "../../docs/examples/kpt"

// bin holds retryctl.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	ready := func(folder string) error {
		bin = folder
		return nil
	}
	os.Exit(built.Run(m, ready, built.Retryctl("../..")))
}

// kpt runs kpt in a folder.
func kpt(t *testing.T, folder string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	path := *program
	if path == "" {
		if path, err = exec.LookPath("kpt"); err != nil {
			t.Skip("NOT RUN: no kpt in PATH. Its module cannot be had from the Go proxy; Google's packages (google-cloud-cli-kpt) and kpt's releases have it")
		}
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = folder
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return out.String(), complaints.String(), err
}

// copied gives a copy of the example in which texts of one file are others.
func copied(t *testing.T, name string, changes ...string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shop")
	if err := os.CopyFS(folder, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	change(t, folder, name, changes...)
	return folder
}

func change(t *testing.T, folder, name string, changes ...string) {
	t.Helper()
	if len(changes) == 0 {
		return
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(changes); n += 2 {
		if !strings.Contains(string(text), changes[n]) {
			t.Fatalf("%s does not hold %q", name, changes[n])
		}
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(strings.NewReplacer(changes...).Replace(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// files gives the texts of the files in a folder by their names.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path) //nolint:errcheck // it is below the folder
		texts[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// becomes compares a folder with the example and what is recorded of its rendering:
// files below rendered/ are new or others, and all others are as they were.
func becomes(t *testing.T, folder string, readme bool) {
	t.Helper()
	want := files(t, example)
	if !readme { // kpt copies what is no YAML to no other folder
		delete(want, "README.md")
	}
	for name, text := range files(t, "rendered") {
		want[name] = text
	}
	got := files(t, folder)
	for name, text := range got {
		if want[name] == text {
			continue
		}
		t.Errorf("%s should be\n%s\nand is\n%s", name, want[name], text)
		if *update {
			path := filepath.Join("rendered", name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
}

// same tells of files of two folders that differ.
func same(t *testing.T, folder, other string) {
	t.Helper()
	got, want := files(t, folder), files(t, other)
	for name, text := range got {
		if want[name] != text {
			t.Errorf("%s is changed, or new:\n%s", name, text)
		}
	}
	if len(got) < len(want) {
		t.Errorf("of %d files %d are left", len(want), len(got))
	}
}

// contains tells of texts that a text has not.
func contains(t *testing.T, about, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", about, want, text)
		}
	}
}
