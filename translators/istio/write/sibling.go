package write

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// write writes the VirtualServices of drafts, apart from those whose routes are served
// by the input already, which is edited. Where one cannot be written none that would
// take its requests may be.
func (t *translation) write(list []draft, edited map[manifest.ID]bool) {
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
			t.refuse(around(h, list), code, problem, "a VirtualService has all requests for its hosts on its gateways, so that every route there has to be in one", finding.Do(hint))
			continue
		}
		t.changes = slices.DeleteFunc(t.changes, func(c change) bool { return c.VS == there })
		vs := t.own(lead[0], h, there)
		vs.Root().Make("spec").Put("http", manifest.ListOf(https))
		for _, o := range h.routes {
			if !slices.ContainsFunc(h.intents, func(i resolve.Intent) bool { return i.ID() == o.ID() }) {
				t.out.Say(lead[0], finding.SiblingRoutes, fmt.Sprintf("%s holds %s, which serves %s beside %s", vs.ID(), o.ID(), strings.Join(h.hosts, ", "), lead[0].ID()),
					"for a host that a VirtualService names on a gateway Istio serves nothing else there", finding.Do("translate again when that route changes"))
			}
		}
	}
}

func (t *translation) conversion(h draft) conversion {
	c := conversion{routes: h.routes, world: t.plan.World, settings: t.settings, wishes: map[resolve.RuleID]behavior.Behavior{}, put: t.putRetries}
	for _, i := range h.intents {
		c.wishes[resolve.RuleID{ID: i.ID(), Rule: i.Rule}] = i.Want
	}
	return c
}

