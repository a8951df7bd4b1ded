// Package controller is what Envoy Gateway's controller makes of the objects around
// routes, for those who read configuration and those who write it: which policy is on
// a target, and which holds for a rule behind each listener.
package controller

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/gateway"
)

// A ref is what a BackendTrafficPolicy points at, in its own namespace.
type Ref struct{ Kind, Name, Section string }

// RefTo gives what a reference of a RetryPolicy points at.
func RefTo(t schema.TargetRef) Ref { return Ref{t.Kind, t.Name, t.SectionName} }

// RefOf gives what an entry of targetRefs points at.
func RefOf(v manifest.Value) Ref {
	return Ref{v.At("kind").Text(), v.At("name").Text(), v.At("sectionName").Text()}
}

// Value gives the entry of targetRefs that points there.
func (r Ref) Value() manifest.Value {
	v := manifest.Map("group", route.Group, "kind", r.Kind, "name", r.Name)
	if r.Section != "" {
		v.Put("sectionName", r.Section)
	}
	return v
}

// String gives "HTTPRoute checkout rule reads".
func (r Ref) String() string {
	if r.Section == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Name + " section " + r.Section
}

// Policies finds the policy that holds for a target.
type Policies struct {
	byRef map[string]map[Ref]*manifest.Object // by namespace
	// unsure are the policies that may be on a target, by the labels of its
	// namespace, which is not in the input.
	unsure map[Target]*manifest.Object
	// named are the targets by kind and name alone, for what is near to one.
	named map[Ref][]near
}

// A near is a target of a policy.
type near struct {
	Target
	policy *manifest.Object
}

// NewPolicies sorts the policies of a kind by target. Of two on one target,
// by name or by labels, the older one holds, then the one whose name comes first
// (v1.9.1 internal/gatewayapi/resource/resource.go:437, backendtrafficpolicy.go:1199).
func NewPolicies(world *manifest.Set, version gateway.Version, kind string) Policies {
	a := Policies{byRef: map[string]map[Ref]*manifest.Object{}, unsure: map[Target]*manifest.Object{}, named: map[Ref][]near{}}
	policies := world.Kind(api.Group, kind)
	slices.SortStableFunc(policies, func(x, y *manifest.Object) int {
		return cmp.Or(strings.Compare(created(x), created(y)), strings.Compare(x.ID().Namespace, y.ID().Namespace), strings.Compare(x.ID().Name, y.ID().Name))
	})
	for _, o := range policies {
		for _, t := range Targets(o, world, version) {
			alike := Ref{t.Kind, t.Name, ""}
			a.named[alike] = append(a.named[alike], near{t, o})
			if t.Unsure {
				if t.Unsure = false; a.unsure[t] == nil {
					a.unsure[t] = o
				}
				continue
			}
			if a.byRef[t.Namespace] == nil {
				a.byRef[t.Namespace] = map[Ref]*manifest.Object{}
			}
			if r := (Ref{t.Kind, t.Name, t.Section}); a.byRef[t.Namespace][r] == nil {
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

// RefsOf gives the target references of a policy, also of the deprecated form
// with only one.
func RefsOf(o *manifest.Object) manifest.Value {
	if one := o.At("spec", "targetRef"); one.Exists() {
		return manifest.List(one)
	}
	return o.At("spec", "targetRefs")
}

// On gives the policy on the target; nil where there is none.
func (a Policies) On(namespace string, r Ref) *manifest.Object { return a.byRef[namespace][r] }

// At gives the policy on an object or a section of it.
func (a Policies) At(id manifest.ID, section string) *manifest.Object {
	return a.On(id.Namespace, Ref{id.Kind, id.Name, section})
}

// Perhaps names the policy that may be on an object, for people; empty where there
// is none.
func (a Policies) Perhaps(id manifest.ID) string {
	p := a.unsure[Target{ID: id}]
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s may be on %s: the labels of namespace %s decide, and it is not in the input", p.ID(), id, id.Namespace)
}

// Wider gives the policies that would hold for a target if a new one did not, one for
// all listeners that have the same, and nil for those that have none: for a new rule
// also that of the rule which it was split from.
func (a Policies) Wider(i resolve.Intent, r Ref, world *manifest.Set) []*manifest.Object {
	var list []*manifest.Object
	add := func(p *manifest.Object) {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	switch {
	case r.Kind == "Gateway" && r.Section != "":
		add(a.At(i.TargetID(), ""))
		return list
	case r.Kind == "Gateway" || i.Object == nil:
		return nil
	}
	section := i.Name
	if r.Section == "" || r.Section == i.Name {
		section = ""
	}
	for _, c := range a.Chains(i.Object, section, world, i.Listeners) {
		var first *manifest.Object
		if all := c.All(); len(all) > 0 {
			first = all[0]
		}
		add(first)
	}
	return list
}

// Absent says that no policy is on an object, and which is for one of its name
// elsewhere, or for a part of it.
func (a Policies) Absent(id manifest.ID) string {
	const none = "no BackendTrafficPolicy is on it or above it"
	for _, n := range a.named[Ref{id.Kind, id.Name, ""}] {
		switch {
		case n.Namespace != id.Namespace:
			return fmt.Sprintf("%s: %s is for %s, in another namespace", none, n.policy.ID(), n.ID)
		case n.Section != "":
			return fmt.Sprintf("%s: %s is for its section %s", none, n.policy.ID(), n.Section)
		}
	}
	return none
}
