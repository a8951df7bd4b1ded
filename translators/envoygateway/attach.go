package envoygateway

import (
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A ref is what a BackendTrafficPolicy points at, in its own namespace.
type ref struct{ kind, name, section string }

func refTo(t schema.TargetRef) ref { return ref{t.Kind, t.Name, t.SectionName} }

func refOf(v manifest.Value) ref {
	return ref{v.At("kind").Text(), v.At("name").Text(), v.At("sectionName").Text()}
}

func (r ref) value() manifest.Value {
	v := manifest.Map("group", route.Group, "kind", r.kind, "name", r.name)
	if r.section != "" {
		v.Put("sectionName", r.section)
	}
	return v
}

// String gives "HTTPRoute checkout rule reads".
func (r ref) String() string {
	if r.section == "" {
		return r.kind + " " + r.name
	}
	return r.kind + " " + r.name + " section " + r.section
}

// attachments finds the policy that holds for a target.
type attachments struct {
	byRef     map[string]map[ref]*manifest.Object // by namespace
	selectors []*manifest.Object
}

// newAttachments sorts the policies of a world by target. Of two on one target
// the older one holds, then the one whose name comes first (v1.9.1
// internal/gatewayapi/backendtrafficpolicy.go:287).
func newAttachments(world *manifest.Set) attachments {
	a := attachments{byRef: map[string]map[ref]*manifest.Object{}}
	policies := world.Kind(group, kind)
	slices.SortStableFunc(policies, func(x, y *manifest.Object) int {
		if c := strings.Compare(created(x), created(y)); c != 0 {
			return c
		}
		return strings.Compare(x.ID().Namespace+"/"+x.ID().Name, y.ID().Namespace+"/"+y.ID().Name)
	})
	for _, o := range policies {
		namespace := o.ID().Namespace
		if a.byRef[namespace] == nil {
			a.byRef[namespace] = map[ref]*manifest.Object{}
		}
		for _, v := range refsOf(o).Items() {
			r := refOf(v)
			if a.byRef[namespace][r] == nil && v.At("group").Text() == route.Group {
				a.byRef[namespace][r] = o
			}
		}
		if o.At("spec", "targetSelectors").Len() > 0 {
			a.selectors = append(a.selectors, o)
		}
	}
	return a
}

func created(o *manifest.Object) string { return o.At("metadata", "creationTimestamp").Text() }

// refsOf gives the target references of a policy, also of the deprecated form
// with only one.
func refsOf(o *manifest.Object) manifest.Value {
	if one := o.At("spec", "targetRef"); one.Exists() {
		return manifest.List(one)
	}
	return o.At("spec", "targetRefs")
}

// on gives the policy that names the target; nil where there is none.
func (a attachments) on(namespace string, r ref) *manifest.Object { return a.byRef[namespace][r] }

// object gives the policy on an object, by name or by labels.
func (a attachments) object(o *manifest.Object, section string) *manifest.Object {
	id := o.ID()
	if p := a.on(id.Namespace, ref{id.Kind, id.Name, section}); p != nil || section != "" {
		return p
	}
	for _, p := range a.selectors {
		if p.ID().Namespace == id.Namespace && selects(p, o) {
			return p
		}
	}
	return nil
}

// selects reports whether a policy names the object by its labels.
func selects(p, o *manifest.Object) bool {
	for _, s := range p.At("spec", "targetSelectors").Items() {
		all := s.At("kind").Text() == o.ID().Kind && s.At("matchExpressions").Len() == 0
		for key, value := range s.At("matchLabels").Fields() {
			all = all && o.At("metadata", "labels", key.Text()).Text() == value.Text()
		}
		if all {
			return true
		}
	}
	return false
}

// wider gives the policy that would hold for a target if a new one did not: also
// that of the rule which a new rule was split from.
func (a attachments) wider(i resolve.Intent, r ref, world *manifest.Set) *manifest.Object {
	if i.Object == nil || r.kind == "Gateway" {
		return nil
	}
	section := i.Name
	if r.section == "" || r.section == i.Name {
		section = ""
	}
	for _, c := range a.chains(i.Object, section, world) {
		if all := c.all(); len(all) > 0 {
			return all[0]
		}
	}
	return nil
}
