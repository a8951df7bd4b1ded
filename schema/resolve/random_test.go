package resolve_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
)

// whatIsHeld gives the places; of several policies with an error any may hold one.
func whatIsHeld(plan *resolve.Plan) string {
	var list []string
	for _, i := range plan.Failed {
		list = append(list, i.RuleName()+i.Through())
	}
	return strings.Join(list, "\n")
}

// TestTheOrderOfPoliciesDoesNotMatter shuffles random policies, some of which
// claim the same rules.
func TestTheOrderOfPoliciesDoesNotMatter(t *testing.T) {
	targets := []string{"HTTPRoute api", "HTTPRoute api/reads", "HTTPRoute only-a", "Gateway edge", "Gateway edge/a", "Gateway edge/b",
		"HTTPRoute none", "Service stock", "HTTPRoute mesh", "HTTPRoute mesh/one", "HTTPRoute api/none", "GRPCRoute rpc", "Gateway edge/c"}
	sorted := func(text string) string {
		lines := strings.Split(text, "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	conflicts := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var texts []string
		for n := range 2 + rng.IntN(5) {
			var refs []string
			for range 1 + rng.IntN(2) {
				if ref := targets[rng.IntN(len(targets))]; !slices.Contains(refs, ref) {
					refs = append(refs, ref)
				}
			}
			texts = append(texts, policy(fmt.Sprintf("p%d", n), refs...))
		}
		policies, world := input(t, objects+strings.Join(texts, ""))
		plan, findings := resolve.Resolve(policies, world)
		for _, f := range findings {
			if f.Code == finding.SameRule {
				conflicts++
			}
		}
		rng.Shuffle(len(policies), func(a, b int) { policies[a], policies[b] = policies[b], policies[a] })
		again, shuffled := resolve.Resolve(policies, world)
		if sorted(claims(plan)) != sorted(claims(again)) || said(findings) != said(shuffled) {
			t.Fatalf("seed %d:\n%s\n%s\n\nbecame\n\n%s\n%s", seed, claims(plan), said(findings), claims(again), said(shuffled))
		}
		if a, b := sorted(whatIsHeld(plan)), sorted(whatIsHeld(again)); a != b {
			t.Fatalf("seed %d: %s is held, and with the policies in another order %s", seed, a, b)
		}
		for _, i := range plan.Intents {
			for _, f := range findings {
				if f.Severity == finding.Error && f.Object == resolve.PolicyID(i.Policy) {
					t.Fatalf("seed %d: %s has an error and an intent", seed, f.Object)
				}
			}
		}
	}
	if conflicts < 20 {
		t.Errorf("only %d conflicts came up", conflicts)
	}
}

// TestEveryRuleIsClaimedOnceOrABystander counts the rules of random inputs.
func TestEveryRuleIsClaimedOnceOrABystander(t *testing.T) {
	for seed := range uint64(200) {
		policies, world := input(t, string(random.Input(seed)))
		plan, _ := resolve.Resolve(policies, world)
		seen := map[string]int{}
		for _, i := range slices.Concat(plan.Intents, plan.Bystanders()) {
			seen[i.RuleName()]++
		}
		rules := 0
		for _, o := range world.Kind("gateway.networking.k8s.io", "HTTPRoute") {
			rules += len(resolve.RulesOf(o))
		}
		if len(seen) != rules {
			t.Errorf("seed %d: %d places for %d rules: %v", seed, len(seen), rules, seen)
		}
		for place, n := range seen {
			if n != 1 {
				t.Errorf("seed %d: %s comes %d times", seed, place, n)
			}
		}
	}
}
