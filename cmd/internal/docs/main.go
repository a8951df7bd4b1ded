// Command docs prints the pages of docs/ that are made from code (the commands,
// the table of what each gateway can do, the catalogue of findings) and the output
// of the examples in the others. Run it at the top of the repository; make docs
// does.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"retryctl.dev/cmd/internal/cli"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/capability"
)

// A page is one file of docs/ and what prints it.
type page struct {
	name  string
	print func(io.Writer) error
}

var pages = []page{
	{"commands.md", cli.WriteCommands},
	{"findings.md", finding.WriteCatalogue},
	{"gateways.md", func(w io.Writer) error {
		table, err := capability.Of(translators.All())
		if err != nil {
			return err
		}
		return table.WriteMarkdown(w)
	}},
}

// written gives the names of the pages that people write, from a folder that is
// the top of the repository.
func written(top string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	names := []string{filepath.Join(top, "README.md")}
	for _, name := range found {
		if !slices.ContainsFunc(pages, func(p page) bool { return p.name == filepath.Base(name) }) {
			names = append(names, name)
		}
	}
	return names, err
}

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write() error {
	for _, p := range pages {
		var out bytes.Buffer
		if err := p.print(&out); err != nil {
			return fmt.Errorf("print %s: %w", p.name, err)
		}
		if err := os.WriteFile(filepath.Join("docs", p.name), out.Bytes(), 0o644); err != nil {
			return err
		}
	}
	names, err := written(".")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fresh, err := refresh(string(text))
		if err != nil {
			return fmt.Errorf("run the examples of %s: %w", name, err)
		}
		if err := os.WriteFile(name, []byte(fresh), 0o644); err != nil {
			return err
		}
	}
	return nil
}
