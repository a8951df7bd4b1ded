package rivals_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/rivals"
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
	policy    = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: NAME, namespace: shop}\nspec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ROUTE}]}\n"
	rule      = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: NAME, namespace: shop}\nspec: {host: HOST}\n"
	vs        = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: NAME, namespace: shop}\nspec: {hosts: [HOST]GATEWAYS}\n"
	plugin    = "apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: NAME, namespace: shop}\nplugin: TYPE\n"
	httpRoute = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: checkout, namespace: shop, annotations: {konghq.com/plugins: 'NAMES'}}\nspec: {rules: []}\n"
	budget    = "apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XBackendTrafficPolicy\nmetadata: {name: NAME, namespace: shop}\nspec: {targetRefs: [{group: '', kind: Service, name: s}]}\n"
	labelled  = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop, labels: {app: r}}\nspec: {rules: [{name: reads}]}\n"
	selecting = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: b, namespace: shop}\nspec: {targetSelectors: [{kind: HTTPRoute, SELECTOR}]}\n"
	gamma     = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: m, namespace: shop}\nspec: {parentRefs: [{group: '', kind: Service, name: checkout}]}\n"
)

var settings = gateway.Settings{Version: gateway.Version{Major: 1, Minor: 9}, ClusterDomain: "cluster.local"}

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
		{"a second plugin of the type on a route", with(plugin, "NAME", "a", "TYPE", "pre-function") + "---\n" + with(httpRoute, "NAMES", "a"),
			with(plugin, "NAME", "b", "TYPE", "pre-function") + "---\n" + with(httpRoute, "NAMES", "x, b"), "KongPlugin shop/b"},
		{"a plugin of another type", with(plugin, "NAME", "a", "TYPE", "pre-function") + "---\n" + with(httpRoute, "NAMES", "a"),
			with(plugin, "NAME", "b", "TYPE", "cors") + "---\n" + with(httpRoute, "NAMES", "b"), ""},
		{"a policy that chooses the target by a label", with(policy, "NAME", "a", "ROUTE", "r"), with(selecting, "SELECTOR", "matchLabels: {app: r}") + labelled, "BackendTrafficPolicy shop/b"},
		{"one that chooses it by an expression", with(policy, "NAME", "a", "ROUTE", "r"), with(selecting, "SELECTOR", "matchExpressions: [{key: app, operator: In, values: [q, r]}]") + labelled, "BackendTrafficPolicy shop/b"},
		{"one that chooses every route", with(policy, "NAME", "a", "ROUTE", "r"), with(selecting, ", SELECTOR", "") + labelled, "BackendTrafficPolicy shop/b"},
		{"one that chooses others", with(policy, "NAME", "a", "ROUTE", "r"), with(selecting, "SELECTOR", "matchLabels: {app: q}") + labelled, ""},
		{"one that may choose it, by the labels of its namespace", with(policy, "NAME", "a", "ROUTE", "r"), with(selecting, "SELECTOR", "namespaces: {from: Selector, selector: {matchLabels: {team: a}}}") + labelled, "BackendTrafficPolicy shop/b"},
		{"one that chooses the rest of a route with a policy for a rule", with(policy, "NAME", "a", "name: ROUTE", "name: r, sectionName: reads"), with(selecting, ", SELECTOR", "") + labelled, ""},
		{"one for a rule of the route", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "name: ROUTE", "name: r, sectionName: reads") + labelled, "BackendTrafficPolicy shop/b"},
		{"one for a rule that the route does not have", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "name: ROUTE", "name: r, sectionName: gone") + labelled, ""},
		{"one for a rule, which is never merged with that of the route", with(policy, "NAME", "a", "ROUTE", "r"), with(policy, "NAME", "b", "name: ROUTE", "name: r, sectionName: reads", "spec: {", "spec: {mergeType: StrategicMerge, ") + labelled, "BackendTrafficPolicy shop/b"},
		{"one for a route that is merged with that of the Gateway and has no retries", with(policy, "NAME", "a", "HTTPRoute", "Gateway", "ROUTE", "edge"), with(policy, "NAME", "b", "ROUTE", "r", "spec: {", "spec: {mergeType: StrategicMerge, ") + with(labelled, "{rules", "{parentRefs: [{name: edge}], rules"), ""},
		{"one for a route of the Gateway", with(policy, "NAME", "a", "HTTPRoute", "Gateway", "ROUTE", "edge"), with(policy, "NAME", "b", "ROUTE", "r") + with(labelled, "{rules", "{parentRefs: [{name: edge}], rules"), "BackendTrafficPolicy shop/b"},
		{"one for a listener of the Gateway", with(policy, "NAME", "a", "HTTPRoute", "Gateway", "ROUTE", "edge"), with(policy, "NAME", "b", "HTTPRoute", "Gateway", "name: ROUTE", "name: edge, sectionName: http"), "BackendTrafficPolicy shop/b"},
		{"one for a route of another Gateway", with(policy, "NAME", "a", "HTTPRoute", "Gateway", "ROUTE", "edge"), with(policy, "NAME", "b", "ROUTE", "r") + with(labelled, "{rules", "{parentRefs: [{name: other}], rules"), ""},
		{"a second budget for a Service", with(budget, "NAME", "a"), with(budget, "NAME", "b"), "XBackendTrafficPolicy shop/b"},
	} {
		existing := read(t, c.existing)
		list := rivals.Find(translators.All().And(nil), gateway.Contest{Written: read(t, c.written), Existing: existing, World: manifest.NewSet(existing), Settings: settings})
		switch {
		case c.want == "" && len(list) > 0, c.want != "" && len(list) != 1:
			t.Errorf("%s: %v", c.about, list)
		case c.want != "" && (list[0].Object.String() != c.want || list[0].Code != finding.Rivals || list[0].Severity != finding.Warning || list[0].Line == 0):
			t.Errorf("%s: %+v", c.about, list[0])
		}
	}
}
