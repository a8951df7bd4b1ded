package admission

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"retryctl.dev/schema/manifest"
)

// A limit is what the schema of a CRD says at one path. Fields that are left out say
// nothing.
type limit struct {
	path string
	// kind is the type: object, array, string, integer, number, boolean, or
	// int-or-string.
	kind                                   string
	required                               []string
	oneOf                                  []string // at most one of these fields is there
	maxItems, minItems                     int
	set                                    bool     // no two items are the same
	keys                                   []string // no two items have the same values of these
	maxLength, minLength                   int
	pattern                                string
	enum                                   []string
	least, most                            float64
	hasLeast, hasMost                      bool
	maxProperties, minProperties, intWidth int
}

// A breach is one way in which a value breaks a limit.
type breach struct{ what, why string }

// broken says what of a limit a value breaks.
func (c *Checker) broken(l *limit, v manifest.Value) []breach {
	if !is(v, l.kind) {
		return []breach{{"type", fmt.Sprintf("must be of type %s", l.kind)}}
	}
	switch {
	case v.IsMap():
		return fields(l, v)
	case v.IsList():
		return items(l, v)
	case isText(v):
		return c.text(l, v.Text())
	}
	return number(l, v)
}

// is reports whether a value is of a type of JSON.
func is(v manifest.Value, kind string) bool {
	switch kind {
	case "object":
		return v.IsMap()
	case "array":
		return v.IsList()
	case "string":
		return isText(v)
	case "integer":
		return whole(v)
	case "number":
		return v.Tag() == "!!int" || v.Tag() == "!!float"
	case "boolean":
		return v.Tag() == "!!bool"
	case "int-or-string":
		return isText(v) || whole(v)
	}
	return true
}

// isText takes dates for text, as the API server does.
func isText(v manifest.Value) bool { return v.Tag() == "!!str" || v.Tag() == "!!timestamp" }

func whole(v manifest.Value) bool {
	f, ok := v.Float()
	return ok && f == math.Trunc(f)
}

func fields(l *limit, v manifest.Value) (list []breach) {
	for _, name := range l.required {
		if !v.At(name).Exists() {
			list = append(list, breach{"required", fmt.Sprintf("must have %s", name)})
		}
	}
	there := 0
	for _, name := range l.oneOf {
		if v.At(name).Exists() {
			there++
		}
	}
	if there > 1 {
		list = append(list, breach{"oneOf", fmt.Sprintf("may have only one of %s", strings.Join(l.oneOf, ", "))})
	}
	if l.maxProperties > 0 && v.Len() > l.maxProperties {
		list = append(list, breach{"maxProperties", fmt.Sprintf("has %d fields, and %d is the most", v.Len(), l.maxProperties)})
	}
	if v.Len() < l.minProperties {
		list = append(list, breach{"minProperties", fmt.Sprintf("has %d fields, and %d is the least", v.Len(), l.minProperties)})
	}
	return list
}

func items(l *limit, v manifest.Value) (list []breach) {
	if l.maxItems > 0 && v.Len() > l.maxItems {
		list = append(list, breach{"maxItems", fmt.Sprintf("has %d items, and %d is the most", v.Len(), l.maxItems)})
	}
	if v.Len() < l.minItems {
		list = append(list, breach{"minItems", fmt.Sprintf("has %d items, and %d is the least", v.Len(), l.minItems)})
	}
	if !l.set && len(l.keys) == 0 {
		return list
	}
	seen := map[string]bool{}
	for _, item := range v.Items() {
		key := item.Tag() + item.Text()
		if len(l.keys) > 0 {
			key = ""
			for _, name := range l.keys {
				key += item.At(name).Text() + "\x00"
			}
		}
		if seen[key] {
			list = append(list, breach{"twice", fmt.Sprintf("has %s twice", strings.TrimRight(strings.ReplaceAll(strings.TrimPrefix(key, item.Tag()), "\x00", " "), " "))})
			break
		}
		seen[key] = true
	}
	return list
}

func (c *Checker) text(l *limit, text string) (list []breach) {
	switch length := utf8.RuneCountInString(text); {
	case l.maxLength > 0 && length > l.maxLength:
		list = append(list, breach{"maxLength", fmt.Sprintf("has %d characters, and %d is the most", length, l.maxLength)})
	case length < l.minLength:
		list = append(list, breach{"minLength", fmt.Sprintf("has %d characters, and %d is the least", length, l.minLength)})
	}
	if len(l.enum) > 0 && !slices.Contains(l.enum, text) {
		list = append(list, breach{"enum", fmt.Sprintf("%q is none of %s", text, strings.Join(l.enum, ", "))})
	}
	if l.pattern != "" {
		if c.patterns[l.pattern] == nil {
			c.patterns[l.pattern] = regexp.MustCompile(l.pattern)
		}
		if !c.patterns[l.pattern].MatchString(text) {
			list = append(list, breach{"pattern", fmt.Sprintf("%q is not of the form %s", text, l.pattern)})
		}
	}
	return list
}

func number(l *limit, v manifest.Value) (list []breach) {
	n, ok := v.Float()
	if !ok {
		return nil
	}
	if l.hasMost && n > l.most {
		list = append(list, breach{"most", fmt.Sprintf("%s is more than %s", v.Text(), strconv.FormatFloat(l.most, 'f', -1, 64))})
	}
	if l.hasLeast && n < l.least {
		list = append(list, breach{"least", fmt.Sprintf("%s is less than %s", v.Text(), strconv.FormatFloat(l.least, 'f', -1, 64))})
	}
	if l.intWidth > 0 && math.Abs(n) >= math.Exp2(float64(l.intWidth-1)) {
		list = append(list, breach{"width", fmt.Sprintf("%s does not fit into %d bits", v.Text(), l.intWidth)})
	}
	return list
}
