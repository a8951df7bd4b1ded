package envoygateway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
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
	byRef map[string]map[ref]*manifest.Object // by namespace
	// unsure are the policies that may be on a target, by the labels of its
	// namespace, which is not in the input.
	unsure map[Target]*manifest.Object
	// named are the targets by kind and name alone, for what is near to one.
	named map[ref][]near
}

// A near is a target of a policy.
type near struct {
	Target
	policy *manifest.Object
}

// newAttachments sorts the policies of a kind by target. Of two on one target,
// by name or by labels, the older one holds, then the one whose name comes first
// (v1.9.1 internal/gatewayapi/resource/resource.go:437, backendtrafficpolicy.go:1199).
func newAttachments(world *manifest.Set, version gateway.Version, kind string) attachments {
	a := attachments{byRef: map[string]map[ref]*manifest.Object{}, unsure: map[Target]*manifest.Object{}, named: map[ref][]near{}}
	policies := world.Kind(group, kind)
	slices.SortStableFunc(policies, func(x, y *manifest.Object) int {
		return cmp.Or(strings.Compare(created(x), created(y)), strings.Compare(x.ID().Namespace, y.ID().Namespace), strings.Compare(x.ID().Name, y.ID().Name))
	})
	for _, o := range policies {
		for _, t := range Targets(o, world, version) {
			alike := ref{t.Kind, t.Name, ""}
			a.named[alike] = append(a.named[alike], near{t, o})
			if t.Unsure {
				if t.Unsure = false; a.unsure[t] == nil {
					a.unsure[t] = o
				}
				continue
			}
			if a.byRef[t.Namespace] == nil {
				a.byRef[t.Namespace] = map[ref]*manifest.Object{}
			}
			if r := (ref{t.Kind, t.Name, t.Section}); a.byRef[t.Namespace][r] == nil {
				a.byRef[t.Namespace][r] = o
			}
		}
	}
	return a
}

// created gives when an object was made. One that the cluster does not have yet
// comes after all others.
func created(o *manifest.Object) string {
	if at := o.At("metadata", "creationTimestamp").Text(); at != "" {
		return at
	}
	return "not made yet"
}

// refsOf gives the target references of a policy, also of the deprecated form
// with only one.
func refsOf(o *manifest.Object) manifest.Value {
	if one := o.At("spec", "targetRef"); one.Exists() {
		return manifest.List(one)
	}
	return o.At("spec", "targetRefs")
}

// on gives the policy on the target; nil where there is none.
func (a attachments) on(namespace string, r ref) *manifest.Object { return a.byRef[namespace][r] }

// at gives the policy on an object or a section of it.
func (a attachments) at(id manifest.ID, section string) *manifest.Object {
	return a.on(id.Namespace, ref{id.Kind, id.Name, section})
}

// perhaps names the policy that may be on an object, for people; empty where there
// is none.
func (a attachments) perhaps(id manifest.ID) string {
	p := a.unsure[Target{ID: id}]
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s may be on %s: the labels of namespace %s decide, and it is not in the input", p.ID(), id, id.Namespace)
}

// wider gives the policies that would hold for a target if a new one did not, one for
// all listeners that have the same, and nil for those that have none: for a new rule
// also that of the rule which it was split from.
func (a attachments) wider(i resolve.Intent, r ref, world *manifest.Set) []*manifest.Object {
	var list []*manifest.Object
	add := func(p *manifest.Object) {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	switch {
	case r.kind == "Gateway" && r.section != "":
		add(a.at(i.TargetID(), ""))
		return list
	case r.kind == "Gateway" || i.Object == nil:
		return nil
	}
	section := i.Name
	if r.section == "" || r.section == i.Name {
		section = ""
	}
	for _, c := range a.chains(i.Object, section, world, i.Doors) {
		var first *manifest.Object
		if all := c.all(); len(all) > 0 {
			first = all[0]
		}
		add(first)
	}
	return list
}

// absent says that no policy is on an object, and which is for one of its name
// elsewhere, or for a part of it.
func (a attachments) absent(id manifest.ID) string {
	const none = "no BackendTrafficPolicy is on it or above it"
	for _, n := range a.named[ref{id.Kind, id.Name, ""}] {
		switch {
		case n.Namespace != id.Namespace:
			return fmt.Sprintf("%s: %s is for %s, in another namespace", none, n.policy.ID(), n.ID)
		case n.Section != "":
			return fmt.Sprintf("%s: %s is for its section %s", none, n.policy.ID(), n.Section)
		}
	}
	return none
}
