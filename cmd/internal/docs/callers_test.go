package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents gives every file that shows people how to call retryctl, by its path
// from the top of the repository.
func documents(t *testing.T) []string {
	t.Helper()
	names := []string{".pre-commit-hooks.yaml", "README.md"}
	err := filepath.WalkDir(filepath.Join(top, "docs"), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			short, _ := filepath.Rel(top, name)
			names = append(names, filepath.ToSlash(short))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// examine gives the command lines of a file, and what is wrong with these and with
// its form.
func examine(name, text string) finder {
	var f finder
	switch base := filepath.Base(name); {
	case filepath.Ext(base) == ".md":
		f.markdown(text)
	case filepath.Ext(base) == ".sh":
		f.shell(text)
	case base == "Dockerfile":
		for _, line := range regexp.MustCompile(`(?m)^(?:ENTRYPOINT|CMD|RUN) (.*)$`).FindAllStringSubmatch(text, -1) {
			f.code(line[1])
		}
	case slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(base)), base == "Kptfile":
		f.yaml(text)
		f.problems = append(f.problems, misshapen(name, text)...)
	default:
		f.problems = append(f.problems, "nothing is known about files of this kind: add it to examine")
	}
	return f
}

func TestEveryExampleHasItsFormAndCommandsThatExist(t *testing.T) {
	folders := map[string]int{}
	for _, name := range documents(t) {
		f := examine(name, read(t, filepath.Join(top, name)))
		for _, problem := range f.problems {
			t.Errorf("%s: %s", name, problem)
		}
		folders[filepath.Dir(name)] += len(f.lines)
		for folder := name; strings.HasPrefix(folder, "docs/examples/"); folder = filepath.Dir(folder) {
			if filepath.Dir(folder) == "docs/examples" {
				folders[folder] += len(f.lines)
			}
		}
	}
	entries, _ := os.ReadDir(filepath.Join(top, "docs", "examples"))
	for _, entry := range entries {
		if entry.IsDir() && folders["docs/examples/"+entry.Name()] == 0 {
			t.Errorf("docs/examples/%s calls retryctl nowhere, or in a form that is not found", entry.Name())
		}
	}
	if folders["."] < 8 || folders["docs"] < 20 {
		t.Errorf("found only %d command lines at the top and %d in docs", folders["."], folders["docs"])
	}
}

// TestAWrongFlagIsFound spoils each flag of each file, which has to be noticed.
func TestAWrongFlagIsFound(t *testing.T) {
	planted := 0
	for _, name := range documents(t) {
		text := read(t, filepath.Join(top, name))
		for _, flag := range flagsOf(examine(name, text).lines) {
			spoiled := regexp.MustCompile(regexp.QuoteMeta(flag)+`\b`).ReplaceAllString(text, flag+"x")
			if f := examine(name, spoiled); !strings.Contains(strings.Join(f.problems, "\n"), "unknown flag: "+flag+"x") {
				t.Errorf("%s with %sx instead of %s has only the problems %q", name, flag, flag, f.problems)
			}
			planted++
		}
	}
	if planted < 20 {
		t.Errorf("planted only %d wrong flags", planted)
	}
}

// flagsOf gives the long flags in command lines.
func flagsOf(lines [][]string) (flags []string) {
	for _, word := range slices.Concat(lines...) {
		flag, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(flag, "--") && !slices.Contains(flags, flag) {
			flags = append(flags, flag)
		}
	}
	return flags
}

// TestCommandLinesAreFoundInEveryForm has one wrong flag in each form.
func TestCommandLinesAreFoundInEveryForm(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"a.md", "```sh\nmake x && FOO=1 retryctl translate --wrong | cat\n```\n"},
		{"a.md", "```console\n$ retryctl translate --wrong 2>/dev/null\n```\n"},
		{"a.md", "```yaml\nexec: {path: retryctl, args: [fn, --wrong]}\n```\n"},
		{"a.md", "text `kubectl retryctl diff\n--wrong` and more\n"},
		{"a.md", "text `args: [x]`, `command: [retryctl, fn, --wrong]`\n"},
		{"a.sh", "x=$(cat a | \"$BIN/retryctl\" translate \\\n  --wrong)\n"},
		{"a.sh", "if ! retryctl validate --wrong; then exit 1; fi\n"},
		{"a.sh", "cat > f <<'EOF'\nit's\nEOF\nKUBECTL_EXTERNAL_DIFF=\"retryctl diff --wrong\" kubectl diff\n"},
		{"a.md", "with `helm template x --post-renderer retryctl --post-renderer-args=--wrong`\n"},
		{"a.sh", "diff <(retryctl translate --wrong) b\n"},
		{"Dockerfile", "FROM x\nENTRYPOINT [\"/retryctl\", \"fn\", \"--wrong\"]\n"},
		{".pre-commit-hooks.yaml", "- {id: x, name: x, language: golang, entry: retryctl validate, args: [--wrong]}\n"},
		{"x.yaml", "spec: {generate: {command: [retryctl, translate, --wrong]}}\n"},
		{"x.yaml", "spec: {generate: {command: [retryctl], args: [translate, --wrong]}}\n"},
		{"x.yaml", "spec: {generate: {command: [sh, -c], args: ['retryctl translate --wrong']}}\n"},
		{"x.yaml", "run: |\n  set -e\n  retryctl translate --wrong\n"},
		{"x.yaml", "metadata: {annotations: {f: 'exec: {path: retryctl, args: [fn, --wrong]}'}}\n"},
		{"x.yaml", "mutators: [{exec: retryctl fn --wrong}]\n"},
	} {
		if f := examine(c.name, c.text); !slices.ContainsFunc(f.problems, func(p string) bool { return strings.HasSuffix(p, "unknown flag: --wrong") }) {
			t.Errorf("%s with %q has only the problems %q", c.name, c.text, f.problems)
		}
	}
	for _, line := range []string{"retryctl transalte -f x", "retryctl translate --to nginx", "retryctl version now", "retryctl translate -o toml", "retryctl translate -Q"} {
		if f := examine("a.sh", line); len(f.problems) != 1 {
			t.Errorf("%s has the problems %q", line, f.problems)
		}
	}
	for _, line := range []string{"go build -o bin/retryctl ./cmd/retryctl", "which retryctl", "echo 'retryctl --wrong'", "# retryctl --wrong", "retryctl translate \"$@\" -f \"$FILE\""} {
		if f := examine("a.sh", line); len(f.problems) != 0 {
			t.Errorf("%s has the problems %q", line, f.problems)
		}
	}
}
