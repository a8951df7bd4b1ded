package istio_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

// effects reads what happens to the target of a policy in a world.
func effects(t *testing.T, kind, name, world string) []behavior.Effect {
	t.Helper()
	return effectsIn(t, gateway.Defaults(istio.Gateway{}.Profile()), kind, name, world)
}

func effectsIn(t *testing.T, s gateway.Settings, kind, name, world string) []behavior.Effect {
	t.Helper()
	group := "networking.istio.io"
	switch kind {
	case "HTTPRoute":
		group = "gateway.networking.k8s.io"
	case "Service":
		group = ""
	}
	objects, err := manifest.Read(strings.NewReader(world), "world.yaml")
	if err != nil {
		t.Fatal(err)
	}
	zero := 0
	policy := &schema.RetryPolicy{Metadata: schema.Metadata{Name: "p", Namespace: "shop"}, Spec: schema.Spec{
		TargetRefs: []schema.TargetRef{{Group: group, Kind: kind, Name: name}}, MaxRetries: &zero,
	}}
	plan, findings := resolve.Resolve([]*schema.RetryPolicy{policy}, manifest.NewSet(objects))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	var all []behavior.Effect
	for _, list := range gateway.Read(istio.Gateway{}, plan.Intents, plan.World, s) {
		all = append(all, list...)
	}
	return all
}

// service is a VirtualService that sends everything to orders.
func service(name, more string) string {
	return "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " + name + ", namespace: shop" + more +
		"\n  http: [{name: " + name + ", route: [{destination: {host: orders, port: {number: 8080}}}]}]\n"
}

func TestARouteWithoutRetriesRetriesTwice(t *testing.T) {
	for _, e := range effects(t, "VirtualService", "a", service("a", "}\nspec:\n  hosts: [a.example]\n  gateways: [edge]")) {
		if e.MaxRetries != behavior.Is(2) || e.Breaker.MaxParallelRetries != behavior.None[int64]() {
			t.Errorf("got %+v retries, breaker %+v", e.MaxRetries, e.Breaker)
		}
	}
}

