// Package built builds programs for the tests of a module. It is a module of its own, so
// that the modules of callers need nothing of retryctl's.
package built

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A Program is built from a package, which is named as in the folder Dir.
type Program struct{ Dir, Name, Package string }

// Retryctl is built from a checkout, at whose top the folder is.
func Retryctl(top string) Program { return Program{top, "retryctl", "./cmd/retryctl"} }

// Build builds a program into a folder.
func (p Program) Build(folder string) error {
	cmd := exec.Command("go", "build", "-o", filepath.Join(folder, p.Name), p.Package)
	cmd.Dir, cmd.Stderr = p.Dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", p.Name, err)
	}
	return nil
}

// Run runs tests with programs in a folder that is the first of PATH, and gives their
// status. Ready is called with the folder before they begin; it may be nil.
func Run(m *testing.M, ready func(bin string) error, programs ...Program) int {
	status, err := run(m, ready, programs)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

func run(m *testing.M, ready func(bin string) error, programs []Program) (status int, err error) {
	bin, err := os.MkdirTemp("", "built")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(bin)
	for _, p := range programs {
		if err := p.Build(bin); err != nil {
			return 1, err
		}
	}
	if err := os.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH")); err != nil {
		return 1, err
	}
	if ready != nil {
		if err := ready(bin); err != nil {
			return 1, err
		}
	}
	return m.Run(), nil
}
