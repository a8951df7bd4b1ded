package istio

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// doors are the places where the VirtualServices for a route stand: each gateway
// with each host, and the mesh with each Service.
func doors(o *manifest.Object, b binding, world *manifest.Set, s gateway.Settings) []groupKey {
	var list []groupKey
	for n, gateway := range b.gateways {
		for _, host := range hostsAt(o, b.parents[n], world) {
			if door := (groupKey{gateway, host}); !slices.Contains(list, door) {
				list = append(list, door)
			}
		}
	}
	for _, service := range b.mesh {
		list = append(list, groupKey{wholeMesh, hostOf(service, s)})
	}
	return list
}

// ownDoors are those of a route on Istio's own Gateways, and at its Services.
func ownDoors(o *manifest.Object, b binding) []groupKey {
	if !b.native {
		return nil
	}
	var list []groupKey
	ids, _ := resolve.ParentRefs(o)
	for _, id := range ids {
		for _, host := range hostnames(o) {
			list = append(list, groupKey{id.String(), host})
		}
	}
	return list
}

// A landscape is what stands around a route: the other routes and hosts of its
// doors. It is filled when it is asked for.
type landscape struct {
	routes   map[groupKey][]*manifest.Object
	taken    map[groupKey]map[key]bool
	standing map[groupKey]map[string][]standing // by path
	hosts    map[string][]string                // with a VirtualService, by gateway
	claimed  map[groupKey]map[key]bool          // what rules with policies match
}

// standing is a match of a route at a door.
type standing struct {
	o *manifest.Object
	route.Match
}

func (r reading) at(door groupKey) []*manifest.Object {
	if r.routes == nil {
		r.routes, r.taken, r.standing = map[groupKey][]*manifest.Object{}, map[groupKey]map[key]bool{}, map[groupKey]map[string][]standing{}
		for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
			for _, o := range r.world.Kind(route.Group, kind) {
				b := bind(o, r.world, r.settings)
				for _, door := range slices.Concat(doors(o, b, r.world, r.settings), ownDoors(o, b)) {
					r.routes[door] = append(r.routes[door], o)
				}
			}
		}
	}
	return r.routes[door]
}

// keys gives what the rules of all routes at a door match.
func (r reading) keys(door groupKey) map[key]bool {
	list := r.at(door)
	if r.taken[door] == nil {
		r.taken[door] = map[key]bool{}
		for _, o := range list {
			for n := range route.Rules(o) {
				for _, w := range wanted(o, n) {
					r.taken[door][w.key] = true
				}
			}
		}
	}
	return r.taken[door]
}

// stand gives the matches of all routes at a door for a path.
func (r reading) stand(door groupKey, path string) []standing {
	list := r.at(door)
	if len(list) > 1 && r.standing[door] == nil {
		r.standing[door] = map[string][]standing{}
		for _, o := range list {
			for _, rule := range route.Rules(o) {
				for _, m := range rule.Matches {
					r.standing[door][m.Path] = append(r.standing[door][m.Path], standing{o, m})
				}
			}
		}
	}
	return r.standing[door][path]
}

// shares gives the methods of a match of a route that other routes at its door
// have, because theirs come first, and those of which it is open, because of
// equal matches the older one's counts.
func (r reading) shares(door groupKey, now *manifest.Object, m route.Match) (lost, open behavior.Methods) {
	for _, n := range r.stand(door, m.Path) {
		equal := n.Method == m.Method && n.Conditions == m.Conditions
		if n.Method != "" && m.Method == "" && within(n.Conditions, m.Conditions) { // or is it the half of one that was split?
			equal = slices.ContainsFunc(r.stand(door, m.Path), func(own standing) bool {
				return own.o.ID() == now.ID() && own.Method == n.Method && own.Conditions == n.Conditions
			})
			if !equal && n.o.ID() != now.ID() {
				lost |= allowed(n.Match)
			}
		}
		switch {
		case !equal || n.o.ID() == now.ID():
		case undated(n.o, now):
			open |= allowed(n.Match)
		case older(n.o, now):
			lost |= allowed(n.Match)
		}
	}
	if strings.HasPrefix(m.Path, "RegularExpression ") {
		for _, n := range r.stand(door, "PathPrefix /") {
			if !everything(n.Match) && n.o.ID() != now.ID() && within(n.Conditions, m.Conditions) {
				lost |= allowed(n.Match)
			}
		}
	}
	return lost, open &^ lost
}

