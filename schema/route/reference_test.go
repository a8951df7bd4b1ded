package route_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// This file is a second reading of the standard, written without the package
// under test: which rule of which route gets a request.

type condition struct{ Type, Name, Value string }

type match struct {
	Path        struct{ Type, Value string }
	Method      string
	Headers     []condition
	QueryParams []condition `json:"queryParams"`
}

type reference struct {
	Metadata struct{ Name string }
	Spec     struct {
		Rules []struct {
			Name    string
			Matches []match
		}
	}
}

type request struct {
	path, method     string
	headers, queries map[string]string
}

// place is a rule of a route; rule -1 is no rule at all.
type place struct{ route, rule int }

func (c condition) holds(values map[string]string) bool {
	value, ok := values[c.Name]
	return ok && value == c.Value
}

func (m match) holds(r request) bool {
	for _, h := range m.Headers {
		if !h.holds(r.headers) {
			return false
		}
	}
	for _, q := range m.QueryParams {
		if !q.holds(r.queries) {
			return false
		}
	}
	if m.Method != "" && m.Method != r.method {
		return false
	}
	prefix := strings.TrimSuffix(m.Path.Value, "/")
	return m.Path.Type == "Exact" && r.path == m.Path.Value ||
		m.Path.Type == "PathPrefix" && (r.path == prefix || strings.HasPrefix(r.path, prefix+"/"))
}

// rank is what the standard compares, the most important first; more wins.
func (m match) rank() []int {
	exact, method := 0, 0
	if m.Path.Type == "Exact" {
		exact = 1
	}
	if m.Method != "" {
		method = 1
	}
	return []int{exact, len(strings.TrimSuffix(m.Path.Value, "/")), method, len(m.Headers), len(m.QueryParams)}
}

// server gives the rule that gets a request. The routes are in the order of their
// age, so that of equal matches the first one wins.
func server(routes []reference, r request) place {
	best, at := []int(nil), place{-1, -1}
	for n, route := range routes {
		for k, rule := range route.Spec.Rules {
			for _, m := range rule.Matches {
				if m.holds(r) && (best == nil || slices.Compare(m.rank(), best) > 0) {
					best, at = m.rank(), place{n, k}
				}
			}
		}
	}
	return at
}

// decode reads a route with another reader than the package's.
func decode(t testing.TB, o *manifest.Object) reference {
	var text bytes.Buffer
	if err := o.WriteYAML(&text); err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := yaml.Unmarshal(text.Bytes(), &r); err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	for k := range r.Spec.Rules {
		rule := &r.Spec.Rules[k]
		if len(rule.Matches) == 0 {
			rule.Matches = []match{{}}
		}
		for n := range rule.Matches {
			path := &rule.Matches[n].Path
			path.Type, path.Value = cmp.Or(path.Type, "PathPrefix"), cmp.Or(path.Value, "/")
		}
	}
	return r
}

var methods = []string{"GET", "HEAD", "POST", "PATCH"}

// requests gives all requests that the random routes can tell apart.
var requests = sync.OnceValue(func() []request {
	var list []request
	for _, path := range []string{"/", "/x", "/a", "/a/", "/a/x", "/a/b", "/a/b/c"} {
		for _, method := range methods {
			for _, v := range []string{"", "1", "2"} {
				for _, w := range []string{"", "1"} {
					for _, q := range []string{"", "1"} {
						r := request{path, method, map[string]string{}, map[string]string{}}
						for name, value := range map[string]string{"x-v": v, "x-w": w} {
							if value != "" {
								r.headers[name] = value
							}
						}
						if q != "" {
							r.queries["q"] = q
						}
						list = append(list, r)
					}
				}
			}
		}
	}
	return list
})

// nastyRoute makes a route whose rules fight over few paths, methods and headers.
func nastyRoute(t testing.TB, rng *rand.Rand, name string) *manifest.Object {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s}\nspec:\n  rules:\n", name)
	simple := rng.IntN(3) == 0
	for n := range 1 + rng.IntN(4) {
		fmt.Fprintf(&b, "  - name: r%d\n", n)
		if rng.IntN(8) == 0 {
			continue // the standard's default match
		}
		b.WriteString("    matches:\n")
		for range 1 + rng.IntN(3) {
			b.WriteString("    - {" + strings.Join(nastyMatch(rng, simple), ", ") + "}\n")
		}
	}
	objects, err := manifest.Read(strings.NewReader(b.String()), "route")
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	return objects[0]
}

func nastyMatch(rng *rand.Rand, simple bool) []string {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	var parts []string
	if rng.IntN(10) > 0 {
		parts = append(parts, "path: "+pick("{type: Exact, value: /a}", "{type: Exact, value: /a/}", "{value: /a}", "{value: /a}", "{value: /a/}", "{value: /a/b}", "{type: PathPrefix, value: /}"))
	}
	if rng.IntN(4) == 0 {
		parts = append(parts, "method: "+pick(methods...))
	}
	if simple {
		return parts
	}
	switch rng.IntN(6) {
	case 0:
		parts = append(parts, "headers: [{name: x-v, value: '"+pick("1", "2")+"'}]")
	case 1:
		parts = append(parts, "headers: [{name: x-w, value: '1'}]")
	case 2:
		parts = append(parts, "headers: [{name: x-v, value: '1'}, {name: x-w, value: '1', type: Exact}]")
	}
	if rng.IntN(5) == 0 {
		parts = append(parts, "queryParams: [{name: q, value: '1'}]")
	}
	return parts
}

// served gives what every request gets.
func served(t testing.TB, objects ...*manifest.Object) []place {
	var routes []reference
	for _, o := range objects {
		routes = append(routes, decode(t, o))
	}
	var places []place
	for _, r := range requests() {
		places = append(places, server(routes, r))
	}
	return places
}

// reached gives the methods with which the requests that stand at a place come.
func reached(places []place, at place) behavior.Methods {
	var set behavior.Methods
	for n, r := range requests() {
		if places[n] == at {
			set |= behavior.ParseMethod(r.method)
		}
	}
	return set
}
