package write

import (
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/kong/controller"
)

// A sender is a rule that sends requests to Services, with or without a policy.
type sender struct {
	object   *manifest.Object
	rule     int // -1 for an Ingress, which is one sender for each of its Services
	services []manifest.ID
	// intent is the index in the plan of the intent for the rule; -1 without.
	intent int
}

// senders gives every rule of the world that sends to Services.
func senders(plan *resolve.Plan) []sender {
	claimed := map[resolve.RuleID]int{}
	for n, i := range plan.Intents {
		claimed[i.RuleID()] = n
	}
	var all []sender
	add := func(o *manifest.Object, rule int, ids []manifest.ID) {
		intent, ok := claimed[resolve.RuleID{ID: o.ID(), Rule: rule}]
		if !ok {
			intent = -1
		}
		if len(ids) > 0 {
			all = append(all, sender{o, rule, ids, intent})
		}
	}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range plan.World.Kind(route.Group, kind) {
			for n := range o.At("spec", "rules").Items() {
				if controller.Served(o) {
					add(o, n, route.Backends(o, n))
				}
			}
		}
	}
	for _, o := range plan.World.Kind("networking.k8s.io", "Ingress") {
		for _, id := range route.Backends(o, -1) {
			add(o, -1, []manifest.ID{id})
		}
	}
	return all
}

// A pool is Services that must carry the same annotations, because a rule sends
// to several of them, with all that sends to them.
type pool struct {
	services []manifest.ID
	senders  []sender
	// targets are the intents that have a Service of the pool as their target.
	targets []int
	missing []manifest.ID
	// retries and timeout are what the Services' annotations can carry for all
	// senders; without them each sender portions code of its own.
	retries behavior.Setting[int]
	timeout behavior.Setting[time.Duration]
}

// pools puts Services together, in the order in which the plan and the world name
// them.
func pools(plan *resolve.Plan) []*pool {
	var order []*pool
	of := map[manifest.ID]*pool{}
	find := func(id manifest.ID) *pool {
		if of[id] == nil {
			of[id] = &pool{services: []manifest.ID{id}}
			order = append(order, of[id])
		}
		return of[id]
	}
	for n, i := range plan.Intents {
		if i.ID().Kind == "Service" {
			p := find(i.ID())
			p.targets = append(p.targets, n)
		}
	}
	for _, s := range senders(plan) {
		first := find(s.services[0])
		for _, id := range s.services[1:] {
			other := find(id)
			if other == first {
				continue
			}
			first.services = append(first.services, other.services...)
			first.senders = append(first.senders, other.senders...)
			first.targets = append(first.targets, other.targets...)
			for _, moved := range other.services {
				of[moved] = first
			}
		}
		first.senders = append(first.senders, s)
	}
	order = slices.DeleteFunc(order, func(p *pool) bool { return of[p.services[0]] != p })
	for _, p := range order {
		p.missing = slices.DeleteFunc(slices.Clone(p.services), func(id manifest.ID) bool { return plan.World.Get(id) != nil })
	}
	return order
}

// A demand is what annotations would have to say for one sender: its wish, or
// what it has now. Where the number is Unset, code of its own carries it.
type demand struct {
	retries             behavior.Setting[int]
	timeout             behavior.Setting[time.Duration]
	asks, asksToTimeout bool // it is a wish
}

// keeps gives the demand of a rule that nothing is wished for.
func keeps(world *manifest.Set, s sender) demand {
	timeout, _ := controller.BackendRequest(s.object, s.rule)
	u := controller.UpstreamOf(world, s.services, timeout, "")
	d := demand{retries: u.Retries, timeout: u.Read}
	if u.Differ != "" || u.Refused != "" {
		d.retries, d.timeout = behavior.Unclear[int](), behavior.Unclear[time.Duration]()
	}
	if u.Connect != u.Read || u.Write != u.Read {
		d.timeout = behavior.Unclear[time.Duration]()
	}
	return d
}

// over lays a wish over what a rule has now.
func (d demand) over(n portion, code bool) demand {
	d.retries = behavior.Setting[int]{}
	if n.exact && !code {
		d.retries, d.asks = behavior.Is(n.number), true
	}
	if n.timeout > 0 {
		d.timeout, d.asksToTimeout = behavior.Is(n.timeout), true
	}
	return d
}

// settle finds what annotations can carry: a wish that no other demand is against.
func (p *pool) settle(demands []demand) {
	for _, d := range demands {
		against := slices.ContainsFunc(demands, func(o demand) bool { return o.retries.State != behavior.Unset && o.retries != d.retries })
		if d.asks && !against {
			p.retries = d.retries
		}
		against = slices.ContainsFunc(demands, func(o demand) bool { return o.timeout != d.timeout })
		if d.asksToTimeout && !against {
			p.timeout = d.timeout
		}
	}
}
