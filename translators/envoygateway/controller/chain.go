package controller

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A chain is the policies that could hold for the requests of a rule through one
// listener, the most specific first. The first one holds as a whole; with a
// mergeType it is laid over the first of the parents'.
type Chain struct {
	// Own are the policies on the rule and on its route, parents those on the
	// listener and on the Gateway.
	Own, Parents []*manifest.Object
	// Listener is named where what holds depends on it.
	Listener string
	// Limits is the chain of the parent's first listener that the route is on: the
	// limits of a cluster, which all listeners of a Gateway share, are taken from it
	// (measured with v1.9.1); nil is the chain itself.
	Limits *Chain
}

func (c Chain) All() []*manifest.Object { return slices.Concat(c.Own, c.Parents) }

// holds reports whether two chains have the same policies.
func (c Chain) holds(other Chain) bool {
	return slices.Equal(c.Own, other.Own) && slices.Equal(c.Parents, other.Parents)
}

func (c Chain) equal(other Chain) bool {
	if c.Limits == nil || other.Limits == nil {
		return c.holds(other) && c.Limits == other.Limits
	}
	return c.holds(other) && c.Limits.holds(*other.Limits)
}

// Chains gives the chain of a rule of a route for each listener that the route is
// attached to, or for each of some listeners: one chain where all have the same.
func (a Policies) Chains(o *manifest.Object, section string, world *manifest.Set, some []resolve.Listener) []Chain {
	var own []*manifest.Object
	add := func(list []*manifest.Object, p *manifest.Object) []*manifest.Object {
		if p == nil || slices.Contains(list, p) {
			return list
		}
		return append(list, p)
	}
	if section != "" {
		own = add(own, a.At(o.ID(), section))
	}
	own = add(own, a.At(o.ID(), ""))
	var chains []Chain
	first := map[manifest.ID]*Chain{}
	for _, listener := range resolve.Listeners(o, world) {
		id := listener.Parent
		for _, name := range a.names(listener, world.Get(id)) {
			c := Chain{Own: own, Listener: name}
			if name != "" {
				c.Parents = add(c.Parents, a.At(id, name))
			}
			c.Parents = add(c.Parents, a.At(id, ""))
			if first[id] == nil {
				served := c
				first[id] = &served
			} else if !first[id].holds(c) {
				c.Limits = first[id]
			}
			if (some == nil || slices.Contains(some, listener)) && !slices.ContainsFunc(chains, c.equal) {
				chains = append(chains, c)
			}
		}
	}
	switch len(chains) {
	case 0:
		return []Chain{{Own: own}}
	case 1:
		chains[0].Listener = ""
	}
	return chains
}

// names gives those of the listeners that one stands for. Of a parent that is not
// in the input only those are known that policies name; the empty name stands for
// all others.
func (a Policies) names(listener resolve.Listener, parent *manifest.Object) []string {
	if listener.Name != "" || parent != nil {
		return []string{listener.Name}
	}
	var names []string
	for r := range a.byRef[listener.Parent.Namespace] {
		if r.Kind == listener.Parent.Kind && r.Name == listener.Parent.Name && r.Section != "" {
			names = append(names, r.Section)
		}
	}
	slices.Sort(names)
	return append(names, "")
}
