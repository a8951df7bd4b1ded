package write

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// A draft is a VirtualService to be written. For a host that a VirtualService names
// on a gateway Istio serves nothing else there, so each route that serves requests for
// it is in a draft, with a policy or without.
type draft struct {
	// routes are those whose requests meet, in the order in which the Gateway API
	// prefers them: only within one VirtualService is the order of matches ours.
	routes          []*manifest.Object
	gateways, hosts []string
	intents         []resolve.Intent // those for its routes
	// under says that another host of the same routes is a wildcard above its own.
	under bool
}

func (h draft) vhosts() (list []controller.VirtualHost) {
	for _, gateway := range h.gateways {
		for _, host := range h.hosts {
			list = append(list, controller.VirtualHost{Gateway: gateway, Host: host})
		}
	}
	return list
}

// drafts gives the VirtualServices for some virtual hosts, and for those whose requests they
// would take besides.
func (t *translation) drafts(taken []controller.VirtualHost, intents map[manifest.ID][]resolve.Intent) (list []draft) {
	needed := t.needed(taken)
	at := map[string][]controller.VirtualHost{} // virtual hosts by the routes whose requests meet there
	routes := map[string][]*manifest.Object{}
	var order []string
	for _, vhost := range needed {
		for _, some := range t.meeting(vhost) {
			var names []string
			for _, o := range some {
				names = append(names, o.ID().String())
			}
			key := strings.Join(names, "\n")
			if at[key] == nil {
				order = append(order, key)
			}
			at[key], routes[key] = append(at[key], vhost), some
		}
	}
	for _, key := range order {
		for _, h := range t.parted(at[key], needed) {
			h.routes = routes[key]
			for _, o := range h.routes {
				h.intents = append(h.intents, intents[o.ID()]...)
			}
			list = append(list, h)
		}
	}
	return list
}

// needed gives virtual hosts with those of narrower hosts at which routes stand: a
// VirtualService for a wildcard has the requests of each host that has none.
func (t *translation) needed(taken []controller.VirtualHost) []controller.VirtualHost {
	behind := map[string][]string{} // hosts of routes by gateway
	r := t.view
	r.At(controller.VirtualHost{})
	for vhost := range r.Routes {
		behind[vhost.Gateway] = append(behind[vhost.Gateway], vhost.Host)
	}
	for _, hosts := range behind {
		slices.Sort(hosts)
	}
	list, known := slices.Clone(taken), map[controller.VirtualHost]bool{}
	for _, vhost := range list {
		known[vhost] = true
	}
	for n := 0; n < len(list); n++ { // it grows
		vhost := list[n]
		if !strings.HasPrefix(vhost.Host, "*") {
			continue
		}
		for _, host := range behind[vhost.Gateway] {
			own := controller.VirtualHost{Gateway: vhost.Gateway, Host: host}
			if host != vhost.Host && route.Covers(vhost.Host, host) && !known[own] && !t.apart(vhost, host) {
				list, known[own] = append(list, own), true
			}
		}
	}
	return list
}

// apart reports whether a VirtualService of the input has the requests for a host, so
// that one for the wider host of a virtual host takes none of them.
func (t *translation) apart(vhost controller.VirtualHost, host string) bool {
	for ; host != "" && host != vhost.Host; host = controller.Wider(host) {
		if t.view.Attached.Groups[controller.VirtualHost{Gateway: vhost.Gateway, Host: host}] != nil {
			return true
		}
	}
	return false
}

// meeting gives the routes at a virtual host, those together whose matches may meet in one
// request; in the mesh, where a host has one VirtualService, all of them.
func (t *translation) meeting(vhost controller.VirtualHost) (list [][]*manifest.Object) {
	var all []*manifest.Object
	along := nearby{at: map[string][]int{}, below: map[string][]int{}}
	index := map[manifest.ID]int{}
	for _, o := range t.view.At(vhost) {
		if _, known := index[o.ID()]; !known {
			index[o.ID()] = len(all)
			all = append(all, o)
			along.add(o)
		}
	}
	group := make([]int, len(all))
	for n := range group {
		group[n] = n
	}
	find := func(n int) int {
		for group[n] != n {
			n = group[n]
		}
		return n
	}
	for n, o := range all {
		for _, other := range along.near(o) {
			a, b := find(n), find(index[other.ID()])
			if a != b && (vhost.Gateway == api.WholeMesh || t.overlap(o, other)) {
				group[max(a, b)] = min(a, b)
			}
		}
		if vhost.Gateway == api.WholeMesh {
			group[n] = 0
		}
	}
	at := map[int]int{}
	for n, o := range all {
		root := find(n)
		if _, known := at[root]; !known {
			at[root] = len(list)
			list = append(list, nil)
		}
		list[at[root]] = append(list[at[root]], o)
	}
	for _, some := range list {
		slices.SortStableFunc(some, byPreference)
	}
	return list
}

func byPreference(a, b *manifest.Object) int {
	return cmp.Or(boolean(controller.Older(b, a))-boolean(controller.Older(a, b)), cmp.Compare(a.ID().Kind, b.ID().Kind))
}

// parted makes drafts of the virtual hosts of some routes. One has all of its hosts on all of
// its gateways. A host that a wildcard of it covers is left out, which Istio would
// refuse, unless other routes stand at one of the two.
func (t *translation) parted(vhosts, needed []controller.VirtualHost) (list []draft) {
	var hosts []string
	gateways := map[string][]string{}
	for _, vhost := range vhosts {
		if gateways[vhost.Host] == nil {
			hosts = append(hosts, vhost.Host)
		}
		gateways[vhost.Host] = append(gateways[vhost.Host], vhost.Gateway)
	}
	for _, host := range hosts {
		within, under := true, false
		for _, gateway := range gateways[host] {
			above := host
			for above = controller.Wider(above); above != "" && !slices.Contains(needed, controller.VirtualHost{Gateway: gateway, Host: above}); {
				above = controller.Wider(above)
			}
			within = within && above != "" && slices.Equal(gateways[above], gateways[host]) &&
				slices.Equal(t.view.At(controller.VirtualHost{Gateway: gateway, Host: above}), t.view.At(controller.VirtualHost{Gateway: gateway, Host: host}))
		}
		for _, other := range hosts {
			under = under || other != host && route.Covers(other, host)
		}
		at := -1
		if !under {
			at = slices.IndexFunc(list, func(h draft) bool { return slices.Equal(h.gateways, gateways[host]) && !h.under })
		}
		switch {
		case within:
		case at >= 0:
			list[at].hosts = append(list[at].hosts, host)
		default:
			list = append(list, draft{gateways: gateways[host], hosts: []string{host}, under: under})
		}
	}
	return list
}

// overlap reports whether a request may match both of two routes. What matches every
// request of a host goes last wherever it stands, unless it is split by method.
func (t *translation) overlap(o, other *manifest.Object) bool {
	if o.ID().Kind != other.ID().Kind {
		return true
	}
	for _, rule := range route.Rules(o) {
		for _, m := range rule.Matches {
			for _, beside := range route.Rules(other) {
				for _, n := range beside.Matches {
					last := controller.Everything(m) != controller.Everything(n) && (controller.Everything(m) && !t.splits(o, rule.Index) || controller.Everything(n) && !t.splits(other, beside.Index))
					if !last && controller.Meet(m, n) {
						return true
					}
				}
			}
		}
	}
	return false
}
