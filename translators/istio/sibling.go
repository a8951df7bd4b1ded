package istio

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// write writes the VirtualServices of holdings, apart from those whose routes are served
// by the input already, which is edited. Where one cannot be written none that would
// take its requests may be.
func (t *translation) write(list []holding, edited map[manifest.ID]bool) {
	for _, h := range list {
		fresh := slices.ContainsFunc(h.intents, func(i resolve.Intent) bool { return !edited[i.ID()] })
		if !fresh && t.stands(h) {
			continue
		}
		lead := h.intents
		if len(lead) == 0 {
			lead = around(h, list)
		}
		there := t.there(h)
		problem, code, hint := t.unfit(h, there), finding.SiblingRoutes, "make one HTTPRoute of those that share a host, or give them hosts of their own"
		var https []manifest.Value
		if problem == "" {
			var err error
			if https, err = t.conversion(h).http(); err != nil {
				problem, code = fmt.Sprintf("%s cannot be written as a VirtualService: %v", h.routes[0].ID(), err), finding.CannotEdit
				hint = "write the VirtualService by hand and target it"
			}
		}
		if problem != "" {
			t.refuse(around(h, list), code, problem, "a VirtualService has all requests for its hosts on its gateways, so that every route there has to be in one", hint)
			continue
		}
		t.changes = slices.DeleteFunc(t.changes, func(c change) bool { return c.vs == there })
		vs := t.own(lead[0], h, there)
		vs.Root().Make("spec").Put("http", manifest.ListOf(https))
		for _, o := range h.routes {
			if !slices.ContainsFunc(h.intents, func(i resolve.Intent) bool { return i.ID() == o.ID() }) {
				t.out.Say(lead[0], finding.SiblingRoutes, fmt.Sprintf("%s holds %s, which serves %s beside %s", vs.ID(), o.ID(), strings.Join(h.hosts, ", "), lead[0].ID()),
					"for a host that a VirtualService names on a gateway Istio serves nothing else there", "translate again when that route changes")
			}
		}
	}
}

func (t *translation) conversion(h holding) conversion {
	c := conversion{routes: h.routes, world: t.plan.World, settings: t.settings, wishes: map[place]behavior.Behavior{}, carry: t.carry}
	for _, i := range h.intents {
		c.wishes[place{i.ID(), i.Rule}] = i.Want
	}
	return c
}

// around gives the policies without which a holding would not be written, and those
// that cannot be written without it: of its own routes, of those that stand at its
// doors, and of those with a wildcard above them.
func around(h holding, list []holding) []resolve.Intent {
	intents := slices.Clone(h.intents)
	for _, other := range list {
		if slices.Equal(other.routes, h.routes) {
			continue
		}
		if slices.ContainsFunc(h.doors(), func(d groupKey) bool {
			return slices.ContainsFunc(other.doors(), func(o groupKey) bool { return o.gateway == d.gateway && route.Covers(o.host, d.host) })
		}) {
			intents = append(intents, other.intents...)
		}
	}
	if len(intents) == 0 {
		for _, other := range list {
			intents = append(intents, other.intents...)
		}
	}
	return intents
}

// stands reports whether VirtualServices of the input serve all requests of a holding.
func (t *translation) stands(h holding) bool {
	for _, door := range h.doors() {
		for _, o := range h.routes {
			for n := range route.Rules(o) {
				want, _ := t.reading().wantedAt(door, o, o, n)
				if _, all := t.attached.on(door.gateway, door.host).serving(want); !all {
					return false
				}
			}
		}
	}
	return true
}

// there gives the VirtualService of the input in whose place a holding is written: one
// that has the name of one of its routes, and shares a door with it.
func (t *translation) there(h holding) *manifest.Object {
	for _, o := range h.routes {
		for name := o.ID().Name; ; name += "-retries" {
			vs := t.plan.World.Get(manifest.ID{Group: group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: name})
			if vs == nil {
				break
			}
			if share(gatewaysOf(vs), h.gateways) && share(hostsOf(vs, t.settings), h.hosts) {
				return vs
			}
		}
	}
	return nil
}

// unfit says why a holding cannot be written so that everybody keeps their requests.
func (t *translation) unfit(h holding, there *manifest.Object) string {
	for _, o := range h.routes[1:] {
		if o.ID().Kind != h.routes[0].ID().Kind {
			return fmt.Sprintf("%s and %s share %s, which only one of the two kinds may have", h.routes[0].ID(), o.ID(), h.hosts[0])
		}
	}
	for _, o := range h.routes {
		id := manifest.ID{Group: group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: o.ID().Name}
		if canary := t.flagged(id); canary != nil {
			return fmt.Sprintf("%s is made by Flagger for %s, which takes every change back", id, canary.ID())
		}
	}
	if problem := equals(h.routes); problem != "" {
		return problem
	}
	if there != nil && !t.only(there, h.doors()) {
		return fmt.Sprintf("%s serves other hosts or gateways as well", there.ID())
	}
	for _, door := range h.doors() {
		if problem := t.listeners(h, door); problem != "" {
			return problem
		}
		if problem := t.foreign(h, door, there); problem != "" {
			return problem
		}
	}
	return ""
}

