package route_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

func TestAMethodTakesNoRequestsFromMatchesWithMoreHeadersWhereItCountsAsAHeader(t *testing.T) {
	objects, err := manifest.Read(strings.NewReader(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  rules:
  - matches: [{path: {value: /a}, method: GET}]
  - matches: [{path: {value: /a}, headers: [{name: x, value: "1"}]}]
  - matches: [{path: {value: /a}}]
  - matches: [{path: {value: /a}, queryParams: [{name: q, value: "1"}]}]
`), "test")
	if err != nil {
		t.Fatal(err)
	}
	rules := route.Rules(objects[0])
	const others = behavior.AllMethods &^ behavior.GET
	for n, want := range []struct{ standard, counting behavior.Methods }{
		{behavior.GET, behavior.GET}, {others, behavior.AllMethods}, {others, others}, {others, others},
	} {
		if got := route.Reach(rules, n); got != want.standard {
			t.Errorf("rule %d is reached by %s under the standard's order, not %s", n, got, want.standard)
		}
		if got := route.ReachBy(route.ReachCounting, rules, n); got != want.counting {
			t.Errorf("rule %d is reached by %s where methods count, not %s", n, got, want.counting)
		}
	}
	if got := route.ReachBy(route.ReachCounting, rules, -1); got != 0 {
		t.Errorf("a rule that does not exist is reached by %s", got)
	}
}

func TestASplitThatLosesATieOfMethodAndHeaderDoesNotKeepTheOrder(t *testing.T) {
	read := func(rules string) []route.Rule {
		objects, err := manifest.Read(strings.NewReader("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n  rules:\n"+rules), "test")
		if err != nil {
			t.Fatal(err)
		}
		return route.Rules(objects[0])
	}
	const (
		put    = "  - matches: [{path: {value: /b}}, {path: {value: /a}, method: PUT}]\n"
		header = "  - matches: [{path: {value: /a}, headers: [{name: x, value: \"1\"}]}]\n"
		rest   = "  - matches: [{path: {value: /b}}]\n"
		moved  = "  - matches: [{path: {value: /b}, method: PUT}, {path: {value: /a}, method: PUT}]\n"
	)
	if route.KeepsCounting(read(put+header), read(rest+header+moved), 0) {
		t.Error("a PUT with the header went to the first rule, and goes to the second one now")
	}
	if !route.KeepsCounting(read(header+put), read(header+rest+moved), 1) {
		t.Error("every request keeps its rule")
	}
}
