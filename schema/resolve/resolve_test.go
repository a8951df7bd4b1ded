package resolve_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// input decodes documents.
func input(t *testing.T, text string) ([]*schema.RetryPolicy, *manifest.Set) {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "in.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	world := manifest.NewSet(objects)
	var policies []*schema.RetryPolicy
	for _, o := range objects {
		if o.Is(schema.Group, schema.Kind) {
			p, found := schema.Decode(o)
			if found = append(found, schema.Validate(p, nil)...); found.Count(finding.Error) > 0 {
				t.Fatal(found)
			}
			policies = append(policies, p)
		}
	}
	return policies, world
}

// policy has one target for each reference, such as "HTTPRoute api/reads".
func policy(name string, refs ...string) string {
	groups := map[string]string{"Service": `""`, "Ingress": "networking.k8s.io", "IngressRoute": "traefik.io", "VirtualService": "networking.istio.io"}
	var list []string
	for _, ref := range refs {
		kind, target, _ := strings.Cut(ref, " ")
		target, section, _ := strings.Cut(target, "/")
		group := groups[kind]
		if group == "" {
			group = "gateway.networking.k8s.io"
		}
		one := fmt.Sprintf("group: %s, kind: %s, name: %s", group, kind, target)
		if section != "" {
			one += ", sectionName: " + section
		}
		list = append(list, "{"+one+"}")
	}
	namespace, short, ok := strings.Cut(name, "/")
	if !ok {
		namespace, short = "shop", name
	}
	return fmt.Sprintf("---\napiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: %s, namespace: %s}\nspec: {targetRefs: [%s], maxRetries: 0}\n",
		short, namespace, strings.Join(list, ", "))
}

