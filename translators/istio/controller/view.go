package controller

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
)

// VirtualHosts are the places where the VirtualServices for a route stand: each gateway
// with each host, and the mesh with each Service.
func VirtualHosts(o *manifest.Object, b Binding, world *manifest.Set, s gateway.Settings) []VirtualHost {
	var list []VirtualHost
	for n, gateway := range b.Gateways {
		for _, host := range hostsAt(o, b.parents[n], world) {
			if vhost := (VirtualHost{gateway, host}); !slices.Contains(list, vhost) {
				list = append(list, vhost)
			}
		}
	}
	for _, service := range b.Mesh {
		list = append(list, VirtualHost{api.WholeMesh, HostOf(service, s)})
	}
	return list
}

// OwnDoors are those of a route on Istio's own Gateways, and at its Services.
func OwnHosts(o *manifest.Object, b Binding) []VirtualHost {
	if !b.Native {
		return nil
	}
	var list []VirtualHost
	ids, _ := resolve.ParentRefs(o)
	for _, id := range ids {
		for _, host := range hostnames(o) {
			list = append(list, VirtualHost{id.String(), host})
		}
	}
	return list
}

// A View is a world as istiod sees it: its VirtualServices in Envoy's order, and the
// routes of each gateway and host, which are sorted when they are asked for.
type View struct {
	World    *manifest.Set
	Rules    route.Parsed // of the world's routes, and of those before a translation
	Settings gateway.Settings
	Attached hostConfig
	Routes   map[VirtualHost][]*manifest.Object
	taken    map[VirtualHost]map[Key]bool
	byPath   map[VirtualHost]map[route.Path][]RouteMatch // by path
}

// NewView gives the view of a world.
func NewView(world *manifest.Set, s gateway.Settings) *View {
	return &View{World: world, Rules: route.Parsed{}, Settings: s, Attached: newHostConfig(world, s)}
}

// A RouteMatch is a match of a route at a virtual host.
type RouteMatch struct {
	O *manifest.Object
	route.Match
}

// At gives the routes that get requests for a host on a gateway.
func (r *View) At(vhost VirtualHost) []*manifest.Object {
	if r.Routes == nil {
		r.Routes, r.taken, r.byPath = map[VirtualHost][]*manifest.Object{}, map[VirtualHost]map[Key]bool{}, map[VirtualHost]map[route.Path][]RouteMatch{}
		for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
			for _, o := range r.World.Kind(route.Group, kind) {
				b := Bind(o, r.World, r.Settings)
				for _, vhost := range slices.Concat(VirtualHosts(o, b, r.World, r.Settings), OwnHosts(o, b)) {
					r.Routes[vhost] = append(r.Routes[vhost], o)
				}
			}
		}
	}
	return r.Routes[vhost]
}

// Keys gives what the rules of all routes at a virtual host match.
func (r *View) Keys(vhost VirtualHost) map[Key]bool {
	list := r.At(vhost)
	if r.taken[vhost] == nil {
		r.taken[vhost] = map[Key]bool{}
		for _, o := range list {
			rules := r.Rules.Of(o)
			for n := range rules {
				for _, w := range Wanted(o, rules, n) {
					r.taken[vhost][w.Key] = true
				}
			}
		}
	}
	return r.taken[vhost]
}

// MatchesAt gives the matches of all routes at a virtual host for a path.
func (r *View) MatchesAt(vhost VirtualHost, path route.Path) []RouteMatch {
	list := r.At(vhost)
	if len(list) > 1 && r.byPath[vhost] == nil {
		r.byPath[vhost] = map[route.Path][]RouteMatch{}
		for _, o := range list {
			for _, rule := range r.Rules.Of(o) {
				for _, m := range rule.Matches {
					r.byPath[vhost][m.Path] = append(r.byPath[vhost][m.Path], RouteMatch{o, m})
				}
			}
		}
	}
	return r.byPath[vhost][path]
}

// Shares gives the methods of a match of a route that other routes at its virtual host
// have, because theirs come first, and those of which it is open, because of
// equal matches the older one's counts.
func (r *View) Shares(vhost VirtualHost, now *manifest.Object, m route.Match) (lost, open behavior.Methods) {
	for _, n := range r.MatchesAt(vhost, m.Path) {
		equal := n.Method == m.Method && n.Conditions == m.Conditions
		if n.Method != "" && m.Method == "" && within(n.Conditions, m.Conditions) { // or is it the half of one that was split?
			equal = slices.ContainsFunc(r.MatchesAt(vhost, m.Path), func(own RouteMatch) bool {
				return own.O.ID() == now.ID() && own.Method == n.Method && own.Conditions == n.Conditions
			})
			if !equal && n.O.ID() != now.ID() {
				lost |= Allowed(n.Match)
			}
		}
		switch {
		case !equal || n.O.ID() == now.ID():
		case Undated(n.O, now):
			open |= Allowed(n.Match)
		case Older(n.O, now):
			lost |= Allowed(n.Match)
		}
	}
	if m.Path.Kind == route.Pattern {
		for _, n := range r.MatchesAt(vhost, route.AnyPath()) {
			if !Everything(n.Match) && n.O.ID() != now.ID() && within(n.Conditions, m.Conditions) {
				lost |= Allowed(n.Match)
			}
		}
	}
	return lost, open &^ lost
}

// Older is the order in which the Gateway API has equal matches of two routes count.
func Older(a, b *manifest.Object) bool {
	name := func(o *manifest.Object) string { return o.ID().Namespace + "/" + o.ID().Name }
	return cmp.Or(cmp.Compare(age(a), age(b)), cmp.Compare(name(a), name(b))) < 0
}

// within reports whether what meets some conditions meets others too.
func within(others, conditions string) bool {
	all := strings.Split(conditions, "\x00")
	return others == "" || !slices.ContainsFunc(strings.Split(others, "\x00"), func(c string) bool { return !slices.Contains(all, c) })
}

// WantedAt is wanted without the requests that other routes at a virtual host have, or may
// have; the methods of the latter are open.
func (r *View) WantedAt(vhost VirtualHost, o, now *manifest.Object, rule int) (list []Matcher, open behavior.Methods) {
	for m, w := range wants(o, r.Rules.Of(o), rule) {
		lost, perhaps := r.Shares(vhost, now, m)
		if path, exact := strings.CutPrefix(w.URI, "exact "); exact && m.Path == (route.Path{Kind: route.Prefix, Value: path}) {
			for _, n := range r.MatchesAt(vhost, route.Path{Kind: route.Exact, Value: path}) {
				if n.O.ID() != o.ID() && within(n.Conditions, m.Conditions) {
					lost |= Allowed(n.Match)
				}
			}
		}
		open |= w.Methods & perhaps
		w.Methods &^= lost | perhaps
		list = append(list, w)
	}
	return list, open
}
