package resolve

import (
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// carriers are the kinds whose rules can be retried by some gateway.
var carriers = []struct{ group, kind string }{
	{route.Group, "HTTPRoute"}, {route.Group, "GRPCRoute"}, {"networking.k8s.io", "Ingress"},
	{"traefik.io", "IngressRoute"}, {"networking.istio.io", "VirtualService"},
}

// Bystanders gives an intent without a wish for each rule that the plan has no
// intent for: what its requests get should not change. The policies of these
// intents are none of the input's and target the object that holds the rule.
func (p *Plan) Bystanders() []Intent {
	claimed := map[place]bool{}
	for _, i := range p.Intents {
		claimed[place{id: i.ID(), rule: i.Rule}] = true
	}
	var list []Intent
	for _, c := range carriers {
		for _, o := range p.World.Kind(c.group, c.kind) {
			list = append(list, unclaimed(o, claimed)...)
		}
	}
	return list
}

func unclaimed(o *manifest.Object, claimed map[place]bool) []Intent {
	id := o.ID()
	if claimed[place{id: id, rule: -1}] {
		return nil
	}
	one := Intent{Object: o, Rule: -1, Methods: behavior.AllMethods, Policy: &schema.RetryPolicy{
		Metadata: schema.Metadata{Namespace: id.Namespace, Name: id.Name},
		Spec:     schema.Spec{TargetRefs: []schema.TargetRef{{Group: id.Group, Kind: id.Kind, Name: id.Name}}},
	}}
	rules := RulesOf(o)
	if len(rules) == 0 {
		return []Intent{one}
	}
	var list []Intent
	for n, rule := range rules {
		if !claimed[place{id: id, rule: n}] {
			one.Rule, one.Name, one.Methods = n, rule.Name, rule.Methods
			list = append(list, one)
		}
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
