package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// top is the top of the repository.
const top = "../../.."

func TestEveryPrintedPageIsWhatTheCodePrints(t *testing.T) {
	for _, p := range pages {
		recorded, err := os.ReadFile(filepath.Join(top, "docs", p.name))
		if err != nil {
			t.Errorf("%v: run make docs", err)
			continue
		}
		var out bytes.Buffer
		if err := p.print(&out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(recorded), out.String()); diff != "" {
			t.Errorf("docs/%s is out of date: run make docs and look at the difference (-recorded +now):\n%s", p.name, diff)
		}
	}
}
