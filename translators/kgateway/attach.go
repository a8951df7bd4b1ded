package kgateway

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// Group is that of kgateway's own kinds.
const Group = "gateway.kgateway.dev"

const kind = "TrafficPolicy"

// Policies are the TrafficPolicies and BackendConfigPolicies of a world.
type Policies struct {
	world *manifest.Set
	list  []*manifest.Object // the heavier first, then the older
	// backends are the BackendConfigPolicies and listeners the ListenerPolicies, in the
	// same order.
	backends, listeners []*manifest.Object
}

// New finds those of a world.
func New(world *manifest.Set) Policies {
	sorted := func(kind string) []*manifest.Object {
		list := slices.Clone(world.Kind(Group, kind))
		slices.SortStableFunc(list, compare)
		return list
	}
	return Policies{world, sorted(kind), sorted("BackendConfigPolicy"), sorted("ListenerPolicy")}
}

// compare orders two policies of one level; 0 is not known.
func compare(a, b *manifest.Object) int {
	return cmp.Or(cmp.Compare(weight(b), weight(a)), strings.Compare(created(a), created(b)))
}

func weight(o *manifest.Object) int {
	text, _ := o.Annotation("kgateway.dev/policy-weight")
	n, _ := strconv.Atoi(text)
	return n
}

// created gives when an object was made. One that the cluster does not have yet comes
// after all others.
func created(o *manifest.Object) string {
	return cmp.Or(o.At("metadata", "creationTimestamp").Text(), "not made yet")
}

// on gives the policies on an object, or on a section of it.
func (p Policies) on(id manifest.ID, section string) (list []*manifest.Object) {
	for _, o := range p.list {
		if o.ID().Namespace == id.Namespace && p.targets(o, id, section) {
			list = append(list, o)
		}
	}
	return list
}

func (p Policies) targets(policy *manifest.Object, id manifest.ID, section string) bool {
	alike := func(ref manifest.Value) bool {
		return ref.At("group").Text() == id.Group && ref.At("kind").Text() == id.Kind && ref.At("sectionName").Text() == section
	}
	for _, ref := range policy.At("spec", "targetRefs").Items() {
		if alike(ref) && ref.At("name").Text() == id.Name {
			return true
		}
	}
	o := p.world.Get(id)
	if o == nil || o.At("metadata", "labels").Len() == 0 {
		return false
	}
	for _, selector := range policy.At("spec", "targetSelectors").Items() {
		meets := alike(selector)
		for key, want := range selector.At("matchLabels").Fields() {
			meets = meets && o.At("metadata", "labels", key.Text()).Text() == want.Text()
		}
		if meets {
			return true
		}
	}
	return false
}

// levels gives the policies that hold for a rule of a route, by level, the nearest
// first. Missing names those that a filter of the rule names and the world does not have.
func (p Policies) levels(o *manifest.Object, rule route.Rule) (levels [][]*manifest.Object, missing []string) {
	for _, f := range rule.Value.At("filters").Items() {
		ref := f.At("extensionRef")
		if ref.At("group").Text() != Group || ref.At("kind").Text() != kind {
			continue
		}
		id := manifest.ID{Group: Group, Kind: kind, Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
		if policy := p.world.Get(id); policy != nil {
			levels = append(levels, []*manifest.Object{policy})
		} else {
			missing = append(missing, id.String())
		}
	}
	if rule.Name != "" {
		levels = append(levels, p.on(o.ID(), rule.Name))
	}
	return append(levels, p.on(o.ID(), "")), missing
}

// above gives the policies on what a route is attached to, and on all of its sections.
func (p Policies) above(o *manifest.Object) (list []*manifest.Object) {
	for _, listener := range resolve.Listeners(o, p.world) {
		for _, section := range slices.Compact([]string{listener.Name, ""}) {
			list = append(list, p.on(listener.Parent, section)...)
		}
	}
	return list
}
