package impact_test

import (
	"bytes"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/impact"
)

func world(t *testing.T, text string) *manifest.Set {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return manifest.NewSet(objects)
}

const (
	routeHead = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: checkout, namespace: shop}\nspec:\n  parentRefs: [{name: edge}]\n  rules:\n"
	reads     = "  - {name: reads, matches: [{path: {value: /checkout}, method: GET}], backendRefs: [{name: s, port: 80}]}\n"
	rest      = "  - {name: rest, matches: [{path: {type: Exact, value: /pay}}], backendRefs: [{name: s, port: 80}]}\n"
	policy    = "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: checkout}]\n  retry: {numRetries: N, retryOn: {httpStatusCodes: [503], triggers: [retriable-status-codes]}}\n"
	service   = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop, annotations: {konghq.com/retries: 'N'}}\nspec: {ports: [{port: 80}]}\n"
	rule      = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: s, namespace: shop}\nspec: {host: s, trafficPolicy: {connectionPool: {tcp: {maxConnections: N}}}}\n"
)

func TestWhatChangesForRequestsIsSaidRuleByRule(t *testing.T) {
	n := func(text, number string) string { return strings.ReplaceAll(text, "N", number) }
	for _, c := range []struct{ about, gateway, before, after, want string }{
		{"nothing", "envoy-gateway", routeHead + reads + rest + n(policy, "2"), routeHead + reads + rest + n(policy, "2"), ""},
		{"fewer retries", "envoy-gateway", routeHead + reads + n(policy, "2"), routeHead + reads + n(policy, "1"),
			"T: HTTPRoute shop/checkout rule reads\n  GET /checkout: retries 2 -> 1; waits 0s..25ms, 0s..50ms -> 0s..25ms\n"},
		{"no policy any more", "envoy-gateway", routeHead + rest + n(policy, "2"), routeHead + rest,
			"T: HTTPRoute shop/checkout rule rest\n  every method /pay (exactly): retries 2 -> 0; 503 no longer retried\n"},
		{"a rule less", "envoy-gateway", routeHead + reads + rest, routeHead + rest,
			"T: HTTPRoute shop/checkout rule reads\n  GET /checkout: no longer served by this rule\n"},
		{"a rule more", "envoy-gateway", routeHead + rest + n(policy, "2"), routeHead + reads + rest + n(policy, "2"),
			"T: HTTPRoute shop/checkout rule reads\n  GET /checkout: served by a rule that is new; 2 retries; 503 retried; worst-case latency 15s\n"},
		{"a policy whose route is not there", "envoy-gateway", n(policy, "2"), n(policy, "3"),
			"T: HTTPRoute shop/checkout\n  every method: retries 2 -> 3; waits 0s..25ms, 0s..50ms -> 0s..25ms, 0s..50ms, 0s..100ms\n"},
		{"a Service alone", "kong", n(service, "2"), n(service, "3"),
			"T: Service shop/s\n  GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH: retries 2 -> 3\n"},
		{"a Service with a route of the mesh, which Kong does not serve", "kong", n(service, "2") + "---\n" + strings.Replace(routeHead, "{name: edge}", "{group: '', kind: Service, name: s}", 1) + rest,
			n(service, "3") + "---\n" + strings.Replace(routeHead, "{name: edge}", "{group: '', kind: Service, name: s}", 1) + rest,
			"T: Service shop/s\n  GET, HEAD, OPTIONS, PUT, DELETE, POST, PATCH: retries 2 -> 3\n"},
		{"a rule for a host whose Service is not there", "istio", n(rule, "5"), n(rule, "6"),
			"T: Service shop/s\n  every method: connections at most 5 -> 6\n"},
		{"a policy that Envoy Gateway does not accept", "envoy-gateway", routeHead + rest + n(policy, "2"),
			routeHead + rest + strings.Replace(n(policy, "2"), "retryOn:", "perRetry: {backOff: {maxInterval: 1s}}, retryOn:", 1),
			"maxInterval without baseInterval"},
	} {
		for _, g := range translators.All() {
			if g.Profile().Name != c.gateway {
				continue
			}
			var out bytes.Buffer
			list := impact.Of(g, world(t, c.before), world(t, c.after), gateway.Defaults(g.Profile()))
			if err := impact.WriteText(&out, "T", list); err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != c.want && (strings.HasPrefix(c.want, "T:") || c.want == "" || !strings.Contains(got, c.want)) {
				t.Errorf("%s:\n%s\nand expected is\n%s", c.about, got, c.want)
			}
		}
	}
}
