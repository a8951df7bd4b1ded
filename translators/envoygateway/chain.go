package envoygateway

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A chain is the policies that could hold for the requests of a rule through one
// listener, the most specific first. The first one holds as a whole; with a
// mergeType it is laid over the first of the parents'.
type chain struct {
	// own are the policies on the rule and on its route, parents those on the
	// listener and on the Gateway.
	own, parents []*manifest.Object
	// listener is named where what holds depends on it.
	listener string
	// limits is the chain of the parent's first listener that the route is on: the
	// limits of a cluster, which all listeners of a Gateway share, are taken from it
	// (measured with v1.9.1); nil is the chain itself.
	limits *chain
}

func (c chain) all() []*manifest.Object { return slices.Concat(c.own, c.parents) }

// holds reports whether two chains have the same policies.
func (c chain) holds(other chain) bool {
	return slices.Equal(c.own, other.own) && slices.Equal(c.parents, other.parents)
}

func (c chain) equal(other chain) bool {
	if c.limits == nil || other.limits == nil {
		return c.holds(other) && c.limits == other.limits
	}
	return c.holds(other) && c.limits.holds(*other.limits)
}

// chains gives the chain of a rule of a route for each listener that the route is
// attached to, or for each of some doors: one chain where all have the same.
func (a attachments) chains(o *manifest.Object, section string, world *manifest.Set, some []resolve.Door) []chain {
	var own []*manifest.Object
	add := func(list []*manifest.Object, p *manifest.Object) []*manifest.Object {
		if p == nil || slices.Contains(list, p) {
			return list
		}
		return append(list, p)
	}
	if section != "" {
		own = add(own, a.at(o.ID(), section))
	}
	own = add(own, a.at(o.ID(), ""))
	var chains []chain
	first := map[manifest.ID]*chain{}
	for _, door := range resolve.Doors(o, world) {
		id := door.Parent
		for _, listener := range a.listeners(door, world.Get(id)) {
			c := chain{own: own, listener: listener}
			if listener != "" {
				c.parents = add(c.parents, a.at(id, listener))
			}
			c.parents = add(c.parents, a.at(id, ""))
			if first[id] == nil {
				served := c
				first[id] = &served
			} else if !first[id].holds(c) {
				c.limits = first[id]
			}
			if (some == nil || slices.Contains(some, door)) && !slices.ContainsFunc(chains, c.equal) {
				chains = append(chains, c)
			}
		}
	}
	switch len(chains) {
	case 0:
		return []chain{{own: own}}
	case 1:
		chains[0].listener = ""
	}
	return chains
}

// listeners gives the names of those that a door stands for. Of a parent that is not
// in the input only those are known that policies name; the empty name stands for
// all others.
func (a attachments) listeners(door resolve.Door, parent *manifest.Object) []string {
	if door.Listener != "" || parent != nil {
		return []string{door.Listener}
	}
	var names []string
	for r := range a.byRef[door.Parent.Namespace] {
		if r.kind == door.Parent.Kind && r.name == door.Parent.Name && r.section != "" {
			names = append(names, r.section)
		}
	}
	slices.Sort(names)
	return append(names, "")
}
