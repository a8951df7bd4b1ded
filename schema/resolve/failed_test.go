package resolve_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/resolve"
)

func TestARuleOfAPolicyWithAnErrorIsNotLeftToAWiderOne(t *testing.T) {
	for _, c := range []struct {
		name             string
		policies, broken []string
		want, held       string
		findings         string
	}{
		{"two on a route, above it a Gateway's", []string{policy("p", "HTTPRoute only-a"), policy("q", "HTTPRoute only-a"), policy("g", "Gateway edge")}, nil,
			"g: HTTPRoute shop/api rule reads\ng: HTTPRoute shop/api rule 1\ng: HTTPRoute team/far rule 0\ng: GRPCRoute shop/rpc rule 0",
			"p: HTTPRoute shop/only-a rule 0", "RT1006 p targetRefs[0]\nRT1006 q targetRefs[0]"},
		{"another target of a policy with an error", []string{policy("p", "HTTPRoute api/reads", "HTTPRoute bare"), policy("q", "HTTPRoute api")}, nil,
			"q: HTTPRoute shop/api rule 1", "p: HTTPRoute shop/api rule reads", "RT3002 p targetRefs[1]"},
		{"a rule that is not there may be any", []string{policy("p", "HTTPRoute api/writes"), policy("q", "HTTPRoute api"), policy("r", "HTTPRoute api/reads")}, nil,
			"r: HTTPRoute shop/api rule reads", "p: HTTPRoute shop/api rule 1", "RT3002 p targetRefs[0].sectionName"},
		{"a listener that is not there may be any", []string{policy("p", "Gateway edge/c"), policy("q", "Gateway edge"), policy("r", "Gateway edge/b")}, nil,
			"r: HTTPRoute shop/api rule reads through listener b\nr: HTTPRoute shop/api rule 1 through listener b\nr: HTTPRoute team/far rule 0 through listener b\nr: GRPCRoute shop/rpc rule 0",
			"p: HTTPRoute shop/api rule reads through listener a\np: HTTPRoute shop/api rule 1 through listener a\np: HTTPRoute shop/only-a rule 0\np: HTTPRoute team/far rule 0 through listener a", "RT3002 p targetRefs[0].sectionName"},
		{"a broken policy", []string{policy("g", "HTTPRoute split", "HTTPRoute mesh")}, []string{policy("b", "HTTPRoute mesh/one", "HTTPRoute split/none", "HTTPRoute absent")},
			"", "b: HTTPRoute shop/mesh rule one\nb: HTTPRoute shop/split rule reads\nb: HTTPRoute shop/split rule reads-retryable\n" +
				"b: HTTPRoute shop/split rule reads-retryable-2\nb: HTTPRoute shop/split rule reads-2\nb: HTTPRoute shop/absent", ""},
		{"a broken policy on an equal target", []string{policy("p", "HTTPRoute mesh")}, []string{policy("b", "HTTPRoute mesh")},
			"", "b: HTTPRoute shop/mesh rule one", "RT1006 p targetRefs[0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policies, world := input(t, objects+strings.Join(c.policies, ""))
			broken, _ := input(t, strings.Join(c.broken, ""))
			plan, findings := resolve.Resolve(policies, world, broken...)
			if got := claims(plan); got != c.want {
				t.Errorf("claims:\n%s\nwant:\n%s", got, c.want)
			}
			if got := places(plan.Failed); got != c.held {
				t.Errorf("held:\n%s\nwant:\n%s", got, c.held)
			}
			if got := said(findings); got != c.findings {
				t.Errorf("findings:\n%s\nwant:\n%s", got, c.findings)
			}
		})
	}
}

func TestWhatIsTakenOutOfAPlanIsHeld(t *testing.T) {
	policies, world := input(t, objects+policy("p", "HTTPRoute mesh")+policy("q", "HTTPRoute only-a")+policy("r", "HTTPRoute api/reads"))
	plan, _ := resolve.Resolve(policies, world)
	rest := plan.Without(map[*schema.RetryPolicy]bool{policies[0]: true}).Without(map[*schema.RetryPolicy]bool{policies[1]: true})
	if claims(rest) != "r: HTTPRoute shop/api rule reads" || places(rest.Failed) != "p: HTTPRoute shop/mesh rule one\nq: HTTPRoute shop/only-a rule 0" || len(plan.Failed) > 0 {
		t.Errorf("%s are left and %s held, and %d of the plan before", claims(rest), places(rest.Failed), len(plan.Failed))
	}
}

func TestAPolicyThatGivesAKindAnotherGroupHoldsWhatItCanOnlyMean(t *testing.T) {
	policies, world := input(t, objects+policy("g", "HTTPRoute mesh"))
	for group, held := range map[string]string{"": "b: HTTPRoute shop/mesh rule one", "networking.istio.io": "b: HTTPRoute shop/mesh rule one"} {
		broken, _ := input(t, policy("b", "HTTPRoute mesh"))
		broken[0].Spec.TargetRefs[0].Group = group
		if plan, _ := resolve.Resolve(policies, world, broken...); places(plan.Failed) != held || claims(plan) != "" {
			t.Errorf("group %q: %s are held, and claimed %s", group, places(plan.Failed), claims(plan))
		}
	}
	broken, _ := input(t, policy("b", "HTTPRoute mesh"))
	broken[0].Spec.TargetRefs[0].Kind = "Mesh"
	if plan, _ := resolve.Resolve(policies, world, broken...); places(plan.Failed) != "" || claims(plan) != "g: HTTPRoute shop/mesh rule one" {
		t.Errorf("a kind that no policy can be for: %s are held, and claimed %s", places(plan.Failed), claims(plan))
	}
}