// around gives the policies without which a draft would not be written, and those
// that cannot be written without it: of its own routes, of those that stand at its
// virtual hosts, and of those with a wildcard above them.
func around(h draft, list []draft) []resolve.Intent {
	intents := slices.Clone(h.intents)
	for _, other := range list {
		if slices.Equal(other.routes, h.routes) {
			continue
		}
		if slices.ContainsFunc(h.vhosts(), func(d controller.VirtualHost) bool {
			return slices.ContainsFunc(other.vhosts(), func(o controller.VirtualHost) bool { return o.Gateway == d.Gateway && route.Covers(o.Host, d.Host) })
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

// stands reports whether VirtualServices of the input serve all requests of a draft.
func (t *translation) stands(h draft) bool {
	for _, vhost := range h.vhosts() {
		for _, o := range h.routes {
			for n := range route.Rules(o) {
				want, _ := t.view.WantedAt(vhost, o, o, n)
				if _, all := t.view.Attached.On(vhost.Gateway, vhost.Host).Serving(want); !all {
					return false
				}
			}
		}
	}
	return true
}

// there gives the VirtualService of the input in whose place a draft is written: one
// that has the name of one of its routes, and shares a virtual host with it.
func (t *translation) there(h draft) *manifest.Object {
	for _, o := range h.routes {
		for name := o.ID().Name; ; name += "-retries" {
			vs := t.plan.World.Get(manifest.ID{Group: api.Group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: name})
			if vs == nil {
				break
			}
			if share(controller.GatewaysOf(vs), h.gateways) && share(controller.HostsOf(vs, t.settings), h.hosts) {
				return vs
			}
		}
	}
	return nil
}

// unfit says why a draft cannot be written so that everybody keeps their requests.
func (t *translation) unfit(h draft, there *manifest.Object) string {
	for _, o := range h.routes[1:] {
		if o.ID().Kind != h.routes[0].ID().Kind {
			return fmt.Sprintf("%s and %s share %s, which only one of the two kinds may have", h.routes[0].ID(), o.ID(), h.hosts[0])
		}
	}
	for _, o := range h.routes {
		id := manifest.ID{Group: api.Group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: o.ID().Name}
		if canary := t.flagged(id); canary != nil {
			return fmt.Sprintf("%s is made by Flagger for %s, which takes every change back", id, canary.ID())
		}
	}
	if problem := equals(h.routes); problem != "" {
		return problem
	}
	if there != nil && !t.only(there, h.vhosts()) {
		return fmt.Sprintf("%s serves other hosts or gateways as well", there.ID())
	}
	for _, vhost := range h.vhosts() {
		if problem := t.listeners(h, vhost); problem != "" {
			return problem
		}
		if problem := t.foreign(h, vhost, there); problem != "" {
			return problem
		}
	}
	return ""
}

// equals finds an equal match in two routes of which nobody knows the older one.
func equals(routes []*manifest.Object) string {
	type full struct {
		path               route.Path
		method, conditions string
	}
	of := map[full]*manifest.Object{}
	for _, o := range routes {
		for _, rule := range route.Rules(o) {
			for _, m := range rule.Matches {
				at := full{m.Path, m.Method, m.Conditions}
				if other := of[at]; other == nil {
					of[at] = o
				} else if controller.Undated(other, o) {
					return fmt.Sprintf("%s and %s have the same match, %s: the older of the two gets its requests, and neither says when it was made", other.ID(), o.ID(), m.Path)
				}
			}
		}
	}
	return ""
}

// foreign finds a VirtualService that would lose requests to a draft, or keep some
// from it: of two for one host the older comes first, and one for a narrower host has
// all requests for it.
func (t *translation) foreign(h draft, vhost controller.VirtualHost, there *manifest.Object) string {
	group := t.view.Attached.On(vhost.Gateway, vhost.Host)
	if group == nil {
		return ""
	}
	if t.view.Attached.Groups[vhost] == nil {
		for _, s := range group.Matches {
			if s.VS != there && !t.image(s) {
				return fmt.Sprintf("%s would lose its requests for %s to a VirtualService for %s", s.VS.ID(), vhost.Host, h.routes[0].ID())
			}
		}
		return ""
	}
	for _, o := range h.routes {
		rules := route.Rules(o)
		for n := range rules {
			for _, w := range controller.Wanted(o, rules, n) {
				for _, at := range group.Near(w.URI) {
					s := group.Matches[at]
					if s.VS == there || s.Methods&w.Methods == 0 || s.Everything() && !w.Everything() && !t.splits(o, n) && len(h.intents) == 0 {
						continue
					}
					return fmt.Sprintf("http route %s of %s serves a part of %s", controller.HTTPName(s.VS, s.HTTP), s.VS.ID(), resolve.RuleName(o.ID(), rules[n].Name, n))
				}
			}
		}
	}
	if vhost.Gateway == api.WholeMesh {
		for _, s := range group.Matches {
			if s.VS != there {
				return fmt.Sprintf("%s has %s to itself in the mesh", s.VS.ID(), vhost.Host)
			}
		}
	}
	return ""
}

// image reports whether a match of a VirtualService is what a route of the input asks
// for at its virtual hosts, and has the name of one: then its requests are those of the routes
// there, which have no others.
func (t *translation) image(s controller.HTTPMatch) bool {
	name := strings.TrimSuffix(s.VS.ID().Name, "-retries")
	for _, gateway := range controller.GatewaysOf(s.VS) {
		for _, host := range controller.HostsOf(s.VS, t.settings) {
			vhost := controller.VirtualHost{Gateway: gateway, Host: host}
			named := slices.ContainsFunc(t.view.At(vhost), func(o *manifest.Object) bool {
				return o.ID().Name == name && o.ID().Namespace == s.VS.ID().Namespace
			})
			if !named || !t.view.Keys(vhost)[s.Key] {
				return false
			}
		}
	}
	return true
}

// own gives the VirtualService for a draft: the one that is there, else a new one
// that has the name of its first route with a policy.
func (t *translation) own(i resolve.Intent, h draft, there *manifest.Object) *manifest.Object {
	if there != nil {
		t.out.Say(i, finding.Shadows, fmt.Sprintf("%s does not hold every rule of %s: its http routes are written anew", there.ID(), h.routes[0].ID()),
			"a VirtualService holds the whole route", finding.Do("compare the result with what it was"))
		vs := t.edits.Of(there)
		vs.Root().Make("spec").Put("hosts", h.hosts)
		if h.gateways[0] != api.WholeMesh {
			vs.Root().Make("spec").Put("gateways", h.gateways)
		}
		return vs
	}
	o := h.routes[0]
	if len(h.intents) > 0 {
		o = h.intents[0].Object
	}
	id := manifest.ID{Group: api.Group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: o.ID().Name}
	for t.plan.World.Get(id) != nil || t.named[id] {
		id.Name += "-retries"
	}
	t.named[id] = true
	vs := manifest.New(api.APIVersion, "VirtualService", o.RawNamespace(), id.Name)
	spec := vs.Root().Make("spec")
	spec.Put("hosts", h.hosts)
	if h.gateways[0] != api.WholeMesh {
		spec.Put("gateways", h.gateways)
	}
	t.out.Objects = append(t.out.Objects, vs)
	return vs
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
