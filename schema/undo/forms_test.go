package undo

import (
	"os"
	"path/filepath"
	"testing"

	"retryctl.dev/schema/normal"
)

// everyForm has the forms of the gateways, which are data of theirs.
func everyForm(t testing.TB) normal.Options {
	t.Helper()
	var opts normal.Options
	files, err := filepath.Glob("../../translators/*/api/forms.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("there are forms of %d gateways: at least 5 are expected (%v)", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		opts.Forms = append(opts.Forms, normal.FormsOf(string(text)))
	}
	return opts
}
