package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sumsFile is the name of the file that sha256sum -c takes.
const sumsFile = "SHA256SUMS"

// sums checks that the file of sums has those of all archives and SBOMs, and of
// nothing else.
func (r release) sums() error {
	raw, err := os.ReadFile(filepath.Join(r.folder, sumsFile))
	if err != nil {
		return err
	}
	expected := map[string]bool{}
	for _, p := range platforms {
		expected[r.archive(p)], expected[r.sbom(p)] = true, true
	}
	var wrong error
	for line := range strings.Lines(string(raw)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || !expected[name] {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %q is no file of a release, or there twice", sumsFile, line))
			continue
		}
		delete(expected, name)
		content, err := os.ReadFile(filepath.Join(r.folder, name))
		if err != nil {
			wrong = errors.Join(wrong, err)
		} else if actual := fmt.Sprintf("%x", sha256.Sum256(content)); actual != sum {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %s has %s, not %s", sumsFile, name, actual, sum))
		}
	}
	for _, p := range platforms {
		for _, name := range []string{r.archive(p), r.sbom(p)} {
			if expected[name] {
				wrong = errors.Join(wrong, fmt.Errorf("%s: %s is missing", sumsFile, name))
			}
		}
	}
	return wrong
}
