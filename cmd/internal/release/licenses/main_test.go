package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTextsBesideAPackageAndAboveItAreGivenOn(t *testing.T) {
	top := filepath.Join(t.TempDir(), "m@v1.0.0")
	for name, text := range map[string]string{
		"LICENSE": "terms\n", "NOTICE.txt": "thanks", "a/COPYING": "other terms",
		"b/LICENSE": "not linked", "a/license.go": "package a", "../LICENSE": "another's",
	} {
		put(t, filepath.Join(top, name), text)
	}
	linked := map[string]module{}
	gather(linked, "m v1.0.0\t"+top+"\t"+top+"/a/c\nm v1.0.0\t"+top+"\t"+top+"/a\n\n")
	got, err := join(linked)
	if err != nil {
		t.Fatal(err)
	}
	_, texts, _ := strings.Cut(string(got), "\n")
	want := "\n==== m v1.0.0: LICENSE\n\nterms\n\n==== m v1.0.0: NOTICE.txt\n\nthanks\n\n==== m v1.0.0: a/COPYING\n\nother terms\n"
	if texts != want {
		t.Errorf("gives\n%s\nwant\n%s", texts, want)
	}
}

func TestAModuleWithoutALicenseIsAnError(t *testing.T) {
	top := t.TempDir()
	put(t, filepath.Join(top, "main.go"), "package main")
	linked := map[string]module{}
	gather(linked, "m v1.0.0\t"+top+"\t"+top+"\n")
	if _, err := join(linked); err == nil || !strings.Contains(err.Error(), "m v1.0.0 has no license") {
		t.Errorf("gives %v", err)
	}
}

func TestRetryctlsLicensesAreThoseOfEverySystem(t *testing.T) {
	t.Chdir("../../../..")
	name := filepath.Join(t.TempDir(), "new", "THIRD_PARTY_LICENSES")
	if err := write(name, "./cmd/retryctl"); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	// The second is linked on Windows alone, the third is Go's own.
	for _, module := range []string{"github.com/spf13/cobra v", "github.com/inconshreveable/mousetrap v", "std go1."} {
		if !strings.Contains(string(raw), "\n==== "+module) {
			t.Errorf("%s... is missing", module)
		}
	}
	if strings.Contains(string(raw), "==== retryctl.dev") {
		t.Error("retryctl is no third party")
	}
}
