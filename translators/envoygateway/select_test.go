package envoygateway_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
)

// labelled are routes of two namespaces, one of which lets the policies of shop
// choose its routes.
const labelled = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop, labels: {tier: front, team: blue}}
spec: {parentRefs: [{name: edge}], rules: [{}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: team, labels: {tier: front}}
spec: {parentRefs: [{name: edge, namespace: shop}], rules: [{}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: bare, namespace: closed, labels: {tier: front}}
spec: {parentRefs: [{name: edge, namespace: shop}], rules: [{}]}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: grant, namespace: team}
spec:
  from: [{group: gateway.envoyproxy.io, kind: BackendTrafficPolicy, namespace: shop}]
  to: [{group: gateway.networking.k8s.io, kind: HTTPRoute}]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: not-for-policies, namespace: closed}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
  to: [{group: gateway.networking.k8s.io, kind: HTTPRoute}, {group: "", kind: Service}]
---
apiVersion: v1
kind: Namespace
metadata: {name: team, labels: {env: prod}}
---
`

func TestSelectorsChooseByLabelsAndNamespaces(t *testing.T) {
	for _, c := range []struct{ about, selector, want string }{
		{"labels", "matchLabels: {team: blue}", "shop/api"},
		{"another value", "matchLabels: {team: red}", ""},
		{"the namespace of the policy alone", "matchLabels: {tier: front}", "shop/api"},
		{"everything", "", "shop/api"},
		{"another kind", "matchLabels: {tier: front}, kind: Gateway", ""},
		{"another group", "matchLabels: {tier: front}, group: x", ""},
		{"one of some values", "matchExpressions: [{key: team, operator: In, values: [red, blue]}]", "shop/api"},
		{"none of some values", "matchExpressions: [{key: team, operator: NotIn, values: [red]}]", "shop/api"},
		{"none of its own values", "matchExpressions: [{key: team, operator: NotIn, values: [blue]}]", ""},
		{"a label that is there", "matchExpressions: [{key: team, operator: Exists}]", "shop/api"},
		{"a label that is not there", "matchExpressions: [{key: other, operator: Exists}]", ""},
		{"no such label", "matchExpressions: [{key: other, operator: DoesNotExist}]", "shop/api"},
		{"labels and expressions together", "matchLabels: {tier: front}, matchExpressions: [{key: team, operator: DoesNotExist}]", ""},
		{"a form that is refused", "matchExpressions: [{key: team, operator: Exists, values: [blue]}]", ""},
		{"no operator", "matchExpressions: [{key: team}]", ""},
		{"all namespaces, of which one grants it", "matchLabels: {tier: front}, namespaces: {from: All}", "shop/api team/web"},
		{"its own namespace", "matchLabels: {tier: front}, namespaces: {from: Same}", "shop/api"},
		{"namespaces by a label", "namespaces: {from: Selector, selector: {matchLabels: {env: prod}}}", "shop/api? team/web"},
		{"namespaces by the label that all have", "namespaces: {from: Selector, selector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [team, closed]}]}}", "team/web"},
		{"all namespaces, in a version that only knows the policy's", "@1.7 namespaces: {from: All}", "shop/api"},
	} {
		version := envoygateway.Gateway{}.Profile().Newest
		selector, old := strings.CutPrefix(c.selector, "@1.7 ")
		if old {
			version = gateway.Version{Major: 1, Minor: 7}
		}
		if !strings.Contains(selector, "kind:") {
			selector += ", kind: HTTPRoute"
		}
		objects, err := manifest.Read(strings.NewReader(labelled+"apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: p, namespace: shop}\n"+
			"spec: {targetSelectors: [{"+strings.TrimPrefix(selector, ", ")+"}]}\n"), "test")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, target := range controller.Targets(objects[len(objects)-1], manifest.NewSet(objects), version) {
			name := target.Namespace + "/" + target.Name
			if target.Unsure {
				name += "?"
			}
			got = append(got, name)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: it is on %q, want %q", c.about, text, c.want)
		}
	}
}

func TestOfTwoPoliciesOnARouteTheOlderHoldsWhicheverWayItNamesIt(t *testing.T) {
	const selecting = "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: %s, namespace: shop%s}\n" +
		"spec: {targetSelectors: [{kind: HTTPRoute, matchLabels: {app: api}}], retry: {numRetries: 7}}\n"
	route := strings.Replace(api, "{name: api, namespace: shop}", "{name: api, namespace: shop, labels: {app: api}}", 1)
	named := policy("b", "HTTPRoute", "api", "  retry: {numRetries: 4}")
	for _, c := range []struct {
		about, selecting string
		want             int
	}{
		{"by name of the policy", fmt.Sprintf(selecting, "a", ""), 7},
		{"by name of the policy, the other way round", fmt.Sprintf(selecting, "c", ""), 4},
		{"one is there and the other is not made yet", fmt.Sprintf(selecting, "c", `, creationTimestamp: "2026-01-01T00:00:00Z"`), 7},
	} {
		if e := read(t, edge+route+c.selecting+named)[0]; e.MaxRetries != behavior.Is(c.want) {
			t.Errorf("%s: %v retries, want %d", c.about, e.MaxRetries, c.want)
		}
	}
}

func TestAPolicyThatMayBeOnARouteIsNamed(t *testing.T) {
	const elsewhere = "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: far, namespace: infra}\n" +
		"spec: {targetSelectors: [{kind: HTTPRoute, namespaces: {from: Selector, selector: {matchLabels: {env: prod}}}}], retry: {numRetries: 7}}\n---\n" +
		"apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: shop}\n" +
		"spec: {from: [{group: gateway.envoyproxy.io, kind: BackendTrafficPolicy, namespace: infra}], to: [{group: gateway.networking.k8s.io, kind: HTTPRoute}]}\n"
	e := read(t, edge+api+elsewhere)[0]
	if e.MaxRetries != behavior.Is(0) || len(e.Notes) != 1 || !strings.Contains(e.Notes[0], "infra/far may be on") {
		t.Errorf("%v retries, and the notes %q", e.MaxRetries, e.Notes)
	}
	e = read(t, edge+api+elsewhere+"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {env: prod}}\n")[0]
	if e.MaxRetries != behavior.Is(7) || len(e.Notes) != 0 {
		t.Errorf("%v retries, and the notes %q", e.MaxRetries, e.Notes)
	}
}
