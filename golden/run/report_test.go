package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// of gives what report prints of a package with one test.
func of(t *testing.T, test string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module one\n\ngo 1.26\n",
		"a_test.go": "package one\n\nimport \"testing\"\n\n" + test,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-json", ".")
	cmd.Dir = folder
	events, _ := cmd.Output() // go test itself may fail
	var out strings.Builder
	if err := report(&out, strings.NewReader(string(events))); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestATestThatIsLeftOutIsToldWithItsReason(t *testing.T) {
	out := of(t, `func TestA(t *testing.T) { t.Skip("no Envoy: it is not built") }`)
	if !strings.Contains(out, "left out: TestA: no Envoy: it is not built\n") || !strings.Contains(out, "ok   one ") {
		t.Error(out)
	}
}

func TestAFailureIsToldWhole(t *testing.T) {
	out := of(t, `func TestA(t *testing.T) { t.Error("first"); t.Error("second") }`)
	if !strings.Contains(out, "FAIL one TestA") || !strings.Contains(out, "first") || !strings.Contains(out, "second") {
		t.Error(out)
	}
}

func TestAPackageThatDoesNotCompileIsToldWhy(t *testing.T) {
	if out := of(t, `func TestA(t *testing.T) { nothing() }`); !strings.Contains(out, "undefined: nothing") {
		t.Error(out)
	}
}

func TestAPanicIsToldWhole(t *testing.T) {
	if out := of(t, `func TestA(t *testing.T) { panic("gone") }`); !strings.Contains(out, "panic: gone") {
		t.Error(out)
	}
}
