package envoygateway

import (
	"slices"
	"strings"

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
// attached to: one chain where all listeners have the same.
func (a attachments) chains(o *manifest.Object, section string, world *manifest.Set) []chain {
	var own []*manifest.Object
	add := func(list []*manifest.Object, p *manifest.Object) []*manifest.Object {
		if p == nil || slices.Contains(list, p) {
			return list
		}
		return append(list, p)
	}
	if section != "" {
		own = add(own, a.object(o, section))
	}
	own = add(own, a.object(o, ""))
	var chains []chain
	ids, _ := resolve.ParentRefs(o)
	for n, id := range ids {
		parent := world.Get(id)
		var first *chain
		for _, listener := range a.listeners(o, o.At("spec", "parentRefs").Index(n), id, parent) {
			c := chain{own: own, listener: listener}
			if listener != "" {
				c.parents = add(c.parents, a.onParent(id, parent, listener))
			}
			c.parents = add(c.parents, a.onParent(id, parent, ""))
			if first == nil {
				served := c
				first = &served
			} else if !first.holds(c) {
				c.limits = first
			}
			if !slices.ContainsFunc(chains, c.equal) {
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

func (a attachments) onParent(id manifest.ID, parent *manifest.Object, section string) *manifest.Object {
	if parent != nil {
		return a.object(parent, section)
	}
	return a.on(id.Namespace, ref{id.Kind, id.Name, section})
}

// listeners gives the names of those that a reference attaches a route to. Of a
// parent that is not in the input only those are known that policies name; the
// empty name stands for all others.
func (a attachments) listeners(o *manifest.Object, ref manifest.Value, id manifest.ID, parent *manifest.Object) []string {
	if section := ref.At("sectionName").Text(); section != "" {
		return []string{section}
	}
	var names []string
	if parent == nil {
		for r := range a.byRef[id.Namespace] {
			if r.kind == id.Kind && r.name == id.Name && r.section != "" {
				names = append(names, r.section)
			}
		}
		slices.Sort(names)
		return append(names, "")
	}
	for _, l := range parent.At("spec", "listeners").Items() {
		protocol, port := l.At("protocol").Text(), ref.At("port")
		switch {
		case protocol != "" && protocol != "HTTP" && protocol != "HTTPS":
		case port.Exists() && port.Text() != l.At("port").Text():
		case !sharesHost(l.At("hostname").Text(), o.At("spec", "hostnames")):
		default:
			names = append(names, l.At("name").Text())
		}
	}
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// sharesHost reports whether a listener's hostname has any in common with a
// route's; either may have none, which is any.
func sharesHost(host string, hostnames manifest.Value) bool {
	if host == "" || hostnames.Len() == 0 {
		return true
	}
	for _, name := range hostnames.Items() {
		if covers(host, name.Text()) || covers(name.Text(), host) {
			return true
		}
	}
	return false
}

// covers reports whether a hostname is another one, or a wildcard above it.
func covers(host, other string) bool {
	suffix, wild := strings.CutPrefix(host, "*")
	return strings.EqualFold(host, other) || wild && len(other) > len(suffix) && strings.EqualFold(other[len(other)-len(suffix):], suffix)
}