const objects = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {listeners: [{name: a}, {name: b}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{name: reads, matches: [{method: GET}]}, {}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: only-a, namespace: shop}
spec: {parentRefs: [{name: edge, sectionName: a}], rules: [{}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: far, namespace: team}
spec: {parentRefs: [{name: edge, namespace: shop}], rules: [{}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: rpc, namespace: shop}
spec: {parentRefs: [{name: edge, sectionName: b}], rules: [{}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: mesh, namespace: shop}
spec: {parentRefs: [{group: "", kind: Service, name: stock}], rules: [{name: one}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: bare, namespace: shop}
spec: {parentRefs: [{name: other}], rules: []}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: split, namespace: shop}
spec: {rules: [{name: reads}, {name: reads-retryable}, {name: reads-retryable-2}, {name: reads-2}]}
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{http: {paths: [{path: /}]}}]}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web, namespace: shop}
spec: {routes: [{match: x}, {match: y}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {http: [{name: first}, {}]}
`

// claims gives "policy: place" for each intent, in their order.
func claims(plan *resolve.Plan) string { return places(plan.Intents) }

func places(intents []resolve.Intent) string {
	var list []string
	for _, i := range intents {
		list = append(list, i.Policy.Metadata.Name+": "+i.RuleName()+strings.ReplaceAll(i.Through(), "Gateway shop/edge listener", "listener"))
	}
	return strings.Join(list, "\n")
}

// said gives "code object field" for each finding.
func said(list finding.List) string {
	var texts []string
	for _, f := range list {
		texts = append(texts, fmt.Sprintf("%s %s %s", f.Code, strings.TrimPrefix(f.Object.String(), "RetryPolicy shop/"), strings.TrimPrefix(f.Field, "spec.")))
	}
	slices.Sort(texts)
	return strings.Join(texts, "\n")
}

func TestTheMostSpecificTargetWins(t *testing.T) {
	for _, c := range []struct {
		name     string
		policies []string
		want     string
		findings string
	}{
		{"a route", []string{policy("p", "HTTPRoute api")},
			"p: HTTPRoute shop/api rule reads\np: HTTPRoute shop/api rule 1", ""},
		{"a rule", []string{policy("p", "HTTPRoute api/reads")}, "p: HTTPRoute shop/api rule reads", ""},
		{"a rule before its route", []string{policy("p", "HTTPRoute api"), policy("q", "HTTPRoute api/reads")},
			"p: HTTPRoute shop/api rule 1\nq: HTTPRoute shop/api rule reads", ""},
		{"what was split off a rule", []string{policy("p", "HTTPRoute split/reads"), policy("q", "HTTPRoute split"), policy("r", "HTTPRoute split/reads-retryable-2")},
			"p: HTTPRoute shop/split rule reads\np: HTTPRoute shop/split rule reads-retryable\nq: HTTPRoute shop/split rule reads-2\nr: HTTPRoute shop/split rule reads-retryable-2", ""},
		{"a route before its Gateway, and routes of other namespaces", []string{policy("p", "Gateway edge"), policy("q", "HTTPRoute api")},
			"p: HTTPRoute shop/only-a rule 0\np: HTTPRoute team/far rule 0\np: GRPCRoute shop/rpc rule 0\nq: HTTPRoute shop/api rule reads\nq: HTTPRoute shop/api rule 1", ""},
		{"a listener before the Gateway", []string{policy("p", "Gateway edge"), policy("q", "Gateway edge/b")},
			"p: HTTPRoute shop/api rule reads through listener a\np: HTTPRoute shop/api rule 1 through listener a\np: HTTPRoute shop/only-a rule 0\np: HTTPRoute team/far rule 0 through listener a\n" +
				"q: HTTPRoute shop/api rule reads through listener b\nq: HTTPRoute shop/api rule 1 through listener b\nq: HTTPRoute team/far rule 0 through listener b\nq: GRPCRoute shop/rpc rule 0", ""},
		{"one policy on a route and its Gateway", []string{policy("p", "Gateway edge", "HTTPRoute only-a")},
			"p: HTTPRoute shop/api rule reads\np: HTTPRoute shop/api rule 1\np: HTTPRoute shop/only-a rule 0\np: HTTPRoute team/far rule 0\np: GRPCRoute shop/rpc rule 0", ""},
		{"one policy on a route and its rule", []string{policy("p", "HTTPRoute api/reads", "HTTPRoute api")},
			"p: HTTPRoute shop/api rule reads\np: HTTPRoute shop/api rule 1", ""},
		{"a Service and the route below it", []string{policy("p", "Service stock")},
			"p: Service shop/stock\np: HTTPRoute shop/mesh rule one", ""},
		{"a mesh route before its Service", []string{policy("p", "Service stock"), policy("q", "HTTPRoute mesh")},
			"p: Service shop/stock\nq: HTTPRoute shop/mesh rule one", ""},
		{"an Ingress as a whole", []string{policy("p", "Ingress web")}, "p: Ingress shop/web", ""},
		{"the routes of an IngressRoute", []string{policy("p", "IngressRoute web")}, "p: IngressRoute shop/web rule 0\np: IngressRoute shop/web rule 1", ""},
		{"a route of a VirtualService", []string{policy("p", "VirtualService web"), policy("q", "VirtualService web/first")},
			"p: VirtualService shop/web rule 1\nq: VirtualService shop/web rule first", ""},
		{"a missing route", []string{policy("p", "HTTPRoute none")}, "", "RT3001 p targetRefs[0]"},
		{"a missing rule of a missing route", []string{policy("p", "HTTPRoute none"), policy("q", "HTTPRoute none/reads")},
			"", "RT3001 p targetRefs[0]\nRT3001 q targetRefs[0]"},
		{"a missing Gateway", []string{policy("p", "Gateway none")}, "", "RT3001 p targetRefs[0]"},
		{"a missing Gateway with a route whose rules are none", []string{policy("p", "Gateway other")}, "p: Gateway shop/other", "RT3001 p targetRefs[0]"},
		{"a Gateway of another namespace", []string{policy("team/p", "Gateway edge")}, "", "RT3001 RetryPolicy team/p targetRefs[0]"},
		{"no such rule, for the whole policy", []string{policy("p", "HTTPRoute api/writes", "HTTPRoute mesh")}, "", "RT3002 p targetRefs[0].sectionName"},
		{"no such listener", []string{policy("p", "Gateway edge/c")}, "", "RT3002 p targetRefs[0].sectionName"},
		{"no named rules", []string{policy("p", "HTTPRoute far/x"), policy("q", "VirtualService web/x")}, "",
			"RT3001 p targetRefs[0]\nRT3002 q targetRefs[0].sectionName"},
		{"no rules at all", []string{policy("p", "HTTPRoute bare")}, "", "RT3002 p targetRefs[0]"},
		{"two policies on one route", []string{policy("p", "HTTPRoute api"), policy("q", "HTTPRoute api", "HTTPRoute mesh")}, "",
			"RT1006 p targetRefs[0]\nRT1006 p targetRefs[0]\nRT1006 q targetRefs[0]\nRT1006 q targetRefs[0]"},
		{"two policies on one route below a Gateway's", []string{policy("p", "HTTPRoute only-a"), policy("g", "Gateway edge/a"), policy("q", "HTTPRoute only-a")},
			"g: HTTPRoute shop/api rule reads through listener a\ng: HTTPRoute shop/api rule 1 through listener a\ng: HTTPRoute team/far rule 0 through listener a", "RT1006 p targetRefs[0]\nRT1006 q targetRefs[0]"},
		{"two policies on one route where a third wins", []string{policy("p", "HTTPRoute mesh"), policy("q", "HTTPRoute mesh"), policy("r", "HTTPRoute mesh/one")},
			"r: HTTPRoute shop/mesh rule one", ""},
		{"three policies on one rule", []string{policy("p", "HTTPRoute api/reads"), policy("q", "HTTPRoute api/reads"), policy("r", "HTTPRoute api/reads")}, "",
			"RT1006 p targetRefs[0]\nRT1006 q targetRefs[0]\nRT1006 r targetRefs[0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policies, world := input(t, objects+strings.Join(c.policies, ""))
			plan, findings := resolve.Resolve(policies, world)
			if got := claims(plan); got != c.want {
				t.Errorf("claims:\n%s\nwant:\n%s", got, c.want)
			}
			if got := said(findings); got != c.findings {
				t.Errorf("findings:\n%s\nwant:\n%s", got, c.findings)
			}
		})
	}
}

func TestNoNamespaceIsTheDefaultOne(t *testing.T) {
	for _, namespaces := range [][2]string{{"", "namespace: default"}, {"namespace: default", ""}, {"", ""}} {
		policies, world := input(t, fmt.Sprintf(`
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: p, %s}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}], maxRetries: 0}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, %s}
spec: {rules: [{}]}
`, namespaces[0], namespaces[1]))
		plan, findings := resolve.Resolve(policies, world)
		if got := claims(plan); got != "p: HTTPRoute default/api rule 0" || len(findings) > 0 {
			t.Errorf("%q: claims %s, findings %v", namespaces, got, findings)
		}
	}
}

func TestAnIntentKnowsTheMethodsOfItsRule(t *testing.T) {
	policies, world := input(t, objects+policy("p", "HTTPRoute api", "GRPCRoute rpc"))
	plan, _ := resolve.Resolve(policies, world)
	want := []behavior.Methods{behavior.GET, behavior.AllMethods &^ behavior.GET, behavior.POST}
	for n, i := range plan.Intents {
		if i.Methods != want[n] {
			t.Errorf("%s is reached by %s, want %s", i.RuleName(), i.Methods, want[n])
		}
	}
}
