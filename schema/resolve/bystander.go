package resolve

import (
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// Bystanders gives an intent without a wish for each rule that the plan has no
// intent for, nor holds one, and for the listeners of a rule that it has none for: what
// these requests get should not change. The policies of these intents are none of
// the input's and target the object that holds the rule.
func (p *Plan) Bystanders() []Intent {
	claimed := map[claimKey][]Listener{} // nil is all
	for _, intents := range [][]Intent{p.Intents, p.Failed} {
		for n := range intents {
			i := &intents[n]
			at := claimKey{id: i.ID(), rule: i.Rule}
			if before, ok := claimed[at]; ok && before == nil || i.Listeners == nil {
				claimed[at] = nil
			} else {
				claimed[at] = append(before, i.Listeners...)
			}
		}
	}
	var list []Intent
	for _, c := range route.Kinds {
		for _, o := range p.World.Kind(c.Group, c.Name) {
			list = append(list, unclaimed(o, p.World, claimed)...)
		}
	}
	return list
}

func unclaimed(o *manifest.Object, world *manifest.Set, claimed map[claimKey][]Listener) []Intent {
	id := o.ID()
	if _, whole := claimed[claimKey{id: id, rule: -1}]; whole {
		return nil
	}
	if _, refused := shared.malformedIn(o); refused {
		return nil // a finding says that the API server does not take it
	}
	one := Intent{Object: o, Rule: -1, Methods: behavior.AllMethods, Policy: &schema.RetryPolicy{
		Metadata: schema.Metadata{Namespace: id.Namespace, Name: id.Name},
		Spec:     schema.Spec{TargetRefs: []schema.TargetRef{{Group: id.Group, Kind: id.Kind, Name: id.Name}}},
	}}
	if !hasRules(o) {
		return []Intent{one}
	}
	var list []Intent
	for n, rule := range RulesOf(o) {
		taken, some := claimed[claimKey{id: id, rule: n}]
		one.Rule, one.Name, one.Methods, one.Listeners = n, rule.Name, rule.Methods, nil
		if some && taken == nil {
			continue
		}
		if some {
			one.Listeners = slices.DeleteFunc(Listeners(o, world), func(d Listener) bool { return slices.Contains(taken, d) })
			if len(one.Listeners) == 0 {
				continue
			}
		}
		list = append(list, one)
	}
	return list
}

// Beside gives the policies of the plan that hold for a rule of the same object,
// or for one that sends requests to the same Services. A policy that targets such
// a Service itself is for all that send to it, so it is none of them.
func (p *Plan) Beside(bystander Intent) []*schema.RetryPolicy {
	behind := route.Backends(bystander.Object, bystander.Rule)
	var list []*schema.RetryPolicy
	for _, i := range p.Intents {
		near := i.ID() == bystander.ID()
		if !near && i.Object != nil {
			near = slices.ContainsFunc(route.Backends(i.Object, i.Rule), func(id manifest.ID) bool { return slices.Contains(behind, id) })
		}
		if near && !slices.Contains(list, i.Policy) {
			list = append(list, i.Policy)
		}
	}
	return list
}

// Above gives the policies of the plan that may reach a rule of a failed intent: those beside
// it, and those on its object, on a parent of it or on a Service behind it; every
// policy where there is none of these.
func (p *Plan) Above(failed Intent) []*schema.RetryPolicy {
	targets := []manifest.ID{failed.ID()}
	if failed.Object != nil {
		parents, _ := ParentRefs(failed.Object)
		targets = slices.Concat(targets, parents, route.Backends(failed.Object, failed.Rule))
	}
	var list, all []*schema.RetryPolicy
	if failed.Object != nil {
		list = p.Beside(failed)
	}
	for _, i := range p.Intents {
		if slices.Contains(targets, i.TargetID()) && !slices.Contains(list, i.Policy) {
			list = append(list, i.Policy)
		}
		if !slices.Contains(all, i.Policy) {
			all = append(all, i.Policy)
		}
	}
	if len(list) == 0 {
		return all
	}
	return list
}
