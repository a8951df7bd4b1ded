package resolve

import (
	"fmt"
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A claimKey is one rule of one object, for the requests that come in by one listener.
type claimKey struct {
	id       manifest.ID
	rule     int
	listener Listener
	// section keeps apart the listeners of a Gateway, and the rules of an object
	// that is not in the input.
	section string
}

// A claim is a policy's on a rule, by how specific its target is.
type claim struct {
	intent Intent
	rank   int
}

// The ranks of targets, the most specific last. A name that a Gateway or a route
// does not have may mean any listener or rule of it.
const (
	rankGateway = iota
	rankSomeListener
	rankSection // a listener, or a Service as the parent of routes
	rankObject
	rankSomeRule
	rankPart // what was split off the rule by an earlier translation
	rankRule
)

// claim notes a policy's claim on a rule, for the listeners that its target is about; a
// policy has one for each, its most specific.
func (r *resolver) claim(i Intent, rank int) {
	if i.Listeners == nil {
		i.Listeners = r.listeners(i.Object)
	}
	for _, listener := range i.Listeners {
		at := claimKey{id: i.ID(), rule: i.Rule, listener: listener}
		if i.Rule < 0 {
			at.section = i.Target().SectionName
		}
		r.note(at, i, rank)
	}
}

func (r *resolver) note(at claimKey, i Intent, rank int) {
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

// strongest gives the claims on a rule that no other outranks. That of a policy
// with an error is among them: its rule is not left to a wider policy, which its
// author did not ask for.
func (r *resolver) strongest(at claimKey) []claim {
	var top []claim
	for _, c := range r.claims[at] {
		switch {
		case len(top) > 0 && top[0].rank > c.rank:
		case len(top) > 0 && top[0].rank == c.rank:
			top = append(top, c)
		default:
			top = []claim{c}
		}
	}
	return top
}

// conflicts fails every policy that shares a rule with an equally specific one:
// which of them is read first is no reason to prefer it. Of a policy that has
// failed already no more is said, and of a rule only once.
func (r *resolver) conflicts() {
	type said struct {
		policy *schema.RetryPolicy
		id     manifest.ID
		rule   int
	}
	told := map[said]bool{}
	for _, at := range r.order {
		top := r.strongest(at)
		for n, c := range top {
			p := c.intent.Policy
			if len(top) > 1 && !r.failed[p] && !told[said{p, at.id, at.rule}] {
				told[said{p, at.id, at.rule}] = true
				r.conflict(c.intent, top[(n+1)%len(top)].intent)
			}
		}
	}
	for loser := range told {
		r.failed[loser.policy] = true
	}
}

func (r *resolver) conflict(i, other Intent) {
	f := About(i.Policy, finding.SameRule, fmt.Sprintf("spec.targetRefs[%d]", i.Ref),
		fmt.Sprintf("%s is claimed by %s too, with an equally specific target", i.RuleName(), PolicyID(other.Policy)))
	f.Hint = finding.Do("leave the rule to one policy, or target it by sectionName in the one that should win")
	r.findings.Add(f)
}

// plan gives the strongest claim on each rule, policy by policy. What a policy has
// by one target for one rule is one intent, whatever the listeners.
func (r *resolver) plan(policies []*schema.RetryPolicy) *Plan {
	type target struct {
		policy *schema.RetryPolicy
		ref    int
		at     claimKey
	}
	won, known := map[*schema.RetryPolicy][]Intent{}, map[target]int{}
	plan := &Plan{World: r.world, Intents: make([]Intent, 0, len(r.order))}
	for _, at := range r.order {
		i, listener := r.strongest(at)[0].intent, at.listener
		at.listener = Listener{}
		list := won[i.Policy]
		n, again := known[target{i.Policy, i.Ref, at}]
		if !again {
			known[target{i.Policy, i.Ref, at}] = len(list)
			i.Listeners = []Listener{listener}
			won[i.Policy] = append(list, i)
		} else {
			list[n].Listeners = append(list[n].Listeners, listener)
		}
	}
	for p, list := range won {
		for n, i := range list {
			list[n].Listeners = all(i.Listeners, i.Object, r.world)
		}
		won[p] = list
	}
	for _, p := range slices.Concat(r.broken, policies) {
		if r.failed[p] {
			plan.Failed = append(plan.Failed, won[p]...)
		} else {
			plan.Intents = append(plan.Intents, won[p]...)
		}
	}
	return plan
}
