package admission

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"

	shipped "retryctl.dev/schema/admission"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

var update = flag.Bool("admission.update", false, "write the limits of schema/admission anew, and fail")

// tables are the files of schema/admission with limits, by the gateway whose CRDs they
// are taken from, in the newest version.
var tables = map[string][]string{
	"gateway-api":   {"HTTPRoute", "GRPCRoute", "XBackendTrafficPolicy"},
	"envoy-gateway": {"BackendTrafficPolicy", "SecurityPolicy", "EnvoyExtensionPolicy"},
	"kong":          {"KongPlugin"},
	"traefik":       {"Middleware", "IngressRoute", "ServersTransport"},
	"istio":         {"VirtualService", "DestinationRule"},
}

// newest gives the server of a gateway in its newest version.
func newest(t *testing.T, name string) *Server {
	for _, g := range translators.All() {
		if g.Profile().Name == name {
			return server(t, name, gateway.Defaults(g.Profile()))
		}
	}
	t.Fatal(name)
	return nil
}

// shippedKind finds a kind of the tables that ship.
func shippedKind(t *testing.T, name string) shipped.Kind {
	for _, k := range shipped.Kinds() {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("schema/admission does not know %s", name)
	return shipped.Kind{}
}

// crd gives the schema of a kind, in whatever version of its API.
func (s *Server) crd(k shipped.Kind) *schema.Structural {
	var names []string
	for at := range s.kinds {
		if at.kind == k.Name && strings.HasPrefix(at.apiVersion, k.Group+"/") {
			names = append(names, at.apiVersion)
		}
	}
	slices.Sort(names)
	return s.kinds[kind{names[0], k.Name}].structural
}

// relevant reports whether what a CRD says at a path can be broken by what is written.
func relevant(k shipped.Kind, path string) bool {
	above := func(a, b string) bool {
		rest, ok := strings.CutPrefix(b, a)
		return ok && (rest == "" || a == "" || strings.ContainsAny(rest[:1], ".[{"))
	}
	return slices.ContainsFunc(k.Written, func(w string) bool { return above(path, w) || above(w, path) }) ||
		slices.ContainsFunc(k.Grown, func(g string) bool { return above(path, g) })
}

// walk visits every place of a schema.
func walk(s *schema.Structural, path string, visit func(*schema.Structural, string)) {
	visit(s, path)
	var names []string
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if path == "" && (name == "metadata" || name == "status" || name == "kind" || name == "apiVersion") {
			continue
		}
		p := s.Properties[name]
		walk(&p, strings.TrimPrefix(path+"."+name, "."), visit)
	}
	if s.Items != nil {
		walk(s.Items, path+"[]", visit)
	}
	if a := s.AdditionalProperties; a != nil && a.Structural != nil {
		walk(a.Structural, path+"{}", visit)
	}
}

// literal writes what a schema says at one place as the Go that ships; empty for
// nothing.
func literal(t *testing.T, s *schema.Structural, path string) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if v := s.ValueValidation; v != nil {
		if len(v.Required) > 0 {
			add("required: []string{%s}", quoted(v.Required))
		}
		if len(v.OneOf) > 0 {
			add("oneOf: []string{%s}", quoted(alternatives(t, v.OneOf, path)))
		}
		if len(v.AllOf) > 0 || v.Not != nil || len(v.AnyOf) > 0 && !s.XIntOrString || v.UniqueItems || v.MultipleOf != nil || v.ExclusiveMaximum || v.ExclusiveMinimum {
			t.Errorf("%s: a form of limits that is not known", path)
		}
		for _, n := range []struct {
			name  string
			value *int64
		}{{"maxItems", v.MaxItems}, {"minItems", v.MinItems}, {"maxLength", v.MaxLength}, {"minLength", v.MinLength}, {"maxProperties", v.MaxProperties}, {"minProperties", v.MinProperties}} {
			if n.value != nil && *n.value > 0 {
				add("%s: %d", n.name, *n.value)
			}
		}
		if v.Pattern != "" {
			add("pattern: %q", v.Pattern)
		}
		if len(v.Enum) > 0 {
			var words []string
			for _, e := range v.Enum {
				words = append(words, fmt.Sprint(e.Object))
			}
			add("enum: []string{%s}", quoted(words))
		}
		if v.Minimum != nil {
			add("least: %v, hasLeast: true", *v.Minimum)
		}
		if v.Maximum != nil {
			add("most: %v, hasMost: true", *v.Maximum)
		}
		if width := map[string]int{"int32": 32, "int64": 64}[v.Format]; width > 0 {
			add("intWidth: %d", width)
		}
	}
	if s.XListType != nil && *s.XListType == "set" {
		add("set: true")
	}
	if len(s.XListMapKeys) > 0 {
		add("keys: []string{%s}", quoted(s.XListMapKeys))
	}
	of := s.Type
	if s.XIntOrString {
		of = "int-or-string"
	}
	if len(parts) == 0 && (of == "object" || of == "array" || of == "") {
		return ""
	}
	return fmt.Sprintf("\t{%s},\n", strings.Join(append([]string{fmt.Sprintf("path: %q, kind: %q", path, of)}, parts...), ", "))
}

