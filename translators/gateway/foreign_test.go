package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/golden/input"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

const getsOnly = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: p}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: own}]
  maxRetries: 2
  retryOn: {statusCodes: [503], conditions: [ConnectFailure], methods: [GET]}
`

// routeText is an HTTPRoute with one rule on /a, below the Gateway edge.
func routeText(name, hostnames, parent, match string) string {
	return fmt.Sprintf("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s}\nspec:\n  hostnames: [%s]\n  parentRefs: [{name: edge%s}]\n  rules: [{matches: [{path: {value: /a}%s}]}]\n",
		name, hostnames, parent, match)
}

// TestARouteIsSplitUnlessAnotherRouteWouldLoseRequests has a second route with a
// header on the same path, which a method in the first one would outrank.
func TestARouteIsSplitUnlessAnotherRouteWouldLoseRequests(t *testing.T) {
	gatewayOf := func(listeners string) string {
		return "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\nspec: {listeners: [" + listeners + "]}"
	}
	const header = ", headers: [{name: x, value: '1'}]"
	one := gatewayOf("{name: http}")
	two := gatewayOf("{name: a, hostname: a.example}, {name: b, hostname: '*.b.example'}")
	for _, c := range []struct {
		name            string
		parent          string
		own, ownParent  string
		other, atParent string
		match           string
		split           bool
	}{
		{"the same hostname", one, "a.example", "", "a.example", "", header, false},
		{"one hostname of several", one, "a.example, b.example", "", "c.example, b.example", "", header, false},
		{"another hostname", one, "a.example", "", "b.example", "", header, true},
		{"a wildcard, which is less specific", one, "a.example", "", "'*.example'", "", header, true},
		{"no hostname, which is less specific", one, "a.example", "", "", "", header, true},
		{"no hostnames at all", one, "", "", "", "", header, false},
		{"the hostname of the listener", two, "", "", "a.example", "", header, false},
		{"a wildcard that the listener narrows", two, "'*.example'", "", "a.example", "", header, false},
		{"a name within the listener's wildcard", two, "", "", "x.b.example", "", header, true},
		{"the wildcard of the listener", two, "", "", "'*.b.example'", "", header, false},
		{"another listener", two, "", ", sectionName: a", "", ", sectionName: b", header, true},
		{"the same listener", two, "", ", sectionName: a", "", ", sectionName: a", header, false},
		{"a listener and all of them", two, "", ", sectionName: a", "", "", header, false},
		{"another Gateway", one, "a.example", "", "a.example", "-2", header, true},
		{"an unknown Gateway and one hostname", "", "a.example", "", "a.example", "", header, false},
		{"an unknown Gateway and two hostnames", "", "a.example", "", "b.example", "", header, true},
		{"an unknown Gateway and no hostname", "", "a.example", "", "", "", header, false},
		{"a match with the method", one, "a.example", "", "a.example", "", header + ", method: GET", true},
		{"a match with another method", one, "a.example", "", "a.example", "", header + ", method: POST", true},
		{"an equal match, where age decides", one, "a.example", "", "a.example", "", "", false},
	} {
		documents := []string{getsOnly, routeText("own", c.own, c.ownParent, ""), routeText("other", c.other, c.atParent, c.match)}
		if c.parent != "" {
			documents = append(documents, c.parent)
		}
		p := input.Plan(t, documents...)
		var out gateway.Output
		parts := gateway.NewEdits(p.World, gateway.Settings{Split: gateway.SplitAlways}).Parts(p.Intents[0], &out)
		if split := len(parts) == 2; split != c.split {
			t.Errorf("%s: split is %v, want %v (%v)", c.name, split, c.split, out.Said)
		} else if !split && (len(out.Said) != 1 || out.Said[0].Code != finding.CannotSplit) {
			t.Errorf("%s: the refusal is not said: %v", c.name, out.Said)
		}
	}
}

func TestThePartsOfARuleCarryWhatIsRightForTheirMethods(t *testing.T) {
	one := func(match, methods string) (*resolve.Plan, []gateway.Part, gateway.Output) {
		policy := strings.Replace(getsOnly, "methods: [GET]", "methods: ["+methods+"]", 1)
		p := input.Plan(t, policy, routeText("own", "", "", match))
		var out gateway.Output
		return p, gateway.NewEdits(p.World, gateway.Settings{Split: gateway.SplitAlways}).Parts(p.Intents[0], &out), out
	}
	for _, c := range []struct {
		name, match, methods string
		rules                []int
		limited              []bool
	}{
		{"every method", "", `"*"`, []int{0}, []bool{false}},
		{"a rule that only GETs reach", ", method: GET", "GET, HEAD", []int{0}, []bool{false}},
		{"a rule that no GET reaches", ", method: POST", "GET, HEAD", []int{0}, []bool{true}},
		{"a rule of all methods", "", "GET, HEAD", []int{0, 1}, []bool{true, false}},
	} {
		p, parts, out := one(c.match, c.methods)
		var rules []int
		var limited []bool
		for _, part := range parts {
			rules, limited = append(rules, part.Rule), append(limited, part.Limited)
			want := p.Intents[0].Want
			if part.Limited {
				want = gateway.SafeOnly(want)
			}
			if part.Want != want {
				t.Errorf("%s: rule %d carries %v", c.name, part.Rule, part.Want)
			}
		}
		if fmt.Sprint(rules, limited) != fmt.Sprint(c.rules, c.limited) || len(out.Said) > 0 {
			t.Errorf("%s: rules %v, limited %v, want %v and %v; said %v", c.name, rules, limited, c.rules, c.limited, out.Said)
		}
	}
}

func TestSafeOnlyLeavesWhatEveryMethodMayBeRetriedAfter(t *testing.T) {
	want := behavior.Behavior{MaxRetries: behavior.Is(3)}
	want.Causes.Add(behavior.AllMethods, behavior.ConnectFailure)
	want.Causes.Add(behavior.GET, behavior.Reset, behavior.Codes(503, 503)[0])
	safe := gateway.SafeOnly(want)
	if list := safe.Causes.List(behavior.AllMethods); len(list) != 1 || list[0] != behavior.ConnectFailure || safe.MaxRetries != behavior.Is(3) {
		t.Errorf("what is safe is %v, %v times", list, safe.MaxRetries)
	}
	want.Causes[behavior.ConnectFailure] = 0
	if got := gateway.SafeOnly(want); got.MaxRetries != behavior.Is(0) {
		t.Errorf("nothing is safe, and there are still %v retries", got.MaxRetries)
	}
}
