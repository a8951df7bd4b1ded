package schema

import (
	"embed"
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"strings"
)

// source is the Go text of the types: what a field means is written there once.
//
//go:embed types.go words.go config.go
var source embed.FS

// comments are what the Go text says about "Type", "Type.Field" and the words of
// a type, "Condition" being followed by its constants.
type comments map[string]string

func readComments() (comments, error) {
	c := comments{}
	for _, name := range []string{"types.go", "words.go", "config.go"} {
		text, err := source.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read the comments of the types: %w", err)
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				c.declaration(g)
			}
		}
	}
	return c, nil
}

func (c comments) declaration(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			c[s.Name.Name] = flow(g.Doc)
			if st, ok := s.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					for _, name := range f.Names {
						c[s.Name.Name+"."+name.Name] = flow(f.Doc)
					}
				}
			}
		case *ast.ValueSpec:
			if t, ok := s.Type.(*ast.Ident); ok && s.Comment != nil {
				c[t.Name] += fmt.Sprintf("\n- %s: %s", s.Names[0].Name, flow(s.Comment))
			}
		}
	}
}

// flow gives a comment with one line for each paragraph.
func flow(g *ast.CommentGroup) string {
	printer := comment.Printer{TextWidth: -1}
	return strings.TrimSpace(string(printer.Text(new(comment.Parser).Parse(g.Text()))))
}

// about gives what is said about a field, with its name as the text has it, and
// what is said about its type.
func (c comments) about(owner, goName, name, typeName string) string {
	own := c[owner+"."+goName]
	if rest, ok := strings.CutPrefix(own, goName+" "); ok {
		own = name + " " + rest
	}
	return strings.TrimSpace(own + "\n\n" + c[typeName])
}
