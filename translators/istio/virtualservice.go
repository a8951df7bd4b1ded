package istio

import (
	"cmp"
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// bound writes the VirtualService of a route for some gateways, or for the mesh.
// One that serves the very requests of the policy already is edited.
func (t *translation) bound(o *manifest.Object, intents []resolve.Intent, gateways, hosts []string) {
	if t.editServing(o, intents, gateways, hosts) {
		return
	}
	if t.neighbours(o, intents) {
		return
	}
	c := conversion{o: o, world: t.plan.World, settings: t.settings, wishes: map[int]behavior.Behavior{}, carry: t.carry}
	for _, i := range intents {
		c.wishes[i.Rule] = i.Want
	}
	https, err := c.http()
	if err != nil {
		t.refuse(intents, finding.CannotEdit, fmt.Sprintf("%s cannot be written as a VirtualService: %v", o.ID(), err),
			"a VirtualService holds the whole route", "write the VirtualService by hand and target it")
		return
	}
	vs := t.own(o, intents[0], gateways, hosts)
	vs.Root().Make("spec").Put("http", manifest.ListOf(https))
}

// own gives the VirtualService for a route: the one of its name, if that is for
// the same host and gateway, else a new one.
func (t *translation) own(o *manifest.Object, i resolve.Intent, gateways, hosts []string) *manifest.Object {
	name := o.ID().Name
	for {
		there := t.plan.World.Get(manifest.ID{Group: group, Kind: "VirtualService", Namespace: o.ID().Namespace, Name: name})
		if there == nil {
			break
		}
		if share(gatewaysOf(there), gateways) && share(hostsOf(there, t.settings), hosts) {
			t.out.Say(i, finding.Shadows, fmt.Sprintf("%s does not hold every rule of %s: its http routes are written anew", there.ID(), o.ID()),
				"a VirtualService holds the whole route", "compare the result with what it was")
			return t.edits.Of(there)
		}
		name += "-retries"
	}
	vs := manifest.New(apiVersion, "VirtualService", o.RawNamespace(), name)
	spec := vs.Root().Make("spec")
	spec.Put("hosts", hosts)
	if gateways[0] != wholeMesh {
		spec.Put("gateways", gateways)
	}
	t.out.Objects = append(t.out.Objects, vs)
	return vs
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// A change is one wish for one http route.
type change struct {
	served
	intent resolve.Intent
}

// editServing edits the http routes that serve the requests of a route already.
// It reports false where some request is not served by any.
func (t *translation) editServing(o *manifest.Object, intents []resolve.Intent, gateways, hosts []string) bool {
	var changes []change
	for _, i := range intents {
		want := wanted(o, i.Rule)
		for _, gateway := range gateways {
			for _, host := range hosts {
				list, all := t.attached.on(gateway, host).serving(want)
				if !all {
					return false
				}
				for _, s := range list {
					one := change{s, i}
					if !slices.ContainsFunc(changes, func(c change) bool { return c.vs == s.vs && c.http == s.http && c.intent.Rule == i.Rule }) {
						changes = append(changes, one)
					}
				}
			}
		}
	}
	for _, c := range changes {
		if !within(c.vs.At("spec", "http").Index(c.http), wanted(o, c.intent.Rule)) {
			t.refuse([]resolve.Intent{c.intent}, finding.CannotEdit, fmt.Sprintf("http route %s of %s serves %s, and other requests as well",
				httpName(c.vs, c.http), c.vs.ID(), c.intent.Place()), "", "give these requests an http route of their own there")
			return true
		}
	}
	t.apply(changes)
	return true
}

// within reports whether an http route matches none but the wanted requests.
func within(h manifest.Value, wanted []matcher) bool {
	for _, m := range matchers(h) {
		if !slices.ContainsFunc(wanted, func(w matcher) bool { return w.uri == m.uri && (w.rest == "" || w.rest == m.rest) }) {
			return false
		}
	}
	return true
}

// apply makes changes from the last http route to the first, so that the new ones
// do not shift what is still to be changed.
func (t *translation) apply(changes []change) {
	slices.SortStableFunc(changes, func(a, b change) int { return cmp.Compare(b.http, a.http) })
	for _, c := range changes {
		https := t.edits.Of(c.vs).At("spec", "http")
		if !t.edit(https, c.http, c.methods, c.intent.Want) {
			t.out.Say(c.intent, finding.CannotSplit, fmt.Sprintf("http route %s of %s cannot be split by method: it matches methods by a pattern",
				httpName(c.vs, c.http), c.vs.ID()), "", "name the methods one by one, or give them an http route of their own")
		}
	}
}

func httpName(vs *manifest.Object, n int) string {
	if name := vs.At("spec", "http").Index(n).At("name").Text(); name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// virtualService edits the http routes that policies target.
func (t *translation) virtualService(vs *manifest.Object, intents []resolve.Intent) {
	if vs.At("spec", "http").Len() == 0 {
		t.refuse(intents, finding.WrongTargetKind, fmt.Sprintf("%s has no http routes", vs.ID()),
			"Istio retries only HTTP and gRPC", "target a VirtualService with http routes")
		return
	}
	alone := &routes{}
	alone.add(vs)
	alone.index()
	var changes []change
	for _, i := range intents {
		h := vs.At("spec", "http").Index(i.Rule)
		if h.At("delegate").Exists() {
			t.refuse([]resolve.Intent{i}, finding.CannotEdit, fmt.Sprintf("http route %s of %s leaves its requests to another VirtualService", httpName(vs, i.Rule), vs.ID()),
				"what a delegate says of retries wins (Istio 1.31 pilot/pkg/model/virtualservice.go:215)", "target the delegate")
			continue
		}
		list, _ := alone.serving(matchers(h))
		for _, s := range list {
			if s.http == i.Rule {
				changes = append(changes, change{s, i})
			}
		}
		t.destinations(i, destinationsOf(h, vs.ID().Namespace, t.settings), "")
	}
	t.apply(changes)
}

// service writes what holds in the mesh for the requests to a Service.
func (t *translation) service(i resolve.Intent) {
	host := hostOf(i.ID(), t.settings)
	t.destinations(i, []destination{{host: host}}, "")
	if own := t.attached.groups[groupKey{wholeMesh, host}]; own != nil && len(own.stretches) > 0 {
		var changes []change
		vs := own.stretches[0].vs
		for n, h := range vs.At("spec", "http").Items() {
			list, _ := own.serving(matchers(h))
			for _, s := range list {
				if s.http == n {
					changes = append(changes, change{s, i})
				}
			}
		}
		t.apply(changes)
		return
	}
	namespace := i.Policy.Metadata.Namespace
	if i.Object != nil {
		namespace = i.Object.RawNamespace()
	}
	vs := manifest.New(apiVersion, "VirtualService", namespace, i.ID().Name)
	https := manifest.List(manifest.Map("name", "all", "route", manifest.List(manifest.Map("destination", manifest.Map("host", host)))))
	vs.Root().Put("spec", manifest.Map("hosts", []string{host}, "http", https))
	t.edit(https, 0, behavior.AllMethods, i.Want)
	t.out.Objects = append(t.out.Objects, vs)
}