func TestTheOldestVirtualServiceInTheMeshHasTheHost(t *testing.T) {
	world := service("young", ", creationTimestamp: \"2025-02-01T00:00:00Z\"}\nspec:\n  hosts: [orders]") +
		service("old", ", creationTimestamp: \"2025-01-01T00:00:00Z\"}\nspec:\n  hosts: [orders.shop.svc.cluster.local]") +
		service("new", "}\nspec:\n  hosts: [orders]")
	for _, name := range []string{"young", "old", "new"} {
		if got := effects(t, "VirtualService", name, world); len(got) != 1 || got[0].Rule != "old" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestABudgetIsLostForAPortWithSettingsOfItsOwn(t *testing.T) {
	rule := "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: orders, namespace: shop}\nspec:\n  host: orders\n" +
		"  trafficPolicy: {retryBudget: {percent: 5}PORTS}\n"
	for ports, want := range map[string]behavior.State{
		"": behavior.Set,
		", portLevelSettings: [{port: {number: 9090}, connectionPool: {http: {maxRetries: 1}}}]": behavior.Set,
		", portLevelSettings: [{port: {number: 8080}, connectionPool: {http: {maxRetries: 1}}}]": behavior.Off,
	} {
		world := service("a", "}\nspec:\n  hosts: [a.example]\n  gateways: [edge]") + strings.Replace(rule, "PORTS", ports, 1)
		if got := effects(t, "VirtualService", "a", world); len(got) != 1 || got[0].Budget.State != want {
			t.Errorf("with %q: got %+v", ports, got)
		}
	}
}

func TestADestinationRuleBesideTheServiceWinsOverTheMeshs(t *testing.T) {
	rule := func(namespace, host, limit string) string {
		return "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r, namespace: " + namespace + "}\n" +
			"spec: {host: '" + host + "', trafficPolicy: {connectionPool: {http: {maxRetries: " + limit + "}}}}\n"
	}
	world := service("a", "}\nspec:\n  hosts: [a.example]\n  gateways: [edge]") + rule("istio-system", "orders.shop.svc.cluster.local", "1") +
		rule("shop", "*.shop.svc.cluster.local", "2") + rule("elsewhere", "orders.shop.svc.cluster.local", "3")
	got := effects(t, "VirtualService", "a", world)
	if len(got) != 1 || got[0].Breaker.MaxParallelRetries != behavior.Is[int64](2) || len(got[0].Notes) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestRoutesThatShareRequestsAreWrittenTogether(t *testing.T) {
	text := ""
	for _, r := range []struct{ name, path string }{{"a", "/api"}, {"b", "/api/v2"}, {"c", "/other"}} {
		text += "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " + r.name + ", namespace: shop}\n" +
			"spec: {parentRefs: [{name: edge}], hostnames: [x.example], rules: [{matches: [{path: {value: " + r.path + "}}], backendRefs: [{name: orders, port: 8080}]}]}\n"
	}
	objects, err := manifest.Read(bytes.NewBufferString(text), "routes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	one := 1
	var policies []*schema.RetryPolicy
	for _, name := range []string{"b", "c"} {
		policies = append(policies, &schema.RetryPolicy{Metadata: schema.Metadata{Name: name, Namespace: "shop"}, Spec: schema.Spec{
			TargetRefs: []schema.TargetRef{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Name: name}}, MaxRetries: &one,
		}})
	}
	plan, _ := resolve.Resolve(policies, manifest.NewSet(objects))
	out := istio.Gateway{}.Translate(plan, gateway.Defaults(istio.Gateway{}.Profile()))
	var names []string
	for _, o := range out.Objects {
		for _, h := range o.At("spec", "http").Items() {
			names = append(names, o.ID().Name+" "+h.At("name").Text())
		}
	}
	if want := []string{"b b-rule-0", "b a-rule-0", "c rule-0"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func TestAKeyThatIsTakenOutOfRequestsIsNone(t *testing.T) {
	const world = "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec:\n  hosts: [a.example]\n  gateways: [edge]\n" +
		"  http: [{route: [{destination: {host: orders}TO}], headers: {request: {set: {Idempotency-Key: '%REQ(Idempotency-Key?X-Request-Id)%'}MORE}}}]\n"
	for _, c := range []struct {
		more, to string
		want     behavior.State
	}{
		{"", "", behavior.Set},
		{", remove: [x-debug], add: {x: y}", "", behavior.Set},
		{", remove: [idempotency-key]", "", behavior.Off},
		{", add: {idempotency-key: x}", "", behavior.Off},
		{"", ", headers: {request: {remove: [idempotency-key]}}", behavior.Off},
	} {
		got := effects(t, "VirtualService", "a", strings.NewReplacer("MORE", c.more, "TO", c.to).Replace(world))
		if len(got) != 1 || got[0].IdempotencyKey.State != c.want {
			t.Errorf("with %q and for the destination %q: %+v", c.more, c.to, got[0].IdempotencyKey)
		}
	}
}

func TestABudgetDependsOnTheVersionWhereItsPercentageIsLeftOut(t *testing.T) {
	const rule = "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: orders, namespace: shop}\nspec:\n  host: orders\n" +
		"  trafficPolicy: {retryBudget: {BUDGET}}\n  subsets: [{name: v1, trafficPolicy: {connectionPool: {http: {maxRetries: 1}}}}]\n"
	whole, subset := "host: orders, port", "host: orders, subset: v1, port"
	for _, c := range []struct {
		minor      int
		budget, to string
		percent    float64 // 0 is no budget
	}{
		{31, "percent: 5", whole, 5}, {31, "minRetryConcurrency: 4", whole, 20}, {31, "percent: 5", subset, 5},
		{30, "minRetryConcurrency: 4", whole, 20}, {30, "percent: 5", subset, 5},
		{29, "percent: 5", whole, 5}, {29, "minRetryConcurrency: 4", whole, 0.2}, {29, "percent: 5", subset, 0},
		{27, "percent: 5", whole, 5}, {26, "percent: 5", whole, 0},
	} {
		s := gateway.Defaults(istio.Gateway{}.Profile())
		s.Version = gateway.Version{Major: 1, Minor: c.minor}
		world := service("a", "}\nspec:\n  hosts: [a.example]\n  gateways: [edge]") + strings.Replace(rule, "BUDGET", c.budget, 1)
		got := effectsIn(t, s, "VirtualService", "a", strings.Replace(world, whole, c.to, 1))
		if len(got) != 1 || got[0].Budget.Value.Percent != c.percent || (got[0].Budget.State == behavior.Set) != (c.percent > 0) {
			t.Errorf("1.%d with %s, to %s: %+v", c.minor, c.budget, c.to, got[0].Budget)
		}
	}
}

func TestAVirtualServiceHoldsForTheProxiesThatSeeIt(t *testing.T) {
	in := func(exportTo string) string { return "}\nspec:\n  exportTo: " + exportTo + "\n  hosts: [orders]" }
	for _, c := range []struct {
		about, world, kind string
		want               string // the http routes that serve the requests, ? for others
	}{
		{"all of them", service("a", in("['*']")), "VirtualService", "a"},
		{"all of them and some", service("a", in("[team, '*']")), "VirtualService", "a"},
		{"those of its own namespace", service("a", in("['.']")), "VirtualService", "a ?"},
		{"those of another namespace", service("a", in("[team]")), "VirtualService", "a ?"},
		{"none", service("a", in("['~']")), "VirtualService", ""},
		{"none, so that another one has the host", service("a", in("['~']")) + service("b", in("[]")), "VirtualService", "b"},
		{"some, before an older one for all", service("a", in("['.']")) + service("old", ", creationTimestamp: \"2025-01-01T00:00:00Z\""+in("[]")), "VirtualService", "a ?"},
		{"those of its own namespace, for a Service", service("a", in("['.']")), "Service", "a ?"},
		{"none, for a Service", service("a", in("['~']")), "Service", ""},
	} {
		name := map[string]string{"VirtualService": "a", "Service": "orders"}[c.kind]
		world := c.world + "---\napiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\nspec: {ports: [{port: 8080}]}\n"
		var rules []string
		for _, e := range effects(t, c.kind, name, world) {
			switch {
			case e.MaxRetries.State == behavior.Unknown:
				rules = append(rules, "?")
			case e.Rule != "":
				rules = append(rules, e.Rule)
			}
		}
		if got := strings.Join(rules, " "); got != c.want {
			t.Errorf("%s: %q serve them, want %q", c.about, got, c.want)
		}
	}
}

func TestIstioLeavesARuleOutWhoseFilterItDoesNotKnow(t *testing.T) {
	const world = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}\n" +
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: shop}\nspec:\n  parentRefs: [{name: edge}]\n" +
		"  rules: [{FILTERS, backendRefs: [{name: orders, port: 8080}]}]\n"
	for filters, want := range map[string]behavior.State{
		"filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: x}}]": behavior.Unknown,
		"filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x, value: y}]}}]": behavior.Set,
	} {
		if got := effects(t, "HTTPRoute", "a", strings.Replace(world, "FILTERS", filters, 1)); len(got) != 1 || got[0].MaxRetries.State != want {
			t.Errorf("with %s: %+v", filters, got)
		}
	}
}

// TestALongPathCostsNoMoreThanItsLength is about a path of 20,000 characters, which
// fuzzing found: each of its beginnings was made a text of its own.
func TestALongPathCostsNoMoreThanItsLength(t *testing.T) {
	world := strings.Replace(service("a", "}\nspec:\n  hosts: [a.example]\n  gateways: [edge]"), "{name: a, route", "{name: a, match: [{uri: {prefix: /"+strings.Repeat("a", 20000)+"}}], route", 1)
	if n := testing.AllocsPerRun(2, func() { effects(t, "VirtualService", "a", world) }); n > 10000 {
		t.Errorf("%.0f allocations", n)
	}
}
