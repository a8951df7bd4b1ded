package controller

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
)

// A rule is the match of a router: one matcher, or two rules joined by and or or.
// That a matcher is negated is noted at the matcher.
type rule struct {
	matcher     string // as the table of matchers has it; empty for a join
	values      []string
	not         bool
	or          bool // of a join
	left, right *rule
}

// readRule reads a match as Traefik does, whose parser is Go's own for expressions
// (v3.7.13 pkg/rules/parser.go:24, vulcand/predicate parse.go:26), and says why
// Traefik refuses it. syntax is the route's; only v2 is another than v3.
func readRule(text, syntax string) (*rule, error) {
	if text == "" {
		return nil, errors.New("the match is empty")
	}
	expression, err := parser.ParseExpr(text)
	if err != nil {
		return nil, fmt.Errorf("read the match: %w", err)
	}
	known := MatchersV3
	if syntax == "v2" {
		known = matchersV2
	}
	return Build(expression, known, false)
}

// Build reads the expression of a rule with the matchers of a version; not says that it
// stands behind a !.
func Build(e ast.Expr, known map[string]matcher, not bool) (*rule, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return Build(e.X, known, not)
	case *ast.UnaryExpr:
		if e.Op != token.NOT {
			return nil, fmt.Errorf("%s is no operator of a match", e.Op)
		}
		return Build(e.X, known, !not)
	case *ast.BinaryExpr:
		if e.Op != token.LAND && e.Op != token.LOR {
			return nil, fmt.Errorf("%s is no operator of a match", e.Op)
		}
		left, err := Build(e.X, known, not)
		if err != nil {
			return nil, err
		}
		right, err := Build(e.Y, known, not)
		if err != nil {
			return nil, err
		}
		return &rule{or: (e.Op == token.LOR) != not, left: left, right: right}, nil
	case *ast.CallExpr:
		return call(e, known, not)
	}
	return nil, errors.New("something in the match is no matcher")
}

// call reads one matcher. Its name may be in capitals, in small letters, or in
// small letters with one capital (pkg/rules/parser.go:38).
func call(e *ast.CallExpr, known map[string]matcher, not bool) (*rule, error) {
	written, ok := e.Fun.(*ast.Ident)
	if !ok {
		return nil, errors.New("something in the match is no matcher")
	}
	r := &rule{not: not}
	lower := strings.ToLower(written.Name)
	for name := range known {
		if strings.ToLower(name) == lower && (written.Name == name || written.Name == lower ||
			written.Name == strings.ToUpper(name) || written.Name == strings.ToUpper(lower[:1])+lower[1:]) {
			r.matcher = name
		}
	}
	if r.matcher == "" {
		return nil, fmt.Errorf("no matcher of Traefik is called %s", written.Name)
	}
	for _, argument := range e.Args {
		literal, ok := argument.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return nil, fmt.Errorf("%s takes texts in quotes", r.matcher)
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			return nil, fmt.Errorf("read a text of %s: %w", r.matcher, err)
		}
		if value == "" {
			return nil, fmt.Errorf("%s has an empty text", r.matcher)
		}
		r.values = append(r.values, value)
	}
	if len(r.values) == 0 {
		return nil, fmt.Errorf("%s has no text", r.matcher)
	}
	if err := known[r.matcher].check(r.values); err != nil {
		return nil, fmt.Errorf("%s: %w", r.matcher, err)
	}
	return r, nil
}

// Methods gives those that a rule lets through; only is false where it looks at
// anything else.
func (r *rule) Methods() (methods behavior.Methods, only bool) {
	if r.matcher != "" {
		if r.matcher != "Method" {
			return behavior.AllMethods, false
		}
		for _, name := range r.values {
			methods |= behavior.ParseMethod(strings.ToUpper(name))
		}
		if r.not {
			methods = behavior.AllMethods &^ methods
		}
		return methods, true
	}
	left, onlyLeft := r.left.Methods()
	right, onlyRight := r.right.Methods()
	if r.or {
		return left | right, onlyLeft && onlyRight
	}
	return left & right, onlyLeft && onlyRight
}

// A way is one alternative of a rule: matchers that all have to hold.
type way struct {
	methods behavior.Methods
	list    []*rule
}

// maxWays bounds the alternatives that are looked at one by one.
const maxWays = 64

// ways gives the alternatives of a rule; none where there are too many.
func (r *rule) ways() []way {
	if r.matcher != "" {
		if methods, only := r.Methods(); only {
			return []way{{methods: methods}}
		}
		return []way{{behavior.AllMethods, []*rule{r}}}
	}
	left, right := r.left.ways(), r.right.ways()
	switch {
	case len(left) == 0 || len(right) == 0:
		return nil
	case r.or && len(left)+len(right) <= maxWays:
		return append(left, right...)
	case r.or || len(left)*len(right) > maxWays:
		return nil
	}
	var all []way
	for _, a := range left {
		for _, b := range right {
			all = append(all, way{a.methods & b.methods, append(a.list[:len(a.list):len(a.list)], b.list...)})
		}
	}
	return all
}
