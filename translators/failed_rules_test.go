package translators_test

import (
	"slices"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
)

// wideAndNarrow has a policy on a Gateway and another one on one of its routes,
// whose second target Envoy Gateway refuses.
const wideAndNarrow = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: pay, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: pay, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: search, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: search, port: 80}]}]}
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: wide, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  maxRetries: 3
  retryOn: {statusCodes: [503], methods: ["*"]}
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: pay, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: pay}, {group: "", kind: Service, name: ledger}]
  maxRetries: 0
`

// codes gives "code policy" for each error.
func codes(r translators.Result) string {
	var list []string
	for _, f := range r.Findings {
		if f.Severity == finding.Error {
			list = append(list, string(f.Code)+" "+strings.TrimPrefix(f.Object.String(), "RetryPolicy shop/"))
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

func TestAWiderPolicyDoesNotStandInForOneWithAnError(t *testing.T) {
	in := decode(t, "wide", []byte(wideAndNarrow))
	g := envoygateway.Gateway{}
	r := translators.Run(g, in.plan(), gateway.Defaults(g.Profile()), false)
	if len(r.Objects) > 0 || codes(r) != "RT3003 pay, RT3013 wide" {
		t.Errorf("the errors are %s, and what is printed:\n%s", codes(r), text(t, r.Objects))
	}
}

func TestAWiderPolicyDoesNotStandInForOneWhoseRouteIsNotGiven(t *testing.T) {
	docs := strings.Split(wideAndNarrow, "---\n")
	in := decode(t, "wide", []byte(docs[0]+"---\n"+docs[2]+"---\n"+docs[3]+"---\n"+docs[4]))
	g := envoygateway.Gateway{}
	r := translators.Run(g, in.plan(), gateway.Defaults(g.Profile()), false)
	if len(r.Objects) > 0 || codes(r) != "RT3013 wide" {
		t.Errorf("the errors are %s, and what is printed:\n%s", codes(r), text(t, r.Objects))
	}
}

func TestAPolicyOnOneListenerDoesNotStandInEither(t *testing.T) {
	text := strings.NewReplacer("listeners: [", "listeners: [{name: plain, port: 8080, protocol: HTTP}, ", "name: edge}]\n  maxRetries", "name: edge, sectionName: http}]\n  maxRetries").Replace(wideAndNarrow)
	g := envoygateway.Gateway{}
	if r := translators.Run(g, decode(t, "wide", []byte(text)).plan(), gateway.Defaults(g.Profile()), false); codes(r) != "RT3003 pay, RT3013 wide" {
		t.Errorf("the errors are %s", codes(r))
	}
}

func TestAGatewayThatCarriesPoliciesByRuleGoesOn(t *testing.T) {
	in := decode(t, "wide", []byte(wideAndNarrow))
	for _, g := range translators.All() {
		if name := g.Profile().Name; name != "gateway-api" {
			continue
		}
		s := gateway.Defaults(g.Profile())
		r := translators.Run(g, in.plan(), s, false)
		if codes(r) != "RT3003 pay" || !strings.Contains(text(t, r.Objects), "name: search") || strings.Contains(text(t, r.Objects), "name: pay") {
			t.Errorf("the errors are %s, and what is printed:\n%s", codes(r), text(t, r.Objects))
		}
	}
}

// TestNothingReachesARuleWhosePolicyHasAnError reads these rules with and without
// what is printed.
func TestNothingReachesARuleWhosePolicyHasAnError(t *testing.T) {
	seen := 0
	check := func(t *testing.T, in input, s setting) {
		r := translators.Run(s.Target, in.plan(), s.Settings, false)
		bad, without := failed(r), map[*schema.RetryPolicy]bool{}
		for _, p := range in.policies {
			without[p] = bad[id(p)]
		}
		plan := in.plan().Without(without)
		before := gateway.Read(s, plan.Failed, plan.World, s.Settings)
		after := gateway.Read(s, plan.Failed, plan.World.With(r.Objects...), s.Settings)
		for n, i := range plan.Failed {
			seen++
			for _, method := range behavior.AllMethods.Each() {
				from, to := met(before[n], method), met(after[n], method)
				for k, is := range to {
					if len(from) == 0 {
						break
					}
					if c := behavior.Changes(from[min(k, len(from)-1)], is); len(c) > 0 && !slices.Contains(from, is) {
						t.Errorf("%s\n%s: %s of %s, %s: %v\n%s", s.name, in.source(t), i.RuleName(), id(i.Policy), method, c, text(t, r.Objects))
						return
					}
				}
				if len(from) > 0 && len(to) == 0 {
					t.Errorf("%s\n%s: nobody serves %s of %s any more\n%s", in.source(t), method, i.RuleName(), id(i.Policy), text(t, r.Objects))
					return
				}
			}
		}
	}
	list := inputs(t, 30)
	for seed := range uint64(30) {
		list = append(list, decode(t, "wild", random.Wild(1000+seed, random.Classes[0])))
	}
	for _, s := range settings() {
		for _, in := range list {
			check(t, in, s)
		}
	}
	if seen < 1000 {
		t.Errorf("only %d rules were looked at", seen)
	}
}

// met gives what requests with a method meet.
func met(effects []behavior.Effect, method string) []behavior.Behavior {
	var list []behavior.Behavior
	for _, e := range effects {
		if m := behavior.ParseMethod(method); e.Methods&m != 0 {
			list = append(list, e.Behavior.For(m))
		}
	}
	return list
}
