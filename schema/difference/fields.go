package difference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
)

// A Field is a place in an object at which two states differ. Path is that of
// JSONPath, from the root: `spec.rules[0].retry.codes`,
// `metadata.annotations["konghq.com/retries"]`. Items that have names in both
// states are told apart by them: `spec.http[?(@.name=="reads")].timeout`. A side
// that does not exist has nothing there; Path is empty where the whole object is
// there on one side only.
type Field struct {
	Path     string
	From, To manifest.Value
}

// Fields gives the fields in which the two states differ, in the order of the
// tree.
func (d Difference) Fields() []Field {
	var list fields
	list.compare("", d.From, d.To)
	return list
}

type fields []Field

func (f *fields) compare(path string, from, to manifest.Value) {
	switch {
	case from.Exists() && to.Exists() && yaml(from) == yaml(to):
	case from.IsMap() && to.IsMap():
		f.mapping(path, from, to)
	case from.IsList() && to.IsList() && !(scalars(from) && scalars(to)):
		f.list(path, from, to)
	default:
		*f = append(*f, Field{path, from, to})
	}
}

func (f *fields) mapping(path string, from, to manifest.Value) {
	var keys []string
	for _, v := range []manifest.Value{from, to} {
		for key := range v.Fields() {
			keys = append(keys, key.Text())
		}
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		f.compare(join(path, key), from.At(key), to.At(key))
	}
}

var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func join(path, key string) string {
	switch {
	case !word.MatchString(key):
		return fmt.Sprintf("%s[%q]", path, key)
	case path == "":
		return key
	}
	return path + "." + key
}

// list compares items with names by name, the order of the names by itself, and
// other items by index.
func (f *fields) list(path string, from, to manifest.Value) {
	before, ok := names(from)
	after, ok2 := names(to)
	if !ok || !ok2 {
		for n := range max(from.Len(), to.Len()) {
			f.compare(fmt.Sprintf("%s[%d]", path, n), from.Index(n), to.Index(n))
		}
		return
	}
	common := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return !slices.Contains(other, name) })
	}
	if a, b := common(before, after), common(after, before); !slices.Equal(a, b) {
		*f = append(*f, Field{path + "[*].name", manifest.ListOf(a), manifest.ListOf(b)})
	}
	all := slices.Clone(before)
	for _, name := range after {
		if !slices.Contains(before, name) {
			all = append(all, name)
		}
	}
	for _, name := range all {
		item := func(v manifest.Value, list []string) manifest.Value { return v.Index(slices.Index(list, name)) }
		f.compare(fmt.Sprintf("%s[?(@.name==%q)]", path, name), item(from, before), item(to, after))
	}
}

// scalars reports whether a list has only scalars: such a list is one value, as its
// items have no identity.
func scalars(list manifest.Value) bool {
	for _, item := range list.Items() {
		if !item.IsScalar() {
			return false
		}
	}
	return true
}

// names gives the names of a list's items; ok is false where one has none or two
// have the same.
func names(list manifest.Value) (all []string, ok bool) {
	for _, item := range list.Items() {
		name := item.At("name").Text()
		if name == "" || slices.Contains(all, name) {
			return nil, false
		}
		all = append(all, name)
	}
	return all, true
}

// Inline is a value on one line, as JSON; "-" for nothing.
func Inline(v manifest.Value) string {
	if !v.Exists() {
		return "-"
	}
	var out strings.Builder
	if err := v.WriteJSON(&out); err != nil {
		return "-"
	}
	return compact(out.String())
}

// compact draws indented JSON together; a line break within a text is escaped
// there.
func compact(json string) string {
	lines := strings.Split(strings.TrimSpace(json), "\n")
	for n := range lines {
		lines[n] = strings.TrimSpace(lines[n])
		if strings.HasSuffix(lines[n], ",") {
			lines[n] += " "
		}
	}
	return strings.Join(lines, "")
}
