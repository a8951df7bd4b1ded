package kong_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
)

// ranked is a route with its rules, each with a Service whose number of retries is
// the rule's index.
func ranked(name, hosts string, matches ...string) string {
	text := fmt.Sprintf("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop}\nspec:\n  parentRefs: [{name: edge}]\n  hostnames: [%s]\n  rules:\n", name, hosts)
	services := ""
	for n, m := range matches {
		text += fmt.Sprintf("  - {matches: [%s], backendRefs: [{name: %s%d, port: 80}]}\n", m, name, n)
		services += fmt.Sprintf("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s%d, namespace: shop, annotations: {konghq.com/retries: \"%d\"}}\nspec: {ports: [{port: 80}]}\n", name, n, n)
	}
	return text + services
}

// match is "METHOD TYPE PATH HEADER=VALUE", "-" for what is not asked for.
func match(text string) string {
	part := strings.Fields(text)
	m := fmt.Sprintf("path: {type: %s, value: %s}", part[1], part[2])
	if part[0] != "-" {
		m += ", method: " + part[0]
	}
	if len(part) > 3 {
		name, value, _ := strings.Cut(part[3], "=")
		m += fmt.Sprintf(", headers: [{name: %s, value: %q}]", name, value)
	}
	return "{" + m + "}"
}

func TestKongHasAnOrderOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		name, request string
		rules         []string
		kong, api     int // the rule that serves it; -1 is either
	}{
		{"a header before a method", "POST /a/x v=1", []string{"POST PathPrefix /a", "- PathPrefix /a v=1"}, 1, 0},
		{"a kind of attribute before a longer path", "POST /a/b/x", []string{"- PathPrefix /a/b", "POST PathPrefix /a"}, 1, 0},
		{"a kind of attribute before an exact path", "POST /a", []string{"- Exact /a", "POST PathPrefix /"}, 1, 0},
		{"the longer of two prefixes", "GET /a/b/x", []string{"- PathPrefix /a", "- PathPrefix /a/b"}, 1, 1},
		{"a regular expression before a prefix", "GET /a/b/x", []string{"- PathPrefix /a/b", "- RegularExpression /a/.*"}, 1, 0},
		{"an exact path and the end of a prefix are one rank", "GET /a", []string{"- PathPrefix /a", "- Exact /a"}, -1, 1},
		{"below the prefix there is no doubt", "GET /a/x", []string{"- PathPrefix /a", "- Exact /a"}, 0, 0},
		{"no rule", "GET /b", []string{"- PathPrefix /a"}, -2, -2},
	} {
		var matches []string
		for _, rule := range c.rules {
			matches = append(matches, match(rule))
		}
		part := strings.Fields(c.request)
		q := controller.Request{Host: "api.example", Path: part[1], Method: behavior.ParseMethod(part[0]), Headers: map[string]string{}}
		if len(part) > 2 {
			q.Headers["v"] = strings.TrimPrefix(part[2], "v=")
		}
		config := ranked("api", "api.example", matches...)
		for flavor, want := range map[string]int{"": c.kong, "Expressions": c.api} {
			if got := servedBy(t, config, flavor, q); got != want {
				t.Errorf("%s: rule %d serves it by the router %q, want %d", c.name, got, flavor, want)
			}
		}
	}
}

func TestADifferentOrderIsToldForEachPairOfRules(t *testing.T) {
	config := ranked("api", "api.example", match("POST PathPrefix /a"), match("- PathPrefix /a/b"), match("- Exact /a"))
	for flavor, want := range map[string]string{"": "1 by 0 POST, 2 by 0 POST", "Expressions": ""} {
		s := gateway.Defaults(kong.Gateway{}.Profile())
		s.Set(api.Router.Is(flavor))
		var got []string
		for _, d := range (kong.Gateway{}).Order(worldOf(t, config), s).Differences() {
			got = append(got, fmt.Sprintf("%d by %d %s", d.Rule.Rule, d.By.Rule, d.Methods))
		}
		slices.Sort(got)
		if list := strings.Join(got, ", "); list != want {
			t.Errorf("router %q: %s, want %s", flavor, list, want)
		}
	}
}

// servedBy gives the rule that serves a request, -1 where it is one of several and -2
// where it is none.
func servedBy(t *testing.T, config, flavor string, q controller.Request) int {
	t.Helper()
	s := gateway.Defaults(kong.Gateway{}.Profile())
	s.Set(api.Router.Is(flavor))
	r := controller.NewRouter(worldOf(t, config), s)
	switch list := r.Serving(q, false); len(list) {
	case 0:
		return -2
	case 1:
		return list[0].Rule
	}
	return -1
}

func worldOf(t *testing.T, config string) *manifest.Set {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(config), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return manifest.NewSet(objects)
}

func TestEffectsAreAboutTheRequestsThatARuleReallyServes(t *testing.T) {
	for _, c := range []struct {
		name, config string
		want         []string
	}{
		{"a rule on a method takes those requests from a longer path",
			ranked("api", "api.example", match("- PathPrefix /a/b"), match("POST PathPrefix /a")),
			[]string{"HTTPRoute api rule 0: GET, HEAD, OPTIONS, PUT, DELETE, PATCH by api 0", "HTTPRoute api rule 1: POST by api 1"}},
		{"a rule on a header keeps them from one on a method",
			ranked("api", "api.example", match("POST PathPrefix /a"), match("- PathPrefix /a v=1")),
			[]string{"HTTPRoute api rule 0: POST by api 0", "HTTPRoute api rule 1: GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 1"}},
		{"a route without a hostname has the requests of another's host by its method and header",
			ranked("api", "api.example", match("- PathPrefix /a")) + ranked("all", "", match("POST PathPrefix / v=1")),
			[]string{"HTTPRoute api rule 0: GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 0", "HTTPRoute all rule 0: POST by all 0"}},
		{"either of two of one rank",
			ranked("api", "api.example", match("- Exact /a"), match("- Exact /a")),
			[]string{"HTTPRoute api rule 0: GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 0", "HTTPRoute api rule 0: GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 1",
				"HTTPRoute api rule 1: GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 0", "HTTPRoute api rule 1: GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 1"}},
		{"a rule that is left out gives its requests to the next",
			strings.Replace(ranked("api", "api.example", match("- PathPrefix /a"), match("GET PathPrefix /"), match("- Exact /a")), "[{name: api0, port: 80}]", "[{name: api0, port: 80}, {name: api1, port: 80}]", 1),
			[]string{"HTTPRoute api rule 0: HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 2", "HTTPRoute api rule 0: HEAD, OPTIONS, PUT, DELETE, POST, PATCH answered 404",
				"HTTPRoute api rule 1: GET by api 1", "HTTPRoute api rule 2: HEAD, OPTIONS, PUT, DELETE, POST, PATCH by api 2"}},
	} {
		r := reads(t, c.name, c.config)
		var got []string
		for _, o := range r.world.Kind("gateway.networking.k8s.io", "HTTPRoute") {
			for n := range o.At("spec", "rules").Len() {
				for _, e := range r.effects[controller.ServedRule{ID: o.ID(), Rule: n}] {
					by := fmt.Sprintf("by %s %s", strings.TrimPrefix(e.Object, "HTTPRoute shop/"), e.Rule)
					if e.Answer != 0 {
						by = fmt.Sprintf("answered %d", e.Answer)
					}
					got = append(got, fmt.Sprintf("HTTPRoute %s rule %d: %s %s", o.ID().Name, n, e.Methods, by))
				}
			}
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
