package rivals

import (
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

func read(t *testing.T, text string) []*manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

const (
	policy = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: NAME, namespace: shop}\nspec: {targetRefs: [{group: g, kind: HTTPRoute, name: ROUTE}]}\n"
	rule   = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: NAME, namespace: shop}\nspec: {host: HOST}\n"
	vs     = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: NAME, namespace: shop}\nspec: {hosts: [HOST]GATEWAYS}\n"
	plugin = "apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: NAME, namespace: shop}\nplugin: TYPE\n"
	route  = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: checkout, namespace: shop, annotations: {konghq.com/plugins: 'NAMES'}}\nspec: {rules: []}\n"
	budget = "apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XBackendTrafficPolicy\nmetadata: {name: NAME, namespace: shop}\nspec: {targetRefs: [{group: '', kind: Service, name: s}]}\n"
	gamma  = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: m, namespace: shop}\nspec: {parentRefs: [{group: '', kind: Service, name: checkout}]}\n"
)

func with(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

func TestWhatWouldFightIsFound(t *testing.T) {
	for _, c := range []struct{ about, written, existing, want string }{
		{"a second policy on a target", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "ROUTE", "r"), "BackendTrafficPolicy shop/b"},
		{"the old form of a target", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "targetRefs: [", "targetRef: ", "}]", "}", "ROUTE", "r"), "BackendTrafficPolicy shop/b"},
		{"the same policy", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "a", "ROUTE", "r"), ""},
		{"a policy on another target", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "ROUTE", "q"), ""},
		{"a policy in another namespace", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "ROUTE", "r", "namespace: shop", "namespace: other"), ""},
		{"a second rule for a host, by its short name", with(rule, "NAME", "a", "HOST", "checkout.shop.svc.cluster.local"), with(rule, "NAME", "b", "HOST", "checkout"), "DestinationRule shop/b"},
		{"a rule for another host", with(rule, "NAME", "a", "HOST", "checkout"), with(rule, "NAME", "b", "HOST", "pay"), ""},
		{"a second VirtualService in the mesh", with(vs, "NAME", "a", "HOST", "checkout", "GATEWAYS", ""), with(vs, "NAME", "b", "HOST", "checkout", "GATEWAYS", ", gateways: [mesh, x]"), "VirtualService shop/b"},
		{"a VirtualService on another gateway", with(vs, "NAME", "a", "HOST", "checkout", "GATEWAYS", ""), with(vs, "NAME", "b", "HOST", "checkout", "GATEWAYS", ", gateways: [x]"), ""},
		{"an HTTPRoute for a host of the mesh", with(vs, "NAME", "a", "HOST", "checkout", "GATEWAYS", ""), gamma, "HTTPRoute shop/m"},
		{"a second plugin of the type on a route", with(plugin, "NAME", "a", "TYPE", "pre-function") + "---\n" + with(route, "NAMES", "a"),
			with(plugin, "NAME", "b", "TYPE", "pre-function") + "---\n" + with(route, "NAMES", "x, b"), "KongPlugin shop/b"},
		{"a plugin of another type", with(plugin, "NAME", "a", "TYPE", "pre-function") + "---\n" + with(route, "NAMES", "a"),
			with(plugin, "NAME", "b", "TYPE", "cors") + "---\n" + with(route, "NAMES", "b"), ""},
		{"a second budget for a Service", with(budget, "NAME", "a"), with(budget, "NAME", "b"), "XBackendTrafficPolicy shop/b"},
	} {
		list := Find(read(t, c.written), read(t, c.existing), "cluster.local")
		switch {
		case c.want == "" && len(list) > 0, c.want != "" && len(list) != 1:
			t.Errorf("%s: %v", c.about, list)
		case c.want != "" && (list[0].Object != c.want || list[0].Code != finding.Rivals || list[0].Severity != finding.Warning || list[0].Line == 0):
			t.Errorf("%s: %+v", c.about, list[0])
		}
	}
}
