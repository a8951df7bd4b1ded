package golden

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// largeFolder is how many files a folder has before its doc.go has a map of them.
const largeFolder = 12

// TestLargeFoldersHaveAMap holds the doc.go of each folder with many files to naming all
// of them, and none that is not there.
func TestLargeFoldersHaveAMap(t *testing.T) {
	large := 0
	for _, top := range []string{"schema", "translators", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(folder string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			files := sourcesOf(t, folder)
			if len(files) < largeFolder {
				return nil
			}
			large++
			named := mapOf(t, filepath.Join(folder, "doc.go"))
			matches := func(file, name string) bool {
				is, _ := path.Match(name, file) //nolint:errcheck // a bad pattern matches nothing
				return is
			}
			for _, file := range files {
				if file != "doc.go" && !slices.ContainsFunc(named, func(name string) bool { return matches(file, name) }) {
					t.Errorf("%s/doc.go has no line for %s", folder, file)
				}
			}
			for _, name := range named {
				if !slices.ContainsFunc(files, func(file string) bool { return matches(file, name) }) {
					t.Errorf("%s/doc.go has a line for %s, which is not there", folder, name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if large < 5 {
		t.Errorf("%d folders have %d files: at least 5 are expected", large, largeFolder)
	}
}

// sourcesOf gives the Go files of a folder that are no tests.
func sourcesOf(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files = append(files, name)
		}
	}
	return files
}

// mapOf gives the names that begin the indented lines of a package's comment.
func mapOf(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(parsed.Doc.Text()) {
		if words := strings.Fields(line); strings.HasPrefix(line, "\t") && len(words) > 0 && strings.HasSuffix(words[0], ".go") {
			names = append(names, words[0])
		}
	}
	return names
}
