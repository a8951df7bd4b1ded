package write

import (
	"cmp"
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// A change is one wish for one http route.
type change struct {
	controller.Served
	intent resolve.Intent
}

// editServing edits the http routes that serve the requests of a route at some virtual hosts
// already. It reports false where they do not serve all of them.
func (t *translation) editServing(o *manifest.Object, intents []resolve.Intent, vhosts []controller.VirtualHost) bool {
	var changes []change
	r := t.view
	for _, i := range intents {
		for _, vhost := range vhosts {
			want, _ := r.WantedAt(vhost, o, o, i.Rule)
			list, all := t.view.Attached.On(vhost.Gateway, vhost.Host).Serving(want)
			if !all {
				return false
			}
			for _, s := range list {
				if !slices.ContainsFunc(changes, func(c change) bool { return c.VS == s.VS && c.HTTP == s.HTTP && c.intent.Rule == i.Rule }) {
					changes = append(changes, change{s, i})
				}
			}
		}
	}
	for _, c := range changes {
		if !t.only(c.VS, vhosts) {
			t.refuse([]resolve.Intent{c.intent}, finding.CannotEdit, fmt.Sprintf("%s serves %s, and other hosts or gateways as well", c.VS.ID(), c.intent.RuleName()),
				"", finding.Do("give its hosts a VirtualService of their own"))
			return true
		}
		if !inside(c.VS.At("spec", "http").Index(c.HTTP), controller.Wanted(o, route.Rules(o), c.intent.Rule)) {
			t.refuse([]resolve.Intent{c.intent}, finding.CannotEdit, fmt.Sprintf("http route %s of %s serves %s, and other requests as well",
				controller.HTTPName(c.VS, c.HTTP), c.VS.ID(), c.intent.RuleName()), "", finding.Do("give these requests an http route of their own there"))
			return true
		}
	}
	for _, c := range changes {
		t.change(c)
	}
	return true
}

// only reports whether a VirtualService stands at none but some virtual hosts.
func (t *translation) only(vs *manifest.Object, vhosts []controller.VirtualHost) bool {
	for _, gateway := range controller.GatewaysOf(vs) {
		for _, host := range controller.HostsOf(vs, t.settings) {
			if !slices.Contains(vhosts, controller.VirtualHost{Gateway: gateway, Host: host}) {
				return false
			}
		}
	}
	return true
}

// inside reports whether an http route matches none but the wanted requests.
func inside(h manifest.Value, wanted []controller.Matcher) bool {
	for _, m := range controller.Matchers(h) {
		if !slices.ContainsFunc(wanted, func(w controller.Matcher) bool { return w.URI == m.URI && (w.Rest == "" || w.Rest == m.Rest) }) {
			return false
		}
	}
	return true
}

// change notes a wish for an http route. What two policies wish for one is a
// conflict: they target it by different objects.
func (t *translation) change(c change) {
	if t.flagger(c.VS.ID(), []resolve.Intent{c.intent}) {
		return
	}
	for n, other := range t.changes {
		if other.VS != c.VS || other.HTTP != c.HTTP {
			continue
		}
		if other.intent.Policy == c.intent.Policy {
			t.changes[n].Methods |= c.Methods
			return
		}
		t.refuse([]resolve.Intent{c.intent}, finding.Conflicts, fmt.Sprintf("http route %s of %s is claimed by %s too", controller.HTTPName(c.VS, c.HTTP), c.VS.ID(),
			resolve.PolicyID(other.intent.Policy)), "", finding.Do("leave the requests to one policy"))
		return
	}
	t.changes = append(t.changes, c)
}

// apply makes all changes, from the last http route to the first so that the new
// ones do not shift what is still to be changed.
func (t *translation) apply() {
	slices.SortStableFunc(t.changes, func(a, b change) int { return cmp.Compare(b.HTTP, a.HTTP) })
	for _, c := range t.changes {
		https := t.edits.Of(c.VS).At("spec", "http")
		names, whole := t.followersOf(c)
		part, err := t.edit(https, c.HTTP, c.Methods, c.intent.Want, t.merged(c.VS), whole)
		switch {
		case err != nil:
			t.out.Say(c.intent, finding.CannotSplit, fmt.Sprintf("http route %s of %s cannot be split by method: %v",
				controller.HTTPName(c.VS, c.HTTP), c.VS.ID(), err), "", finding.Do("give the methods an http route of their own"))
		case part != "":
			t.follow(names, part)
		}
	}
}

// merged reports whether Istio merges a VirtualService with others.
func (t *translation) merged(vs *manifest.Object) bool {
	for _, gateway := range controller.GatewaysOf(vs) {
		for _, host := range controller.HostsOf(vs, t.settings) {
			if group := t.view.Attached.Groups[controller.VirtualHost{Gateway: gateway, Host: host}]; group != nil && slices.ContainsFunc(group.Matches, func(s controller.HTTPMatch) bool { return s.VS != vs }) {
				return true
			}
		}
	}
	return false
}

// virtualService edits the http routes that policies target.
func (t *translation) virtualService(vs *manifest.Object, intents []resolve.Intent) {
	if vs.At("spec", "http").Len() == 0 {
		t.refuse(intents, finding.WrongTargetKind, fmt.Sprintf("%s has no http routes", vs.ID()),
			"Istio retries only HTTP and gRPC", finding.Do("target a VirtualService with http routes"))
		return
	}
	alone := &controller.Routes{}
	alone.Add(vs)
	alone.Index()
	for _, i := range intents {
		h := vs.At("spec", "http").Index(i.Rule)
		if h.At("delegate").Exists() {
			t.refuse([]resolve.Intent{i}, finding.CannotEdit, fmt.Sprintf("http route %s of %s leaves its requests to another VirtualService", controller.HTTPName(vs, i.Rule), vs.ID()),
				"what a delegate says of retries wins (Istio 1.31 pilot/pkg/model/virtualservice.go:215)", finding.Do("target the delegate"))
			continue
		}
		list, _ := alone.Serving(controller.Matchers(h))
		for _, s := range list {
			if s.HTTP == i.Rule {
				t.change(change{s, i})
			}
		}
		t.destinations(i, controller.DestinationsOf(h, vs.ID().Namespace, t.settings), "")
	}
}

// service writes what holds in the mesh for the requests to a Service.
func (t *translation) service(i resolve.Intent) {
	host := controller.HostOf(i.ID(), t.settings)
	if own := t.view.Attached.On(api.WholeMesh, host); own != nil {
		vs := own.Matches[0].VS
		if !t.only(vs, []controller.VirtualHost{{Gateway: api.WholeMesh, Host: host}}) {
			t.refuse([]resolve.Intent{i}, finding.CannotEdit, fmt.Sprintf("%s serves %s, and other hosts or gateways as well", vs.ID(), i.ID()),
				"a host has one VirtualService in the mesh", finding.Do("give the Service a VirtualService of its own, or target that one"))
			return
		}
		for n, h := range vs.At("spec", "http").Items() {
			list, _ := own.Serving(controller.Matchers(h))
			for _, s := range list {
				if s.HTTP == n {
					t.change(change{s, i})
				}
			}
		}
		t.destinations(i, []controller.Destination{{Host: host}}, "")
		return
	}
	id := manifest.ID{Group: api.Group, Kind: "VirtualService", Namespace: i.ID().Namespace, Name: i.ID().Name}
	if t.flagger(id, []resolve.Intent{i}) {
		return
	}
	t.destinations(i, []controller.Destination{{Host: host}}, "")
	namespace := i.Policy.Metadata.Namespace
	if i.Object != nil {
		namespace = i.Object.RawNamespace()
	}
	vs := manifest.New(api.APIVersion, "VirtualService", namespace, i.ID().Name)
	https := manifest.List(manifest.Map("name", "all", "route", manifest.List(manifest.Map("destination", manifest.Map("host", host)))))
	vs.Root().Put("spec", manifest.Map("hosts", []string{host}, "http", https))
	t.edit(https, 0, behavior.AllMethods, i.Want, false, nil)
	t.out.Objects = append(t.out.Objects, vs)
}
