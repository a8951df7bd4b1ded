package resolve

import (
	"fmt"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A place is one rule of one object.
type place struct {
	id   manifest.ID
	rule int
	// section keeps apart the listeners of a Gateway, and the rules of an object
	// that is not in the input.
	section string
}

// A claim is a policy's on a place, by how specific its target is.
type claim struct {
	intent Intent
	rank   int
}

// The ranks of targets, the most specific last.
const (
	rankGateway = iota
	rankSection // a listener, or a Service as the parent of routes
	rankObject
	rankPart // what was split off the rule by an earlier translation
	rankRule
)

// claim notes a policy's claim on a place; a policy has one there, its most
// specific.
func (r *resolver) claim(i Intent, rank int) {
	at := place{id: i.ID(), rule: i.Rule}
	if i.Rule < 0 {
		at.section = i.Target().SectionName
	}
	claims, taken := r.claims[at]
	if !taken {
		r.order = append(r.order, at)
	}
	for n, c := range claims {
		if c.intent.Policy == i.Policy {
			if c.rank < rank {
				claims[n] = claim{i, rank}
			}
			return
		}
	}
	r.claims[at] = append(claims, claim{i, rank})
}

// strongest gives the claims on a place that no other outranks, but for those of
// policies that have failed.
func (r *resolver) strongest(at place) []claim {
	var top []claim
	for _, c := range r.claims[at] {
		switch {
		case r.failed[c.intent.Policy] || len(top) > 0 && top[0].rank > c.rank:
		case len(top) > 0 && top[0].rank == c.rank:
			top = append(top, c)
		default:
			top = []claim{c}
		}
	}
	return top
}

// conflicts fails every policy that shares a place with an equally specific one:
// which of them is read first is no reason to prefer it.
func (r *resolver) conflicts() {
	for found := true; found; {
		var losers []*schema.RetryPolicy
		for _, at := range r.order {
			top := r.strongest(at)
			for n := range top {
				if len(top) > 1 {
					losers = append(losers, top[n].intent.Policy)
					r.conflict(top[n].intent, top[(n+1)%len(top)].intent)
				}
			}
		}
		for _, p := range losers {
			r.failed[p] = true
		}
		found = len(losers) > 0
	}
}

func (r *resolver) conflict(i, other Intent) {
	f := About(i.Policy, finding.SameRule, fmt.Sprintf("spec.targetRefs[%d]", i.Ref),
		fmt.Sprintf("%s is claimed by %s too, with an equally specific target", i.Place(), PolicyID(other.Policy)))
	f.Hint = "leave the rule to one policy, or target it by sectionName in the one that should win"
	r.findings.Add(f)
}

// plan gives the strongest claim of each place, policy by policy.
func (r *resolver) plan(policies []*schema.RetryPolicy) *Plan {
	won := map[*schema.RetryPolicy][]Intent{}
	for _, at := range r.order {
		if top := r.strongest(at); len(top) > 0 {
			i := top[0].intent
			won[i.Policy] = append(won[i.Policy], i)
		}
	}
	plan := &Plan{World: r.world, Intents: make([]Intent, 0, len(r.order))}
	for _, p := range policies {
		plan.Intents = append(plan.Intents, won[p]...)
	}
	return plan
}
