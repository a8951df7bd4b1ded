package translators

import (
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// inSight gives the intents that a plan is judged by: its own and, behind each that
// is about a Service, those for the rules that send requests there.
func inSight(profile gateway.Profile, plan *resolve.Plan) []resolve.Intent {
	if !profile.Senders {
		return plan.Intents
	}
	senders := plan.Senders()
	if len(senders) == 0 {
		return plan.Intents
	}
	var list []resolve.Intent
	for n, i := range plan.Intents {
		list = append(append(list, i), senders[n]...)
	}
	return list
}

// read gives what a world makes of intents. Of a Service as such there is nothing to
// tell where a rule that sends requests to it has told it, unless others come as well.
func read(profile gateway.Profile, intents []resolve.Intent, reader gateway.Reader) []RuleEffects {
	rules := make([]RuleEffects, 0, len(intents))
	service := -1 // the place of the Service that the rules send to
	for effects := range reader.Effects(intents) {
		n := len(rules)
		rules = append(rules, RuleEffects{&intents[n], effects})
		if intents[n].To == nil {
			service = n
		} else if len(effects) > 0 && !profile.Mesh {
			rules[service].Effects = nil
		}
	}
	return rules
}
