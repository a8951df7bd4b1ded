package route_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// routeOf makes a route of the text of its rules.
func routeOf(t *testing.T, kind, rules string) *manifest.Object {
	objects, err := manifest.Read(strings.NewReader(fmt.Sprintf(
		"apiVersion: gateway.networking.k8s.io/v1\nkind: %s\nmetadata: {name: route}\nspec: {rules: %s}\n", kind, rules)), "route")
	if err != nil {
		t.Fatal(err)
	}
	return objects[0]
}

func TestAMatchIsReadWithTheStandardsDefaults(t *testing.T) {
	for _, c := range []struct {
		kind, match string
		want        route.Match
	}{
		{"HTTPRoute", "{}", route.Match{Path: route.Path{Kind: route.Prefix, Value: "/"}}},
		{"HTTPRoute", "{path: {value: /a/}}", route.Match{Path: route.Path{Kind: route.Prefix, Value: "/a"}}},
		{"HTTPRoute", "{path: {type: Exact, value: /a/}}", route.Match{Path: route.Path{Kind: route.Exact, Value: "/a/"}}},
		{"HTTPRoute", "{method: GET, headers: [{name: B, value: x}, {name: a, value: y, type: RegularExpression}]}",
			route.Match{Path: route.Path{Kind: route.Prefix, Value: "/"}, Method: "GET", Headers: 2, Conditions: "h a RegularExpression y\x00h b Exact x"}},
		{"HTTPRoute", "{headers: [{name: A, value: first}, {name: a, value: second}]}",
			route.Match{Path: route.Path{Kind: route.Prefix, Value: "/"}, Headers: 2, Conditions: "h a Exact first"}},
		{"HTTPRoute", "{queryParams: [{name: Q, value: x}]}", route.Match{Path: route.Path{Kind: route.Prefix, Value: "/"}, Queries: 1, Conditions: "q Q Exact x"}},
		{"GRPCRoute", "{}", route.Match{Path: route.Path{Kind: route.GRPCExact, Value: "/"}, Method: "POST"}},
		{"GRPCRoute", "{method: {service: shop.Orders, method: Get}}", route.Match{Path: route.Path{Kind: route.GRPCExact, Value: "shop.Orders/Get"}, Method: "POST"}},
	} {
		o := routeOf(t, c.kind, "[{matches: ["+c.match+"]}]")
		if got := route.Rules(o)[0].Matches; !slices.Equal(got, []route.Match{c.want}) {
			t.Errorf("%s %s is read as %+v, want %+v", c.kind, c.match, got, c.want)
		}
	}
}

func TestARuleWithoutMatchesMatchesEverything(t *testing.T) {
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		rules := route.Rules(routeOf(t, kind, "[{name: a}, {matches: []}, {matches: [{}]}]"))
		if fmt.Sprint(rules[0].Matches) != fmt.Sprint(rules[2].Matches) || fmt.Sprint(rules[1].Matches) != fmt.Sprint(rules[2].Matches) {
			t.Errorf("%s: no matches, an empty list and an empty match are read differently: %v", kind, rules)
		}
	}
}

func TestEveryRequestOfAGRPCRouteIsAPost(t *testing.T) {
	o := routeOf(t, "GRPCRoute", "[{matches: [{method: {service: a}}]}, {matches: [{method: {service: a}}]}]")
	rules := route.Rules(o)
	if got := route.Reach(rules, 0); got != behavior.POST {
		t.Errorf("the rule is reached by %s", got)
	}
	if got := route.Reach(rules, 1); got != 0 {
		t.Errorf("the same match in a later rule is reached by %s", got)
	}
	if _, err := route.Split(o.Clone(), 0, behavior.POST, "x", nil); err == nil {
		t.Error("a rule of a GRPCRoute was split by method")
	}
}

func TestOtherKindsHaveNoRules(t *testing.T) {
	if rules := route.Rules(routeOf(t, "TLSRoute", "[{name: a}]")); rules != nil {
		t.Errorf("a TLSRoute has the rules %v", rules)
	}
}

