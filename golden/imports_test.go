package golden

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "retryctl.dev/"

// layers are the folders of the module, the lowest first: a package imports
// packages of its own layer and of those below.
var layers = []string{"schema/manifest", "schema/finding", "schema", "translators", "cmd"}

// TestImportsGoOneWay holds every package to the layers, and gateways apart.
func TestImportsGoOneWay(t *testing.T) {
	files, all := 0, gateways(t)
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
				if from, to := gatewayOf(all, folder), gatewayOf(all, imported); from != "" && to != "" && from != to {
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

// gateways gives the folders of gateways: those below translators with a profile.
func gateways(t *testing.T) []string {
	t.Helper()
	profiles, err := filepath.Glob("../translators/*/profile.go")
	if err != nil || len(profiles) < 5 {
		t.Fatalf("there are %d profiles of gateways: at least 5 are expected (%v)", len(profiles), err)
	}
	var folders []string
	for _, p := range profiles {
		folders = append(folders, strings.TrimPrefix(filepath.ToSlash(filepath.Dir(p)), "../"))
	}
	return folders
}

// gatewayOf gives the gateway whose folder it is, or is below; empty for none.
func gatewayOf(gateways []string, folder string) string {
	for _, at := range gateways {
		if folder == at || strings.HasPrefix(folder, at+"/") {
			return at
		}
	}
	return ""
}

// TestReadersAndWritersKnowNothingOfEachOther holds what the comparison of the two is
// worth: what both have wrong together would be found by nobody.
func TestReadersAndWritersKnowNothingOfEachOther(t *testing.T) {
	for _, g := range gateways(t) {
		for _, pair := range [][2]string{{"read", "write"}, {"write", "read"}, {"controller", "read"}, {"controller", "write"}, {"api", "controller"}, {"api", "read"}, {"api", "write"}} {
			if way := reach(t, g+"/"+pair[0], g+"/"+pair[1], nil); len(way) > 0 {
				t.Errorf("%s reaches %s: %s", pair[0], pair[1], strings.Join(way, " imports "))
			}
		}
		for _, part := range []string{"api", "read"} {
			if files, _ := filepath.Glob("../" + g + "/" + part + "/*.go"); len(files) == 0 {
				t.Errorf("%s has no folder %s", g, part)
			}
		}
	}
}

// reach gives the way by which one package imports another, through others of this
// module, empty where there is none.
func reach(t *testing.T, from, to string, seen []string) []string {
	t.Helper()
	if from == to {
		return []string{from}
	}
	if slices.Contains(seen, from) {
		return nil
	}
	seen = append(seen, from)
	files, err := filepath.Glob("../" + from + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, next := range importsOf(t, file) {
			if !strings.HasPrefix(next, from[:strings.LastIndex(from, "/")]) {
				continue // neither is in another gateway, and nothing below knows a gateway
			}
			if way := reach(t, next, to, seen); len(way) > 0 {
				return append([]string{from}, way...)
			}
		}
	}
	return nil
}

// listed is a call for a list of the project's gateways.
var listed = regexp.MustCompile(`\btranslators\.(All|OnlyRead)\(\)`)

// TestTheListOfGatewaysIsHandedIn holds what a gateway of somebody else's is worth: whatever
// asks for the project's own list would not know it.
func TestTheListOfGatewaysIsHandedIn(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../translators", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if listed.Match(text) || filepath.Dir(path) == "../translators" && regexp.MustCompile(`range (All|OnlyRead)\(\)`).Match(text) {
			t.Errorf("%s asks for the list of gateways, which its callers have", path)
		}
		return nil
	})
	if err != nil || files < 80 {
		t.Errorf("looked at %d files: at least 80 are expected (%v)", files, err)
	}
}