// older is the order in which the Gateway API has equal matches of two routes count.
func older(a, b *manifest.Object) bool {
	name := func(o *manifest.Object) string { return o.ID().Namespace + "/" + o.ID().Name }
	return cmp.Or(cmp.Compare(age(a), age(b)), cmp.Compare(name(a), name(b))) < 0
}

// within reports whether what meets some conditions meets others too.
func within(others, conditions string) bool {
	all := strings.Split(conditions, "\x00")
	return others == "" || !slices.ContainsFunc(strings.Split(others, "\x00"), func(c string) bool { return !slices.Contains(all, c) })
}

// wantedAt is wanted without the requests that other routes at a door have, or may
// have; the methods of the latter are open.
func (r reading) wantedAt(door groupKey, o, now *manifest.Object, rule int) (list []matcher, open behavior.Methods) {
	for m, w := range wants(o, rule) {
		lost, perhaps := r.shares(door, now, m)
		if path, exact := strings.CutPrefix(w.uri, "exact "); exact && m.Path == "PathPrefix "+path {
			for _, n := range r.stand(door, "Exact "+path) {
				if n.o.ID() != o.ID() && within(n.Conditions, m.Conditions) {
					lost |= allowed(n.Match)
				}
			}
		}
		open |= w.methods & perhaps
		w.methods &^= lost | perhaps
		list = append(list, w)
	}
	return list, open
}

// below finds the VirtualServices for narrower hosts that take requests from a
// wildcard, unless a route is for those hosts.
func (r reading) below(door groupKey, wanted []matcher) (d doubt) {
	if !strings.HasPrefix(door.host, "*") || door.gateway == wholeMesh {
		return d
	}
	if r.hosts == nil {
		r.hosts = map[string][]string{}
		for key := range r.attached.groups {
			r.hosts[key.gateway] = append(r.hosts[key.gateway], key.host)
		}
		for _, list := range r.hosts {
			slices.Sort(list)
		}
	}
	for _, host := range r.hosts[door.gateway] {
		if host == door.host || !route.Covers(door.host, host) || len(r.at(groupKey{door.gateway, host})) > 0 {
			continue
		}
		group := r.attached.groups[groupKey{door.gateway, host}]
		for _, w := range wanted {
			for _, n := range group.near(w.uri) {
				if s := group.stretches[n]; s.methods&w.methods != 0 {
					d.to = merge(d.to, served{s.vs, s.http, s.methods & w.methods})
				}
			}
		}
	}
	return d
}

// effects says what is not certain of the requests of a rule, some of which may be
// served.
func (d doubt) effects(object, rule string, some bool) []behavior.Effect {
	if len(d.to) == 0 && d.open == 0 && !some || d.methods() == 0 {
		return nil
	}
	var notes []string
	for _, s := range d.to {
		note := fmt.Sprintf("http route %s of %s may have a part of these requests", httpName(s.vs, s.http), s.vs.ID())
		if forSome(s.vs) {
			note += ": its exportTo names some namespaces, and whose clients these are cannot be seen"
		}
		notes = append(notes, note)
	}
	if d.open != 0 {
		notes = append(notes, "another route has the same match, and the older of the two gets its requests")
	}
	if d.none != 0 {
		notes = append(notes, "no http route is for a part of these requests, which Envoy answers with 404")
	}
	return []behavior.Effect{unclear(object, rule, d.methods(), notes)}
}
