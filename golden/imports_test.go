package golden

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "retryctl.dev/"

// layers are the folders of the module, the lowest first: a package imports
// packages of its own layer and of those below.
var layers = []string{"schema/finding", "schema", "translators", "cmd"}

// TestImportsGoOneWay holds every package to the layers, and gateways apart.
func TestImportsGoOneWay(t *testing.T) {
	files := 0
	for _, top := range []string{"schema", "translators", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
			for _, imported := range importsOf(t, path) {
				if layer(imported) > layer(folder) {
					t.Errorf("%s imports %s, which is above it", path, imported)
				}
				if from, to := gatewayOf(folder), gatewayOf(imported); from != "" && to != "" && from != to {
					t.Errorf("%s of gateway %s imports gateway %s", path, from, to)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 80 {
		t.Errorf("looked at %d files: at least 80 are expected", files)
	}
}

// importsOf gives the folders of this module that a file imports.
func importsOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if folder, ok := strings.CutPrefix(name, module); ok {
			folders = append(folders, folder)
		}
	}
	return folders
}

// layer gives the index of a folder's layer; what is in none is above them all.
func layer(folder string) int {
	at := slices.IndexFunc(layers, func(l string) bool { return folder == l || strings.HasPrefix(folder, l+"/") })
	if at < 0 {
		return len(layers)
	}
	return at
}

// gatewayOf gives the gateway whose folder it is, or is below.
func gatewayOf(folder string) string {
	for _, name := range []string{"envoygateway", "istio", "kong", "traefik", "gatewayapi"} {
		if at := "translators/" + name; folder == at || strings.HasPrefix(folder, at+"/") {
			return name
		}
	}
	return ""
}
