package schema

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A checker holds the fields of one document to their bounds and collects what
// is wrong.
type checker struct {
	object   manifest.ID
	source   Source
	findings finding.List
}

func newChecker(kind string, m Metadata, s Source) checker {
	namespace := m.Namespace
	if namespace == "" {
		namespace = manifest.DefaultNamespace
	}
	return checker{object: manifest.ID{Group: Group, Kind: kind, Namespace: namespace, Name: m.Name}, source: s}
}

func (c *checker) add(code finding.Code, field, hint, format string, args ...any) {
	line, column := c.source.Position(field)
	c.findings.Add(finding.Finding{
		Code: code, Object: c.object, Field: field, Message: fmt.Sprintf(format, args...), Hint: finding.Do(hint),
		File: c.source.File, Line: line, Column: column,
	})
}

func (c *checker) bad(field, hint, format string, args ...any) {
	c.add(finding.BadValue, field, hint, format, args...)
}

func (c *checker) contradiction(field, hint, format string, args ...any) {
	c.add(finding.Contradiction, field, hint, format, args...)
}

func (c *checker) inert(field, hint, format string, args ...any) {
	c.add(finding.InertWish, field, hint, format, args...)
}

// number reports a number that is out of its bounds.
func (c *checker) number(field string, n int64) bool {
	b := boundOf(field)
	if n < b.least || n > b.most {
		c.bad(field, "", "%d is not between %d and %d", n, b.least, b.most)
		return false
	}
	return true
}

// span reports a duration that is out of its bounds; nil is no wish.
func (c *checker) span(field string, d *Duration) {
	if d == nil {
		return
	}
	if b := boundOf(field); *d < b.short || *d > b.long {
		c.bad(field, b.hint, "%s is not between %s and %s", d, b.short, b.long)
	}
}

// word reports a text that is none of the allowed words. Elsewhere are words of
// other tools, with what they are called here.
func (c *checker) word(field, got string, elsewhere map[string]string) {
	c.oneOf(field, got, boundOf(field).words, elsewhere)
}

func (c *checker) oneOf(field, got string, allowed []string, elsewhere map[string]string) {
	if slices.Contains(allowed, got) {
		return
	}
	hint := "one of " + strings.Join(allowed, ", ")
	if meant, ok := elsewhere[got]; ok {
		hint = "did you mean " + meant + "?"
	} else if best := Nearest(got, allowed); best != "" {
		hint = "did you mean " + best + "?"
	}
	c.bad(field, hint, "%q is not known here", got)
}

// optional is word for a field that may be left out.
func (c *checker) optional(field, got string, elsewhere map[string]string) {
	if got != "" {
		c.word(field, got, elsewhere)
	}
}

// form reports a text that is not written as its field wants it.
func (c *checker) form(field, got string) bool { return c.fits(field, got, boundOf(field).form) }

func (c *checker) fits(field, got string, f *form) bool {
	if f.fits(got) {
		return true
	}
	c.bad(field, f.hint, "%q is no %s", got, f.name)
	return false
}

// list reports a list with too few or too many items, and each item that stands
// there twice.
func list[T comparable](c *checker, field string, items []T) {
	b := boundOf(field)
	switch {
	case len(items) < b.items:
		c.bad(field, b.hint, "an empty list")
	case len(items) > b.longer:
		c.bad(field, "", "%d items, and %d are the most", len(items), b.longer)
	}
	repeated(c, field, items)
}

// repeated reports each item of a list that stands there twice.
func repeated[T comparable](c *checker, field string, items []T) {
	seen := make(map[T]bool, len(items))
	for i, item := range items {
		if seen[item] {
			c.bad(fmt.Sprintf("%s[%d]", field, i), "take one of the two out", "%v stands there twice", item)
		}
		seen[item] = true
	}
}

func (c *checker) metadata(m Metadata) {
	c.form("metadata.name", m.Name)
	if m.Namespace != "" {
		c.form("metadata.namespace", m.Namespace)
	}
}
