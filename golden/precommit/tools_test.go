// Package precommit runs the hook of .pre-commit-hooks.yaml in the real pre-commit,
// which comes from PyPI and builds retryctl from a clone of this repository. It needs
// Python 3 with venv, git and, the first time, PyPI.
package precommit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools are the packages of the virtual environment.
var tools = []string{"pre-commit==4.7.0", "check-jsonschema==0.39.0"}

var (
	bin  string // of the virtual environment
	home string // what pre-commit keeps: the clone and what is built from it
	hook string // a repository that is retryctl as it is now
)

func TestMain(m *testing.M) {
	status, err := run(m)
	if err != nil {
		fmt.Fprintf(os.Stderr, "nothing was tested: %v\n", err)
		status = 1
	}
	os.Exit(status)
}

func run(m *testing.M) (status int, err error) {
	if bin, err = environment(); err != nil {
		return 1, err
	}
	folder, err := os.MkdirTemp("", "precommit")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	home, hook = filepath.Join(folder, "home"), filepath.Join(folder, "retryctl")
	if err := copyOfRetryctl(hook); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// environment makes the virtual environment, unless it is there with these tools.
func environment() (string, error) {
	venv, err := filepath.Abs(".cache/venv")
	if err != nil {
		return "", err
	}
	mark, want := filepath.Join(venv, "tools"), strings.Join(tools, "\n")
	if has, err := os.ReadFile(mark); err == nil && string(has) == want {
		return filepath.Join(venv, "bin"), nil
	}
	if err := os.RemoveAll(venv); err != nil {
		return "", err
	}
	if out, err := exec.Command("python3", "-m", "venv", venv).CombinedOutput(); err != nil {
		return "", fmt.Errorf("python3 -m venv: %w\n%s", err, out)
	}
	pip := exec.Command(filepath.Join(venv, "bin", "pip"), append([]string{"install", "--quiet"}, tools...)...)
	if out, err := pip.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s cannot be had from PyPI: %w\n%s", strings.Join(tools, " and "), err, out)
	}
	return filepath.Join(venv, "bin"), os.WriteFile(mark, []byte(want), 0o644)
}

// copyOfRetryctl makes a repository of what a clone of this one would have.
func copyOfRetryctl(folder string) error {
	for _, name := range []string{"cmd", "schema", "translators"} {
		if err := os.CopyFS(filepath.Join(folder, name), os.DirFS(filepath.Join("..", "..", name))); err != nil {
			return err
		}
	}
	for _, name := range []string{"go.mod", "go.sum", ".pre-commit-hooks.yaml"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o644); err != nil {
			return err
		}
	}
	return commit(folder)
}

// commit makes a folder a repository with one commit.
func commit(folder string) error {
	for _, args := range [][]string{{"init", "--quiet", "--initial-branch", "main"}, {"add", "--all"}, {"commit", "--quiet", "--message", "all"}} {
		if out, status, err := command(folder, "git", args...); err != nil || status != 0 {
			return fmt.Errorf("git %s: status %d, %w\n%s", args[0], status, err, out)
		}
	}
	return nil
}

// command runs a program, with the virtual environment before everything else in
// PATH, and gives all that it says.
func command(folder, name string, args ...string) (out string, status int, err error) {
	if own := filepath.Join(bin, name); exists(own) {
		name = own
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(),
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "PRE_COMMIT_HOME="+home, "PRE_COMMIT_COLOR=never",
		"GOMODCACHE="+moduleCache(), // pre-commit would take its own, and have every module sent again
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	var exit *exec.ExitError
	if err = cmd.Run(); errors.As(err, &exit) {
		return said.String(), exit.ExitCode(), nil
	}
	return said.String(), 0, err
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func moduleCache() string {
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(out))
}

// must runs a program that can be started, and gives what it says and its status.
func must(t *testing.T, folder, name string, args ...string) (out string, status int) {
	t.Helper()
	out, status, err := command(folder, name, args...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out, status
}
