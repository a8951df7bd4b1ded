package resolve_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
)

func routeOf(kind, name, spec string) string {
	return fmt.Sprintf("---\napiVersion: gateway.networking.k8s.io/v1\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec: %s\n", kind, name, spec)
}

func TestAnHTTPRouteWithoutRulesHasTheOneThatTheAPIServerFillsIn(t *testing.T) {
	for spec, rules := range map[string]int{
		"{}": 1, "{hostnames: [a.example]}": 1, "{rules: null}": 1, "{rules: [{}]}": 1, "{rules: []}": 0, "null": 0,
	} {
		policies, world := input(t, policy("p", "HTTPRoute r")+routeOf("HTTPRoute", "r", spec))
		plan, found := resolve.Resolve(policies, world)
		if len(plan.Intents) != rules || found.Count(finding.Error) != 1-rules {
			t.Errorf("%s: %d rules are found, and %d expected: %v", spec, len(plan.Intents), rules, found)
		}
		for _, i := range plan.Intents {
			if i.Rule != 0 || i.RuleName() != "HTTPRoute shop/r rule 0" {
				t.Errorf("%s: the rule is %s", spec, i.RuleName())
			}
		}
	}
}

// A GRPCRoute has no default in its CRD.
func TestNothingIsServedByARouteWithoutAnyRule(t *testing.T) {
	policies, world := input(t, policy("p", "Gateway g")+routeOf("GRPCRoute", "rpc", "{}")+routeOf("HTTPRoute", "none", "{rules: []}"))
	plan, _ := resolve.Resolve(policies, world)
	if list := plan.Bystanders(); len(list) > 0 {
		t.Errorf("beside a policy stands %v", list[0].RuleName())
	}
}

func TestAnObjectOfAnotherShapeIsAFindingWhereItIs(t *testing.T) {
	for spec, at := range map[string]string{
		"{rules: ['*']}":                                                 "spec.rules[0] is not a mapping",
		"{rules: [{}, 2147483648]}":                                      "spec.rules[1] is not a mapping",
		"{rules: [null]}":                                                "spec.rules[0] is not a mapping",
		"{rules: {}}":                                                    "spec.rules is not a list",
		"{rules: [{matches: [x]}]}":                                      "spec.rules[0].matches[0] is not a mapping",
		"{rules: [{filters: 3}]}":                                        "spec.rules[0].filters is not a list",
		"{rules: [{backendRefs: [[]]}]}":                                 "spec.rules[0].backendRefs[0] is not a mapping",
		"{parentRefs: [x, y], rules: [{}]}":                              "spec.parentRefs[0] is not a mapping, and 1 more of its parts are not what they should be",
		"{rules: [{timeouts: [], retry: [], filters: [{}]}]}":            "spec.rules[0].timeouts is not a mapping, and 1 more of its parts are not what they should be",
		"{rules: [" + strings.Repeat("{}, ", 16) + "{}]}":                "spec.rules has 17 items, and 16 is the most",
		"{hostnames: [" + strings.Repeat("a, ", 16) + "a], rules: [{}]}": "spec.hostnames has 17 items, and 16 is the most",
		"{rules: [{matches: [" + strings.Repeat("{}, ", 64) + "{}]}]}":   "spec.rules[0].matches has 65 items, and 64 is the most",
		"{rules: [{}, {matches: [{headers: [" + strings.Repeat("{}, ", 16) + "x]}]}]}": "spec.rules[1].matches[0].headers has 17 items, and 16 is the most, and 1 more of its parts are not what they should be",
		"x": "spec is not a mapping",
	} {
		_, world := input(t, routeOf("HTTPRoute", "r", spec))
		_, found := resolve.Resolve(nil, world)
		if len(found) != 1 || found[0].Code != finding.OddManifest || found[0].Severity != finding.Warning ||
			!strings.HasSuffix(found[0].Message, ": "+at) || found[0].Line != 5 {
			t.Errorf("%s: %+v", spec, found)
		}
		policies, world := input(t, policy("p", "HTTPRoute r")+routeOf("HTTPRoute", "r", spec))
		plan, found := resolve.Resolve(policies, world)
		if len(plan.Intents) > 0 || found.Count(finding.Error) == 0 || found[0].Code != finding.OddManifest {
			t.Errorf("%s, with a policy: %d intents, %v", spec, len(plan.Intents), found)
		}
	}
	policies, world := input(t, policy("p", "Gateway g")+routeOf("HTTPRoute", "r", "{parentRefs: [{name: g}], rules: [x]}")+routeOf("HTTPRoute", "s", "{parentRefs: [{name: g}]}"))
	plan, _ := resolve.Resolve(policies, world)
	if len(plan.Intents) != 1 || plan.Intents[0].ID().Name != "s" {
		t.Errorf("a Gateway's policy has %d intents", len(plan.Intents))
	}
}
