package translators

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// sharedRules finds the rules that several policies are for, each for the requests that
// come in through a listener or Gateway of its own, where the gateway cannot treat
// these requests differently: that is an error of all of them.
func sharedRules(profile gateway.Profile, plan *resolve.Plan) []gateway.Said {
	type rule struct {
		id    manifest.ID
		index int
	}
	var order []rule
	sharing := map[rule][]resolve.Intent{}
	for _, i := range plan.Intents {
		if at := (rule{i.ID(), i.Rule}); i.Listeners != nil {
			if sharing[at] == nil {
				order = append(order, at)
			}
			sharing[at] = append(sharing[at], i)
		}
	}
	var said []gateway.Said
	for _, at := range order {
		list := sharing[at]
		if profile.Listeners && !slices.ContainsFunc(list, inTheRoute) {
			continue
		}
		for _, i := range list {
			other := slices.IndexFunc(list, func(o resolve.Intent) bool { return o.Policy != i.Policy })
			if other < 0 {
				continue
			}
			f := resolve.About(i.Policy, finding.SameRule, fmt.Sprintf("spec.targetRefs[%d]", i.Ref),
				fmt.Sprintf("%s is claimed by %s too, for other listeners, and %s has one configuration for all of them", i.RuleName(), resolve.PolicyID(list[other].Policy), profile.Title))
			f.Reason = "what carries the policies stands in the route, whichever way its requests come in"
			f.Hint = finding.Do("make two routes of it, one for each listener, or leave it to one policy")
			f.Severity = f.Code.Severity()
			said = append(said, gateway.Said{Policy: i.Policy, Finding: f})
		}
	}
	return said
}

// inTheRoute reports whether a wish needs something in the route itself: rules of
// its own for some methods, a header, or what the rule says itself to be taken out.
func inTheRoute(i resolve.Intent) bool {
	_, limited := gateway.Limit(i.Want)
	if limited || i.Want.IdempotencyKey.State == behavior.Set {
		return true
	}
	rule := i.Object.At("spec", "rules").Index(i.Rule)
	return rule.At("retry").Exists() || rule.At("timeouts").Exists()
}
