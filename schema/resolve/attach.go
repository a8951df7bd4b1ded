package resolve

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// An attachment is a route below one of its parents: a Gateway or, in a mesh, a
// Service.
type attachment struct {
	section string // the listener that the route names; empty for all
	route   *manifest.Object
}

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

// attachments gives the routes of each parent in the order of the input.
func attachments(world *manifest.Set) map[manifest.ID][]attachment {
	attached := map[manifest.ID][]attachment{}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range world.Kind(route.Group, kind) {
			ids, sections := ParentRefs(o)
			for n, id := range ids {
				attached[id] = append(attached[id], attachment{sections[n], o})
			}
		}
	}
	return attached
}

// gateway claims the rules of the routes that are attached to a Gateway, or to
// one listener of it; without any, the Gateway as a whole.
func (r *resolver) gateway(i Intent) {
	section, rank := i.Target().SectionName, rankGateway
	if section != "" {
		rank = rankSection
	}
	whole := true
	for _, a := range r.attached[i.TargetID()] {
		if section == "" || a.section == "" || a.section == section {
			one := i
			one.Object = a.route
			if r.rules(one, rank) {
				whole = false
			}
		}
	}
	if whole {
		r.claim(i, rank)
	}
}

// service claims a Service and the rules of the routes that have it as parent.
func (r *resolver) service(i Intent) {
	r.claim(i, rankObject)
	for _, a := range r.attached[i.TargetID()] {
		i.Object = a.route
		r.rules(i, rankSection)
	}
}
