package admission

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/manifest"
)

// A step is one step of the paths of a Kind: into a field, into the items of a list or
// into the values of a mapping. An object is walked once for all that is said of it.
type step struct {
	into   string // the name of the field, or [] or {}
	checks []check
	below  []*step
}

// A check is a limit or a rule, with its place in the order of the tables.
type check struct {
	order int
	limit *limit
	rule  *Rule
}

// steps gives what is to be looked at in objects of a kind, from the root on.
func steps(k Kind) *step {
	root := &step{}
	for n := range k.limits {
		root.add(k.limits[n].path, check{order: n, limit: &k.limits[n]})
	}
	for n := range k.Rules {
		root.add(k.Rules[n].Path, check{order: len(k.limits) + n, rule: &k.Rules[n]})
	}
	return root
}

// add puts a check where its path leads.
func (s *step) add(path string, c check) {
	if path != "" {
		for field := range strings.SplitSeq(path, ".") {
			name, brackets := cutBrackets(field)
			if s = s.to(name); len(brackets) > 0 {
				for ; brackets != ""; brackets = brackets[2:] {
					s = s.to(brackets[:2])
				}
			}
		}
	}
	s.checks = append(s.checks, c)
}

// to gives the step below this one that leads into something.
func (s *step) to(into string) *step {
	for _, below := range s.below {
		if below.into == into {
			return below
		}
	}
	below := &step{into: into}
	s.below = append(s.below, below)
	return below
}

// cutBrackets parts "rules[]" in the name and the brackets.
func cutBrackets(field string) (name, brackets string) {
	if n := strings.IndexAny(field, "[{"); n >= 0 {
		return field[:n], field[n:]
	}
	return field, ""
}

// A spot is a value's place in an object; its text is seldom needed.
type spot struct {
	in    *spot
	name  string // of a field, empty for an item
	index int
}

func (s *spot) String() string {
	switch {
	case s == nil:
		return ""
	case s.name == "":
		return fmt.Sprintf("%s[%d]", s.in, s.index)
	case s.in == nil:
		return s.name
	}
	return s.in.String() + "." + s.name
}

// walk visits each value below a step, with the step that leads to it. A null is
// nothing: the server drops it.
func (s *step) walk(v manifest.Value, at *spot, visit func(*step, manifest.Value, *spot)) {
	if !v.Exists() {
		return
	}
	if len(s.checks) > 0 {
		visit(s, v, at)
	}
	for _, below := range s.below {
		switch below.into {
		case "[]":
			for n := range v.Len() {
				if item := v.Index(n); item.Exists() {
					below.walk(item, &spot{in: at, index: n}, visit)
				}
			}
		case "{}":
			for key, value := range v.Fields() {
				below.walk(value, &spot{in: at, name: key.Text()}, visit)
			}
		default:
			if field := v.At(below.into); field.Exists() {
				below.walk(field, &spot{in: at, name: below.into}, visit)
			}
		}
	}
}
