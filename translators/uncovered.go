package translators

import (
	"fmt"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// uncovered finds the requests of intents that no effect is about, where the
// translator has not said why: what nobody can tell is a finding too.
func uncovered(profile gateway.Profile, rules []RuleEffects, said []gateway.Said) []gateway.Said {
	type target struct {
		policy *schema.RetryPolicy
		ref    int
	}
	explained, seen := map[*schema.RetryPolicy]bool{}, map[target]bool{}
	for _, s := range said {
		explained[s.Policy] = true
	}
	for _, p := range rules {
		seen[target{p.Intent.Policy, p.Intent.Ref}] = seen[target{p.Intent.Policy, p.Intent.Ref}] || len(p.Effects) > 0
	}
	var list []gateway.Said
	for _, p := range rules {
		i := p.Intent
		left := i.Methods &^ covered(p.Effects) &^ profile.Answers
		elsewhere := i.Target().Kind == "Service" && seen[target{i.Policy, i.Ref}] // at the routes below it, or behind it
		if left == 0 || explained[i.Policy] || elsewhere {
			continue
		}
		f := resolve.About(i.Policy, finding.ImplementerSays, fmt.Sprintf("spec.targetRefs[%d]", i.Ref),
			fmt.Sprintf("%s: what %s does with %s requests cannot be told", i.RuleName(), profile.Title, left))
		f.Class, f.Want, f.Got = finding.Unknown, "as the policy says", "unknown"
		f.Reason = "nothing is sure to serve all of them: a regular expression, or another route, may"
		f.Severity = f.Code.Severity()
		list = append(list, gateway.Said{Policy: i.Policy, Finding: f})
	}
	return list
}

func covered(effects []behavior.Effect) behavior.Methods {
	var methods behavior.Methods
	for _, e := range effects {
		methods |= e.Methods
	}
	return methods
}
