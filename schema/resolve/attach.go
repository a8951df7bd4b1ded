package resolve

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// ParentRefs gives the objects that an HTTPRoute or GRPCRoute is attached to,
// with the listener that each reference names, if any.
func ParentRefs(o *manifest.Object) (ids []manifest.ID, sections []string) {
	for _, ref := range o.At("spec", "parentRefs").Items() {
		id := manifest.ID{Group: route.Group, Kind: "Gateway", Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
		if group := ref.At("group"); group.Exists() {
			id.Group = group.Text()
		}
		if kind := ref.At("kind").Text(); kind != "" {
			id.Kind = kind
		}
		if namespace := ref.At("namespace").Text(); namespace != "" {
			id.Namespace = namespace
		}
		ids, sections = append(ids, id), append(sections, ref.At("sectionName").Text())
	}
	return ids, sections
}

// routesByParent gives the routes of each parent in the order of the input.
func routesByParent(world *manifest.Set) map[manifest.ID][]*manifest.Object {
	attached := map[manifest.ID][]*manifest.Object{}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range world.Kind(route.Group, kind) {
			ids, _ := ParentRefs(o)
			for n, id := range ids {
				if !slices.Contains(ids[:n], id) {
					attached[id] = append(attached[id], o)
				}
			}
		}
	}
	return attached
}

// gateway claims the rules of the routes that are attached to a Gateway, or to
// one listener of it, for the requests that come in there; without any, the Gateway
// as a whole.
func (r *resolver) gateway(i Intent, listener string, rank int) {
	whole := true
	for _, o := range r.attached[i.TargetID()] {
		if _, odd := r.malformed[o]; odd {
			whole = false
			continue
		}
		one := i
		one.Object, one.Listeners = o, r.under(o, i.TargetID(), listener)
		if len(one.Listeners) > 0 && r.rules(one, rank) {
			whole = false
		}
	}
	if whole {
		r.claim(i, rank)
	}
}

// service claims a Service and the rules of the routes that have it as parent.
func (r *resolver) service(i Intent) {
	r.claim(i, rankObject)
	for _, o := range r.attached[i.TargetID()] {
		if _, odd := r.malformed[o]; odd {
			continue
		}
		i.Object, i.Listeners = o, r.under(o, i.TargetID(), "")
		r.rules(i, rankSection)
	}
}

// under gives the listeners of a route that are a parent's, or one listener's of it.
func (r *resolver) under(o *manifest.Object, parent manifest.ID, listener string) []Listener {
	var list []Listener
	for _, d := range r.listeners(o) {
		if d.Parent == parent && (listener == "" || d.Name == "" || d.Name == listener) {
			list = append(list, d)
		}
	}
	return list
}

// listeners gives those of an object; one without a name where it has none.
func (r *resolver) listeners(o *manifest.Object) []Listener {
	if o == nil {
		return []Listener{{}}
	}
	list, known := r.listenersOf[o.ID()]
	if !known {
		if list = Listeners(o, r.world); len(list) == 0 {
			list = []Listener{{}}
		}
		r.listenersOf[o.ID()] = list
	}
	return list
}
