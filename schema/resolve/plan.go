package resolve

import (
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
)

// A Plan is all intents over the objects of the input. Those of one policy follow
// each other.
type Plan struct {
	World   *manifest.Set
	Intents []Intent
	// Failed are the intents of policies with errors. Nothing is translated for them,
	// and their requests are to get nothing from a wider policy either.
	Failed []Intent
}

// Without gives the plan with the intents of some policies failed.
func (p *Plan) Without(policies map[*schema.RetryPolicy]bool) *Plan {
	if !slices.ContainsFunc(p.Intents, func(i Intent) bool { return policies[i.Policy] }) {
		return p
	}
	rest := &Plan{World: p.World, Failed: slices.Clip(p.Failed)}
	for _, intent := range p.Intents {
		if policies[intent.Policy] {
			rest.Failed = append(rest.Failed, intent)
		} else {
			rest.Intents = append(rest.Intents, intent)
		}
	}
	return rest
}

// Joined gives the plan with the intents of one policy for one rule made one, for a
// gateway that has no way to treat the listeners of a rule differently.
func (p *Plan) Joined() *Plan {
	apart := func(i Intent) bool { return i.Listeners != nil }
	if !slices.ContainsFunc(p.Intents, apart) && !slices.ContainsFunc(p.Failed, apart) {
		return p
	}
	return &Plan{World: p.World, Intents: joined(p.Intents, p.World), Failed: joined(p.Failed, p.World)}
}

func joined(intents []Intent, world *manifest.Set) []Intent {
	type one struct {
		policy *schema.RetryPolicy
		id     manifest.ID
		rule   int
	}
	var list []Intent
	known := map[one]int{}
	for _, i := range intents {
		at := one{i.Policy, i.ID(), i.Rule}
		n, again := known[at]
		if !again || i.Rule < 0 {
			known[at] = len(list)
			list = append(list, i)
			continue
		}
		list[n].Listeners = all(append(slices.Clip(list[n].Listeners), i.Listeners...), i.Object, world)
	}
	return list
}

// all gives the listeners, or nil where they are all that an object has.
func all(some []Listener, o *manifest.Object, world *manifest.Set) []Listener {
	if o == nil || len(some) >= len(Listeners(o, world)) {
		return nil
	}
	return some
}
