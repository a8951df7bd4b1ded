package istio_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
)

// routeTo is an HTTPRoute with one match for each rule.
func routeTo(name, gateway, host, more string, matches ...string) string {
	text := fmt.Sprintf("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop%s}\n"+
		"spec:\n  parentRefs: [{name: %s}]\n  hostnames: ['%s']\n  rules:\n", name, more, gateway, host)
	for n, match := range matches {
		text += fmt.Sprintf("  - {name: rule%d, matches: [{path: %s}], backendRefs: [{name: orders, port: 8080}]}\n", n, match)
	}
	return text
}

// serving is a VirtualService for a.example with http routes.
func serving(name string, https ...string) string {
	return fmt.Sprintf("---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: %s, namespace: shop}\n"+
		"spec:\n  hosts: [a.example]\n  gateways: [edge]\n  http:\n  - %s\n", name, strings.Join(https, "\n  - "))
}

const ownGateways = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: istio}\nspec: {controllerName: istio.io/gateway-controller}\n" +
	"---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: own, namespace: shop}\nspec: {gatewayClassName: istio}\n" +
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\nspec: {ports: [{port: 8080}]}\n"

// open gives the methods of which an effect says that nothing is known, and the
// notes about it.
func open(list []behavior.Effect) (methods behavior.Methods, notes string) {
	for _, e := range list {
		if e.MaxRetries.State == behavior.Unknown {
			methods, notes = methods|e.Methods, notes+strings.Join(e.Notes, "; ")
		}
	}
	return methods, notes
}

func TestWhatAnotherVirtualServiceMayHaveIsOpen(t *testing.T) {
	old := serving("old", "{name: old, match: [{uri: {prefix: /a/b}}], route: [{destination: {host: orders}}]}")
	for _, c := range []struct{ about, host, path string }{
		{"a part of the paths is served", "a.example", "{value: /a}"},
		{"a regular expression may match it", "a.example", "{type: RegularExpression, value: '/a.*'}"},
		{"one of the hosts of a wildcard is served", "*.example", "{value: /a}"},
	} {
		list := effects(t, "HTTPRoute", "r", routeTo("r", "edge", c.host, "", c.path)+old)
		if methods, notes := open(list); methods != behavior.AllMethods || !strings.Contains(notes, "VirtualService shop/old") {
			t.Errorf("%s: %v are open: %s", c.about, methods, notes)
		}
	}
	if methods, notes := open(effects(t, "HTTPRoute", "r", routeTo("r", "edge", "a.example", "", "{value: /c}")+old)); methods != 0 {
		t.Errorf("another path: %v are open: %s", methods, notes)
	}
}

func TestARouteIsNotInDoubtAboutItsOwnRules(t *testing.T) {
	world := routeTo("r", "edge", "a.example", "", "{value: /a}", "{value: /a/b}", "{type: Exact, value: /a/c}") +
		serving("r", "{name: rule2, match: [{uri: {exact: /a/c}}], route: [{destination: {host: orders}}]}",
			"{name: rule1, match: [{uri: {exact: /a/b}}, {uri: {prefix: /a/b/}}], route: [{destination: {host: orders}}]}",
			"{name: rule0, match: [{uri: {exact: /a}}, {uri: {prefix: /a/}}], route: [{destination: {host: orders}}]}")
	if methods, notes := open(effects(t, "HTTPRoute", "r", world)); methods != 0 {
		t.Errorf("%v are open: %s", methods, notes)
	}
}

func TestOfEqualMatchesTheOlderRoutesCounts(t *testing.T) {
	at := func(year int) string { return fmt.Sprintf(", creationTimestamp: '%d-01-01T00:00:00Z'", year) }
	for _, c := range []struct {
		about, mine, other string
		served, open       behavior.Methods
	}{
		{"nobody tells their ages", "", "", 0, behavior.AllMethods},
		{"the other one is older", at(2026), at(2025), 0, 0},
		{"it is older", at(2025), at(2026), behavior.AllMethods, 0},
	} {
		list := effects(t, "HTTPRoute", "r", ownGateways+routeTo("r", "own", "a.example", c.mine, "{value: /a}")+routeTo("s", "own", "a.example", c.other, "{value: /a}"))
		var served behavior.Methods
		for _, e := range list {
			if e.MaxRetries.State != behavior.Unknown {
				served |= e.Methods
			}
		}
		if methods, _ := open(list); methods != c.open || served != c.served {
			t.Errorf("%s: %v are served, %v open", c.about, served, methods)
		}
	}
}

func TestARegularExpressionIsDeadBesideARuleForEverythingOnIstiosOwnGateways(t *testing.T) {
	regular, all := "{type: RegularExpression, value: '/a.*'}", "{value: /}"
	list := effects(t, "HTTPRoute", "r", ownGateways+routeTo("r", "own", "a.example", "", regular, all))
	if n := slices.IndexFunc(list, func(e behavior.Effect) bool { return e.Rule == "rule0" }); n >= 0 || len(list) == 0 {
		t.Errorf("rule0 is said to serve requests: %+v", list)
	}
	list = effects(t, "HTTPRoute", "r", ownGateways+routeTo("r", "own", "a.example", "", regular)+routeTo("s", "own", "a.example", "", all))
	if methods, _ := open(list); methods != behavior.AllMethods {
		t.Errorf("the rule for everything is another route's, and only %v are open", methods)
	}
}
