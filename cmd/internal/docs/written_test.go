package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/explain"
)

func TestEveryExampleOfTheDocsIsWhatTheCommandPrints(t *testing.T) {
	names, err := written(top)
	if err != nil || len(names) < 5 {
		t.Fatalf("found %d pages (%v)", len(names), err)
	}
	commands := 0
	for _, name := range names {
		text := read(t, name)
		commands += strings.Count(text, "\n$ retryctl ")
		fresh, err := refresh(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(text, fresh); diff != "" {
			t.Errorf("%s is out of date: run make docs and look at the difference (-written +now):\n%s", name, diff)
		}
	}
	if commands < 4 {
		t.Errorf("found %d commands in all pages: at least 4 are expected", commands)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keys gives the JSON names of a type's fields, those of structs below it joined
// by dots.
func keys(typ reflect.Type, above string) []string {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[schema.CodeRange]() {
		return nil
	}
	var names []string
	for n := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(n).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		names = append(names, above+name)
		names = append(names, keys(typ.Field(n).Type, above+name+".")...)
	}
	return names
}

func TestTheReferencesNameEveryField(t *testing.T) {
	for _, one := range []struct {
		page  string
		above string
		typ   reflect.Type
	}{
		{"policy.md", "spec.", reflect.TypeFor[schema.Spec]()},
		{"config.md", "spec.", reflect.TypeFor[schema.ConfigSpec]()},
		{"explain.md", "", reflect.TypeFor[explain.Entry]()},
		{"explain.md", "", reflect.TypeFor[finding.Finding]()},
	} {
		text := read(t, filepath.Join(top, "docs", one.page))
		names := keys(one.typ, one.above)
		if one.page == "config.md" {
			names = append(names, translators.All().Documents().Fields()...)
		}
		if len(names) < 10 {
			t.Fatalf("%s has only %d fields", one.typ, len(names))
		}
		for _, name := range names {
			if !strings.Contains(text, "| `"+name+"` |") {
				t.Errorf("docs/%s has no row for `%s`", one.page, name)
			}
		}
	}
}

// TestEveryLinkLeadsSomewhere looks at links to other files and to headings of
// the printed pages.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+\.[a-z]+)?(#[^)]+)?\)`)
	all, _ := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	links := 0
	for _, name := range append(all, filepath.Join(top, "README.md")) {
		for _, found := range link.FindAllStringSubmatch(read(t, name), -1) {
			if found[1] == "" {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), found[1])); err != nil {
				t.Errorf("%s: link to %s: %v", name, found[1], err)
			}
		}
	}
	if links < 5 {
		t.Errorf("found %d links", links)
	}
}
