package kong_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/kong/api"
)

// calls is a GRPCRoute of one rule for a match.
func calls(name, hosts, match string) string {
	if match != "" {
		match = "matches: [" + match + "], "
	}
	return fmt.Sprintf("---\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: %s, namespace: shop}\nspec: {parentRefs: [{name: edge}], hostnames: [%s], rules: [{%sbackendRefs: [{name: %s, port: 80}]}]}\n", name, hosts, match, name) +
		fmt.Sprintf("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec: {ports: [{port: 80}]}\n", name)
}

// TestGRPCRoutesAreInOneOrderWithAllOthers asks who serves the calls of a GRPCRoute and
// the requests of an HTTPRoute on one hostname.
func TestGRPCRoutesAreInOneOrderWithAllOthers(t *testing.T) {
	const method = "{method: {service: shop.Orders, method: Get}}"
	for _, c := range []struct {
		name, config             string
		traditional, expressions string
	}{
		{"a method before a shorter path", ranked("web", "api.example", match("- PathPrefix /")) + calls("orders", "api.example", method),
			"orders by orders, web by web", "web by web, orders lost to web"},
		{"a condition on the HTTP method before one on a gRPC method", ranked("web", "api.example", match("POST PathPrefix /")) + calls("orders", "api.example", method),
			"web by web, orders lost to web", "web by web, orders lost to web"},
		{"an exact path and a method are one rank", ranked("web", "api.example", match("- Exact /shop.Orders/Get")) + calls("orders", "api.example", method),
			"orders by orders, orders by web, web by orders, web by web, orders lost to web", "web by web, orders lost to web"},
		{"a header before none", ranked("web", "api.example", match("- PathPrefix /")) + calls("orders", "api.example", strings.Replace(method, "{", "{headers: [{name: v, value: a}], ", 1)),
			"orders by orders, web by web", "web by web, orders lost to web"},
		{"a rule without a match has no path", ranked("web", "api.example", match("- PathPrefix /")) + calls("orders", "api.example", ""),
			"web by web, orders lost to web", "web by web, orders lost to web"},
		{"other hostnames", ranked("web", "web.example", match("POST PathPrefix /")) + calls("orders", "api.example", method),
			"orders by orders, web by web", "orders by orders, web by web"},
	} {
		for flavor, want := range map[string]string{"": c.traditional, "Expressions": c.expressions} {
			world := worldOf(t, c.config)
			s := gateway.Defaults(kong.Gateway{}.Profile())
			s.Set(api.Router.Is(flavor))
			intents := (&resolve.Plan{World: world}).Bystanders()
			var got []string
			for n, effects := range gateway.Read(kong.Gateway{}, intents, world, s) {
				for _, e := range effects {
					if one := intents[n].ID().Name + " by " + e.Object[strings.IndexByte(e.Object, '/')+1:]; intents[n].Rule >= 0 && !slices.Contains(got, one) {
						got = append(got, one)
					}
				}
			}
			slices.Sort(got)
			for _, d := range (kong.Gateway{}).Order(world, s).Differences() {
				got = append(got, d.Rule.ID.Name+" lost to "+d.By.ID.Name)
			}
			if list := strings.Join(got, ", "); list != want {
				t.Errorf("%s, router %q: %s, want %s", c.name, flavor, list, want)
			}
		}
	}
}
