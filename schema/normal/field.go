package normal

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"retryctl.dev/schema/manifest"
)

//go:embed fields.txt
var fieldsText string

// A field is a line of fields.txt.
type field struct {
	path, use string
	value     manifest.Value // of a default
}

// Forms say for kinds which fields have defaults and how fields are spelled. The zero value
// is for no kind.
type Forms struct{ table func() map[string]form }

// A form is what is known of a kind: its fields, parents before what is below them, and
// the older versions that have the schema of v1.
type form struct {
	fields []field
	older  []string
}

// FormsOf gives the forms that a text has, which is written as fields.txt is. It is read
// when it is first asked; a text that cannot be read is a mistake of who wrote it.
func FormsOf(text string) Forms {
	return Forms{sync.OnceValue(func() map[string]form {
		all, err := parse(text)
		if err != nil {
			panic("normal: the forms of kinds: " + err.Error()) // a test reads them
		}
		return all
	})}
}

// shared are the forms of kinds that several gateways have.
var shared = FormsOf(fieldsText)

// Has reports whether the forms are for a kind.
func (f Forms) Has(group, kind string) bool { return len(f.of(group, kind).fields) > 0 }

func (f Forms) of(group, kind string) form {
	if f.table == nil {
		return form{}
	}
	return f.table()[group+"/"+kind]
}

// of gives what is known of a kind.
func (opts Options) of(group, kind string) form {
	known := shared.of(group, kind)
	for _, own := range opts.Forms {
		more := own.of(group, kind)
		known.fields = append(slices.Clip(known.fields), more.fields...)
		known.older = append(slices.Clip(known.older), more.older...)
	}
	return known
}

// Knows reports whether there is anything to know about a kind's fields.
func (opts Options) Knows(apiVersion, kind string) bool {
	group, _, grouped := strings.Cut(apiVersion, "/")
	if !grouped {
		group = ""
	}
	return len(opts.of(group, kind).fields) > 0
}

func parse(text string) (map[string]form, error) {
	all := map[string]form{}
	kind := ""
	for n, line := range strings.Split(text, "\n") {
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] != ' ':
			words := strings.Fields(line)
			kind = words[0]
			all[kind] = form{older: words[1:]}
			continue
		}
		path, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		use, json, _ := strings.Cut(rest, " ")
		f := field{path: path, use: use}
		if use == "default" {
			objects, err := manifest.Read(strings.NewReader("apiVersion: v1\nkind: Default\nvalue: "+json), "forms.txt")
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			f.value = plain(objects[0].At("value"))
		} else if spellings[use] == nil {
			return nil, fmt.Errorf("line %d: there is no use %q", n+1, use)
		}
		all[kind] = form{append(all[kind].fields, f), all[kind].older}
	}
	return all, nil
}

// fill writes a default where the mapping around the field is there and the field
// is not.
func (f field) fill(root manifest.Value) {
	if f.use != "default" {
		return
	}
	parent, key := split(f.path)
	for _, m := range walk(root, parent) {
		if m.IsMap() && !m.At(key).Exists() {
			m.Put(key, f.value.Copy())
		}
	}
}

// spell puts a field's value in its one spelling.
func (f field) spell(root manifest.Value) {
	if change := spellings[f.use]; change != nil {
		for _, p := range places(root, f.path) {
			p.in.Put(p.key, change(p.in.At(p.key)))
		}
	}
}

// A spot is a key of a mapping.
type spot struct {
	in  manifest.Value
	key string
}

// places gives the spots of a path at which there is something.
func places(root manifest.Value, path string) []spot {
	parent, key := split(path)
	var list []spot
	for _, m := range walk(root, parent) {
		if m.At(key).Exists() {
			list = append(list, spot{m, key})
		}
	}
	return list
}

func split(path string) (parent []string, key string) {
	parts := strings.Split(path, ".")
	return parts[:len(parts)-1], strings.ReplaceAll(parts[len(parts)-1], "%", ".")
}

// walk gives every value at the end of a path.
func walk(root manifest.Value, path []string) []manifest.Value {
	at := []manifest.Value{root}
	for _, part := range path {
		key, list := strings.CutSuffix(part, "[]")
		key, mapping := strings.CutSuffix(key, "{}")
		var next []manifest.Value
		for _, v := range at {
			switch found := v.At(key); {
			case list:
				for _, item := range found.Items() {
					next = append(next, item)
				}
			case mapping:
				for _, value := range found.Fields() {
					next = append(next, value)
				}
			case found.Exists():
				next = append(next, found)
			}
		}
		at = next
	}
	return at
}

// stanzaDefaults fills in what Gateway API 1.7.0 has as the default of attempts
// (config/crd/standard/gateway.networking.k8s.io_httproutes.yaml). In earlier
// versions the implementation decides.
func stanzaDefaults(root manifest.Value) {
	field{path: "spec.rules[].retry.attempts", use: "default", value: manifest.List(1).Index(0)}.fill(root)
}

// targetPorts: that of a Service's port is the port itself where it is not named
// (Kubernetes 1.36 pkg/apis/core/v1/defaults.go, SetDefaults_Service).
func targetPorts(root manifest.Value) {
	for _, port := range walk(root, []string{"spec", "ports[]"}) {
		if !port.At("targetPort").Exists() && port.At("port").Exists() {
			port.Put("targetPort", port.At("port").Copy())
		}
	}
}

// sorted gives a list in the order of its items' JSON, each once.
func sorted(v manifest.Value, once bool) manifest.Value {
	if !v.IsList() {
		return v
	}
	items := map[string]manifest.Value{}
	var order []string
	for _, item := range v.Items() {
		text := text(plain(item))
		if _, twice := items[text]; !twice || !once {
			order = append(order, text)
		}
		items[text] = item
	}
	slices.Sort(order)
	l := manifest.List()
	for _, key := range order {
		l.Append(items[key])
	}
	return l
}
