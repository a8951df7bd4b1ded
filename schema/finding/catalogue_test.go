package finding

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// constants reads the names and values of the codes out of the source.
func constants(t *testing.T) (names, codes []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "catalogue.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			names, codes = append(names, spec.Names[0].Name), append(codes, code)
		}
		return true
	})
	if len(codes) == 0 {
		t.Fatal("no constants were found")
	}
	return names, codes
}

func TestEveryCodeHasAPageInTheOrderOfTheCodes(t *testing.T) {
	names, codes := constants(t)
	pages := Catalogue()
	if len(pages) != len(codes) {
		t.Fatalf("%d pages for %d codes", len(pages), len(codes))
	}
	for i, p := range pages {
		if string(p.Code) != codes[i] || p.Name != names[i] {
			t.Errorf("page %d is %s %s, want %s %s", i, p.Code, p.Name, codes[i], names[i])
		}
		if i > 0 && p.Code <= pages[i-1].Code {
			t.Errorf("%s comes after %s", p.Code, pages[i-1].Code)
		}
	}
}

func TestEveryPageIsWritten(t *testing.T) {
	for _, p := range Catalogue() {
		if p.Title == "" || strings.HasSuffix(p.Title, ".") || strings.ToLower(p.Title[:1]) != p.Title[:1] {
			t.Errorf("%s: %q is no title: lower case, without a full stop", p.Code, p.Title)
		}
		if n := len(strings.Split(strings.TrimSpace(p.Text), "\n\n")); n < 3 {
			t.Errorf("%s has %d paragraphs", p.Code, n)
		}
		if !strings.Contains(p.Text, "\n\n    ") {
			t.Errorf("%s has no example", p.Code)
		}
		if p.Severity != Error && p.Severity != Warning && p.Severity != Note {
			t.Errorf("%s has the severity %q", p.Code, p.Severity)
		}
	}
}

// Pages are printed to terminals and, unchanged, as Markdown.
func TestPagesReadTheSameInATerminalAndInMarkdown(t *testing.T) {
	for _, p := range Catalogue() {
		for line := range strings.Lines(p.Text) {
			line = strings.TrimSuffix(line, "\n")
			switch {
			case len(line) > 80:
				t.Errorf("%s: longer than 80 characters: %s", p.Code, line)
			case strings.Contains(line, "\t") || strings.TrimRight(line, " ") != line:
				t.Errorf("%s: odd white space: %q", p.Code, line)
			case !strings.HasPrefix(line, "    ") && (strings.ContainsAny(line, "*_<`|") || strings.HasPrefix(line, " ")):
				t.Errorf("%s: Markdown outside an example: %s", p.Code, line)
			}
		}
	}
}

func TestExplainPrintsThePageOfACode(t *testing.T) {
	page, ok := Find(NotCarried)
	if !ok {
		t.Fatal("no page")
	}
	var out bytes.Buffer
	if err := page.Write(&out); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	if !strings.HasPrefix(got, "RT2004 NotCarried (warning)\nNothing in the gateway's configuration carries the wish.\n\nThe policy sets") {
		t.Errorf("printed\n%s", got)
	}
	if !strings.HasSuffix(got, "tolerates it\"\n") {
		t.Errorf("ends in %q", got[len(got)-20:])
	}
	if _, ok := Find("RT9999"); ok {
		t.Error("there is a page for a code that does not exist")
	}
}

func TestTheMarkdownCatalogueHasAHeadingForEachLinkOfItsTable(t *testing.T) {
	var out bytes.Buffer
	if err := WriteCatalogue(&out); err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\(#(rt\d+)\)`).FindAllStringSubmatch(out.String(), -1)
	if len(links) != len(Catalogue()) {
		t.Fatalf("%d links", len(links))
	}
	for _, link := range links {
		if !strings.Contains(out.String(), "\n## "+strings.ToUpper(link[1])+"\n") {
			t.Errorf("no heading for %s", link[1])
		}
	}
}
