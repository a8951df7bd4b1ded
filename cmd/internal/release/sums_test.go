package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// whole gives a folder with a file for each that a release has, and their sums.
func whole(t *testing.T) release {
	t.Helper()
	r := release{folder: t.TempDir(), tag: "v1.2.3"}
	var sums strings.Builder
	for _, p := range platforms {
		for _, name := range []string{r.archive(p), r.sbom(p)} {
			if err := os.WriteFile(filepath.Join(r.folder, name), []byte(name), 0o644); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(name)), name)
		}
	}
	rewrite(t, r, func(string) string { return sums.String() })
	return r
}

func rewrite(t *testing.T, r release, change func(string) string) {
	t.Helper()
	name := filepath.Join(r.folder, sumsFile)
	old, _ := os.ReadFile(name)
	if err := os.WriteFile(name, []byte(change(string(old))), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEveryFileOfAReleaseHasItsSum(t *testing.T) {
	if err := whole(t).sums(); err != nil {
		t.Error(err)
	}
	const one = "retryctl_1.2.3_linux_arm64.tar.gz"
	for want, spoil := range map[string]func(r release){
		one + " has ": func(r release) {
			if err := os.WriteFile(filepath.Join(r.folder, one), []byte("other"), 0o644); err != nil {
				t.Fatal(err)
			}
		},
		"no such file": func(r release) {
			if err := os.Remove(filepath.Join(r.folder, one)); err != nil {
				t.Fatal(err)
			}
		},
		one + " is missing": func(r release) {
			rewrite(t, r, func(sums string) string {
				at := strings.Index(sums, one)
				return sums[:at-66] + sums[at+len(one)+1:]
			})
		},
		"is no file of a release": func(r release) {
			rewrite(t, r, func(sums string) string { return sums + strings.Repeat("0", 64) + "  stranger\n" })
		},
		"or there twice": func(r release) {
			rewrite(t, r, func(sums string) string { return sums + sums })
		},
	} {
		r := whole(t)
		spoil(r)
		if err := r.sums(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gives %v, want %q", err, want)
		}
	}
}
