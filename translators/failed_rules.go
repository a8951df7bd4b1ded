package translators

import (
	"fmt"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// failedRules finds what a translation changes for rules whose own policies have errors: a
// policy on a Gateway holds for all of its routes unless a more specific one is
// there, and that one is missing. It is an error of each policy that may be the
// cause, since nobody has asked for what such a rule would get.
func failedRules(plan *resolve.Plan, objects []*manifest.Object, c change) []gateway.Said {
	if len(plan.Failed) == 0 || len(objects) == 0 {
		return nil
	}
	before, after := gateway.Collect(c.before(), plan.Failed), gateway.Collect(c.after, plan.Failed)
	var said []gateway.Said
	for n, i := range plan.Failed {
		if len(changes(before[n], after[n])) == 0 {
			continue
		}
		for _, p := range plan.Above(i) {
			said = append(said, gateway.Said{Policy: p, Finding: reaches(plan, p, i)})
		}
	}
	return said
}

// reaches says that a policy would reach a rule whose own policy has an error.
func reaches(plan *resolve.Plan, p *schema.RetryPolicy, i resolve.Intent) finding.Finding {
	ref := 0
	for _, own := range plan.Intents {
		if own.Policy == p {
			ref = own.Ref
			break
		}
	}
	f := resolve.About(p, finding.OwnPolicyFails, fmt.Sprintf("spec.targetRefs[%d]", ref),
		fmt.Sprintf("%s%s would get something else by this policy, and its own, %s, has an error", i.RuleName(), i.Through(), resolve.PolicyID(i.Policy)))
	f.Reason = "what carries the policy holds for that rule too where the more specific policy is not written"
	f.Hint = finding.Do("mend the more specific policy, or take it out if the rule is meant to get this one")
	f.Severity = finding.OwnPolicyFails.Severity()
	return f
}
