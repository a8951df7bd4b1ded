package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checkout gives a folder with a program that is committed and tagged, and the
// commit.
func checkout(t *testing.T) (folder, commit string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/program\n\ngo 1.26.0\n", "main.go": "package main\n\nfunc main() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command(t, folder, "git", "init", "--quiet")
	command(t, folder, "git", "add", ".")
	command(t, folder, "git", "-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "--quiet", "-m", "all")
	command(t, folder, "git", "tag", "v1.2.3")
	return folder, strings.TrimSpace(command(t, folder, "git", "rev-parse", "HEAD"))
}

func command(t *testing.T, folder string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = folder
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return string(out)
}

// compiled builds the program of a folder as a release is built, but for the flags.
func compiled(t *testing.T, folder string, flags ...string) []byte {
	t.Helper()
	t.Setenv("CGO_ENABLED", "0")
	t.Setenv("GOOS", "linux")
	t.Setenv("GOARCH", "amd64")
	name := filepath.Join(t.TempDir(), "program")
	command(t, folder, append([]string{"go", "build", "-buildvcs=true", "-o", name}, flags...)...)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestABinaryIsOfTheTaggedCommit(t *testing.T) {
	folder, commit := checkout(t)
	linux := platform{"linux", "amd64"}
	raw := compiled(t, folder, "-trimpath")
	if _, err := (release{tag: "v1.2.3", commit: commit}).built(raw, linux); err != nil {
		t.Error(err)
	}
	for want, c := range map[string]struct {
		tag, commit string
		p           platform
		raw         []byte
	}{
		`is version "v1.2.3", not "v1.2.4"`: {"v1.2.4", commit, linux, raw},
		"vcs.revision=" + commit:            {"v1.2.3", "0000", linux, raw},
		"GOARCH=amd64, not arm64":           {"v1.2.3", commit, platform{"linux", "arm64"}, raw},
		"with which -trimpath":              {"v1.2.3", commit, linux, compiled(t, folder)},
		"it has PT_INTERP":                  {"v1.2.3", commit, linux, compiled(t, folder, "-trimpath", "-buildmode=pie")},
	} {
		if _, err := (release{tag: c.tag, commit: c.commit}).built(c.raw, c.p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gives %v, want %q", err, want)
		}
	}
}

func TestABinaryOfAChangedCheckoutIsNoRelease(t *testing.T) {
	folder, commit := checkout(t)
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte("package main\n\nfunc main() { println() }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	raw := compiled(t, folder, "-trimpath")
	if _, err := (release{tag: "v1.2.3+dirty", commit: commit}).built(raw, platform{"linux", "amd64"}); err == nil || !strings.Contains(err.Error(), "vcs.modified=true") {
		t.Errorf("gives %v", err)
	}
}

func TestABinaryThatDoesNotDoItsWorkIsFound(t *testing.T) {
	t.Chdir("../../..")
	for want, script := range map[string]string{
		`prints "retryctl v1.2.2" of v1.2.3`:      "echo retryctl v1.2.2",
		"prints of golden/cases/basic":            "echo retryctl v1.2.3",
		"retryctl version: exit status 3: alas":   "echo alas >&2; exit 3",
		"retryctl translate: exit status 1: alas": `[ "$1" = version ] && echo retryctl v1.2.3 || { echo alas >&2; exit 1; }`,
	} {
		err := release{tag: "v1.2.3"}.run([]byte("#!/bin/sh\n" + script + "\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gives %v, want %q", err, want)
		}
	}
}