func TestAMatchWithMoreHeadersGetsTheMethodToo(t *testing.T) {
	o := routeOf(t, "HTTPRoute", "[{matches: [{path: {value: /a}, headers: [{name: x, value: '1'}]}]}, {matches: [{path: {value: /a}}]}]")
	if _, err := route.Split(o, 1, behavior.GET, "reads", nil); err != nil {
		t.Fatal(err)
	}
	if got := route.Rules(o)[0].Matches; len(got) != 2 || got[1].Method != "GET" || got[1].Headers != 1 {
		t.Errorf("the rule with the header has the matches %v", got)
	}
}

func TestRegularExpressionsAreRankedLikeEqualPaths(t *testing.T) {
	rules := "[{matches: [{path: {type: RegularExpression, value: /a.}, headers: [{name: x, value: '1'}]}]}, {matches: [{path: {type: RegularExpression, value: /.b}}]}]"
	o := routeOf(t, "HTTPRoute", rules)
	if _, err := route.Split(o, 1, behavior.GET, "reads", nil); err != nil {
		t.Fatal(err)
	}
	if got := route.Rules(o)[0].Matches; len(got) != 2 || got[1].Method != "GET" {
		t.Errorf("/ab with the header would go to the new rule: %v", got)
	}
	foreign := []route.Match{{Path: route.Path{Kind: route.Pattern, Value: "/.."}, Headers: 1}}
	if _, err := route.Split(routeOf(t, "HTTPRoute", rules), 1, behavior.GET, "reads", foreign); err == nil {
		t.Error("the split takes requests from another route's regular expression")
	}
}

func TestASplitKeepsWithinTheLimitsOfTheCRD(t *testing.T) {
	list := func(n int, item func(int) string) string {
		var items []string
		for k := range n {
			items = append(items, item(k))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	match := func(k int) string { return fmt.Sprintf("{path: {value: /p%d}}", k) }
	for _, c := range []struct {
		name, rules string
		methods     behavior.Methods
		ok          bool
	}{
		{"15 rules", list(15, func(k int) string { return "{matches: [" + match(k) + "]}" }), behavior.GET, true},
		{"16 rules", list(16, func(k int) string { return "{matches: [" + match(k) + "]}" }), behavior.GET, false},
		{"32 matches times 2 methods", "[{matches: " + list(32, match) + "}]", behavior.GET | behavior.HEAD, true},
		{"33 matches times 2 methods", "[{matches: " + list(33, match) + "}]", behavior.GET | behavior.HEAD, false},
		{"64 matches and 64 more", "[{matches: " + list(64, match) + "}]", behavior.GET, true},
		{"65 matches before", "[{matches: " + list(64, match) + "}, {matches: [{path: {value: /z}}]}]", behavior.GET, false},
		{"nothing left in the rule", "[{matches: [{method: GET}]}]", behavior.GET, false},
		{"nothing to move", "[{matches: [{method: GET}]}]", behavior.POST, false},
	} {
		o := routeOf(t, "HTTPRoute", c.rules)
		edited := o.Clone()
		_, err := route.Split(edited, 0, c.methods, "moved", nil)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && !manifest.Equal(o, edited) {
			t.Errorf("%s: a refused split has changed the route", c.name)
		}
	}
}

func TestANewNameIsFreeAndShortEnough(t *testing.T) {
	long := strings.Repeat("a", 250) + "-retryable"
	rules := []route.Rule{{Name: "reads"}, {Name: "reads-2"}, {Name: long[len(long)-253:]}}
	for name, want := range map[string]string{"writes": "writes", "reads": "reads-3"} {
		if got := route.FreeName(rules, name); got != want {
			t.Errorf("%s becomes %s, want %s", name, got, want)
		}
	}
	if got := route.FreeName(rules, long); len(got) != 253 || slices.ContainsFunc(rules, func(r route.Rule) bool { return r.Name == got }) {
		t.Errorf("a long name becomes %s, of %d characters", got, len(got))
	}
}