func quoted(words []string) string {
	var list []string
	for _, w := range words {
		list = append(list, fmt.Sprintf("%q", w))
	}
	return strings.Join(list, ", ")
}

// alternatives reads the form in which Istio says that at most one of some fields is
// there: none of them, or the first, or the second.
func alternatives(t *testing.T, list []schema.NestedValueValidation, path string) (names []string) {
	none := false
	for _, one := range list {
		switch {
		case one.Not != nil:
			none = true
		case len(one.Required) == 1:
			names = append(names, one.Required[0])
		default:
			t.Errorf("%s: a oneOf that is not known", path)
		}
	}
	if !none {
		t.Errorf("%s: a oneOf that is not known", path)
	}
	return names
}

func TestTheLimitsThatShipAreThoseOfTheCRDs(t *testing.T) {
	known := 0
	for name, list := range tables {
		var b strings.Builder
		fmt.Fprintf(&b, "// Code generated by golden/conformance/admission from the CRDs of %s. DO NOT EDIT.\n\npackage admission\n", name)
		for _, kind := range list {
			k := shippedKind(t, kind)
			known++
			fmt.Fprintf(&b, "\nvar %sLimits = []limit{\n", lower(kind))
			walk(newest(t, name).crd(k), "", func(s *schema.Structural, path string) {
				if relevant(k, path) {
					b.WriteString(literal(t, s, path))
				}
			})
			b.WriteString("}\n")
		}
		want, err := format.Source([]byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		file := "../../../schema/admission/limits_" + strings.ReplaceAll(name, "-", "") + ".go"
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if got, err := os.ReadFile(file); err != nil || string(got) != string(want) {
			t.Errorf("%s is out of date: run with -admission.update (%v)", file, err)
		}
	}
	if known != len(shipped.Kinds()) {
		t.Errorf("%d kinds are held to a CRD, and there are %d", known, len(shipped.Kinds()))
	}
	if *update {
		t.Error("the limits were written anew: look at the difference and run again")
	}
}

func lower(kind string) string {
	if kind == "HTTPRoute" || kind == "GRPCRoute" {
		return strings.ToLower(kind[:4]) + kind[4:]
	}
	return strings.ToLower(kind[:1]) + kind[1:]
}

// TestEveryRuleInCELThatCanBeBrokenIsKnown holds the rules that ship to the CRDs: none
// is missing, and none is made up.
func TestEveryRuleInCELThatCanBeBrokenIsKnown(t *testing.T) {
	for name, list := range tables {
		for _, kind := range list {
			k := shippedKind(t, kind)
			known := map[string]int{}
			for _, r := range k.Rules {
				known[r.Path+" "+r.Message]++
			}
			for _, r := range k.Kept {
				if known[r.Path+" "+r.Message]++; r.Why == "" {
					t.Errorf("%s %s: no reason for %s", kind, r.Path, r.Message)
				}
			}
			there := map[string]bool{}
			walk(newest(t, name).crd(k), "", func(s *schema.Structural, path string) {
				for _, r := range s.XValidations {
					at := path + " " + r.Message
					if there[at] = true; relevant(k, path) && known[at] == 0 {
						t.Errorf("%s %s: nothing is known of the rule %q: %s", kind, path, r.Message, r.Rule)
					}
				}
			})
			for at, times := range known {
				if !there[at] || times > 1 {
					t.Errorf("%s: %s: the CRD has no such rule, or the table has it twice", kind, at)
				}
			}
		}
	}
}