// equals finds an equal match in two routes of which nobody knows the older one.
func equals(routes []*manifest.Object) string {
	type full struct{ path, method, conditions string }
	of := map[full]*manifest.Object{}
	for _, o := range routes {
		for _, rule := range route.Rules(o) {
			for _, m := range rule.Matches {
				at := full{m.Path, m.Method, m.Conditions}
				if other := of[at]; other == nil {
					of[at] = o
				} else if undated(other, o) {
					return fmt.Sprintf("%s and %s have the same match, %s: the older of the two gets its requests, and neither says when it was made", other.ID(), o.ID(), m.Path)
				}
			}
		}
	}
	return ""
}

// foreign finds a VirtualService that would lose requests to a holding, or keep some
// from it: of two for one host the older comes first, and one for a narrower host has
// all requests for it.
func (t *translation) foreign(h holding, door groupKey, there *manifest.Object) string {
	group := t.attached.on(door.gateway, door.host)
	if group == nil {
		return ""
	}
	if t.attached.groups[door] == nil {
		for _, s := range group.stretches {
			if s.vs != there && !t.image(s) {
				return fmt.Sprintf("%s would lose its requests for %s to a VirtualService for %s", s.vs.ID(), door.host, h.routes[0].ID())
			}
		}
		return ""
	}
	for _, o := range h.routes {
		for n := range route.Rules(o) {
			for _, w := range wanted(o, n) {
				for _, at := range group.near(w.uri) {
					s := group.stretches[at]
					if s.vs == there || s.methods&w.methods == 0 || s.everything() && !w.everything() && !t.splits(o, n) && len(h.intents) == 0 {
						continue
					}
					return fmt.Sprintf("http route %s of %s serves a part of %s", httpName(s.vs, s.http), s.vs.ID(), resolve.Place(o.ID(), route.Rules(o)[n].Name, n))
				}
			}
		}
	}
	if door.gateway == wholeMesh {
		for _, s := range group.stretches {
			if s.vs != there {
				return fmt.Sprintf("%s has %s to itself in the mesh", s.vs.ID(), door.host)
			}
		}
	}
	return ""
}

// image reports whether a stretch of a VirtualService is what a route of the input asks
// for at its doors, and has the name of one: then its requests are those of the routes
// there, which have no others.
func (t *translation) image(s stretch) bool {
	name := strings.TrimSuffix(s.vs.ID().Name, "-retries")
	for _, gateway := range gatewaysOf(s.vs) {
		for _, host := range hostsOf(s.vs, t.settings) {
			door := groupKey{gateway, host}
			named := slices.ContainsFunc(t.reading().at(door), func(o *manifest.Object) bool {
				return o.ID().Name == name && o.ID().Namespace == s.vs.ID().Namespace
			})
			if !named || !t.reading().keys(door)[s.key] {
				return false
			}
		}
	}
	return true
}

// own gives the VirtualService for a holding: the one that is there, else a new one
// that has the name of its first route with a policy.
func (t *translation) own(i resolve.Intent, h holding, there *manifest.Object) *manifest.Object {
	if there != nil {
		t.out.Say(i, finding.Shadows, fmt.Sprintf("%s does not hold every rule of %s: its http routes are written anew", there.ID(), h.routes[0].ID()),
			"a VirtualService holds the whole route", "compare the result with what it was")
		vs := t.edits.Of(there)
		vs.Root().Make("spec").Put("hosts", h.hosts)
		if h.gateways[0] != wholeMesh {
			vs.Root().Make("spec").Put("gateways", h.gateways)
		}
		return vs
	}
	o := h.routes[0]
	if len(h.intents) > 0 {
		o = h.intents[0].Object
	}
	id := manifest.ID{Group: group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: o.ID().Name}
	for t.plan.World.Get(id) != nil || t.named[id] {
		id.Name += "-retries"
	}
	t.named[id] = true
	vs := manifest.New(apiVersion, "VirtualService", o.RawNamespace(), id.Name)
	spec := vs.Root().Make("spec")
	spec.Put("hosts", h.hosts)
	if h.gateways[0] != wholeMesh {
		spec.Put("gateways", h.gateways)
	}
	t.out.Objects = append(t.out.Objects, vs)
	return vs
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
