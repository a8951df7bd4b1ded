package resolve_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
)

// route is a little world with one route.
const route = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: stock, port: 80}]}]}
`

func TestATargetThatIsNotThereIsAnErrorWhereOthersOfItsKindAre(t *testing.T) {
	const none = "give the manifest that holds it with -f as well"
	service := strings.NewReplacer("gateway.networking.k8s.io/v1", "v1", "HTTPRoute", "Service", "name: orders", "name: pay").Replace(route)
	for _, c := range []struct{ about, world, policy, severity, reason, hint string }{
		{"another name", route, policy("p", "HTTPRoute order"), "error", "HTTPRoute shop/orders has the nearest name", "did you mean HTTPRoute shop/orders?"},
		{"another namespace", route, policy("team/p", "HTTPRoute orders"), "error", "HTTPRoute shop/orders is in namespace shop, and the policy is in team", "put the policy into namespace shop"},
		{"another name and namespace", route, policy("team/p", "HTTPRoute order"), "error", "HTTPRoute shop/orders has the nearest name", "did you mean HTTPRoute shop/orders?"},
		{"another kind", route, policy("p", "GRPCRoute orders"), "error", "HTTPRoute shop/orders is there, and the policy names a GRPCRoute", "did you mean HTTPRoute shop/orders?"},
		{"nothing like it", route, policy("p", "HTTPRoute checkout"), "error", "the input has HTTPRoute shop/orders, and none of that name in namespace shop", none},
		{"the parent of a route by another name", route, policy("p", "Gateway egde"), "error", "Gateway shop/edge has the nearest name", "did you mean Gateway shop/edge?"},
		{"the parent of a route", route, policy("p", "Gateway edge"), "warning", "", none},
		{"the backend of a route", route + service, policy("p", "Service stock"), "warning", "", none},
		{"another Service", route + service, policy("p", "Service payy"), "error", "Service shop/pay has the nearest name", "did you mean Service shop/pay?"},
		{"no Services", route, policy("p", "Service pay"), "warning", "", none},
		{"no objects at all", "", policy("p", "HTTPRoute orders"), "warning", "", none},
	} {
		policies, world := input(t, c.world+c.policy)
		plan, findings := resolve.Resolve(policies, world)
		f := findings[0]
		if len(findings) != 1 || string(f.Severity) != c.severity || f.Reason != c.reason || f.Hint.String() != c.hint {
			t.Errorf("%s: %+v", c.about, findings)
		}
		if usable := len(plan.Intents) > 0; usable != (c.severity == "warning") {
			t.Errorf("%s: the policy is used: %v", c.about, usable)
		}
	}
}
