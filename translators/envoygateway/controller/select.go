package controller

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/gateway"
)

// A Target is what a BackendTrafficPolicy is on: an object or, with a section, one
// listener of a Gateway or one rule of a route.
type Target struct {
	manifest.ID
	Section string
	// Unsure says that it depends on the labels of a namespace that is not given.
	Unsure bool
}

// Targets gives what a policy is on in a version of Envoy Gateway: what it names,
// whether it is in the world or not, and the objects of the world that its
// selectors choose (v1.9.1 internal/gatewayapi/helpers.go:1256). For objects of
// another namespace, which can be chosen from 1.8 on, that namespace has to grant it.
func Targets(policy *manifest.Object, world *manifest.Set, version gateway.Version) []Target {
	var list []Target
	add := func(t Target) {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	for _, v := range RefsOf(policy).Items() {
		if v.At("group").Text() == route.Group {
			id := manifest.ID{Group: route.Group, Kind: v.At("kind").Text(), Namespace: policy.ID().Namespace, Name: v.At("name").Text()}
			add(Target{ID: id, Section: v.At("sectionName").Text()})
		}
	}
	for _, s := range policy.At("spec", "targetSelectors").Items() {
		if group := s.At("group"); group.Exists() && group.Text() != route.Group {
			continue
		}
		for _, o := range world.Kind(route.Group, s.At("kind").Text()) {
			if yes, sure := looks(s, policy.ID(), o.ID(), world, version); yes && matches(s, o.At("metadata", "labels")) {
				add(Target{ID: o.ID(), Unsure: !sure})
			}
		}
	}
	return list
}

// looks reports whether a selector of a policy looks into the namespace of an
// object and that namespace lets it, and whether that is sure.
func looks(selector manifest.Value, policy, to manifest.ID, world *manifest.Set, version gateway.Version) (yes, sure bool) {
	from := selector.At("namespaces", "from").Text()
	if !version.AtLeast(1, 8) {
		from = "" // the API server drops it
	}
	if policy.Namespace != to.Namespace {
		granted := slices.ContainsFunc(world.Kind(route.Group, "ReferenceGrant"), func(g *manifest.Object) bool {
			return g.ID().Namespace == to.Namespace && grants(g, policy, to)
		})
		if from == "" || from == "Same" || !granted {
			return false, true
		}
	}
	if from == "Selector" {
		return chosen(selector.At("namespaces", "selector"), to.Namespace, world)
	}
	return true, true
}

func grants(g *manifest.Object, from, to manifest.ID) bool {
	comes, goes := false, false
	for _, f := range g.At("spec", "from").Items() {
		comes = comes || f.At("group").Text() == api.Group && f.At("kind").Text() == api.Kind && f.At("namespace").Text() == from.Namespace
	}
	for _, t := range g.At("spec", "to").Items() {
		name := t.At("name").Text()
		goes = goes || t.At("group").Text() == to.Group && t.At("kind").Text() == to.Kind && (name == "" || name == to.Name)
	}
	return comes && goes
}

// metadataName is the label that the API server gives every namespace.
const metadataName = "kubernetes.io/metadata.name"

// chosen reports whether a selector has a namespace by its labels. Of one that is
// not in the input only one label is known.
func chosen(selector manifest.Value, namespace string, world *manifest.Set) (yes, sure bool) {
	labels := manifest.Map()
	if o := world.Get(manifest.ID{Kind: "Namespace", Namespace: manifest.DefaultNamespace, Name: namespace}); o == nil {
		for key := range selector.At("matchLabels").Fields() {
			if key.Text() != metadataName {
				return true, false
			}
		}
		for _, e := range selector.At("matchExpressions").Items() {
			if e.At("key").Text() != metadataName {
				return true, false
			}
		}
	} else if set := o.At("metadata", "labels"); set.IsMap() {
		labels = set.Copy()
	}
	labels.Put(metadataName, namespace)
	return selector.IsMap() && matches(selector, labels), true
}

// matches reports whether labels meet a selector: all of its matchLabels and all of
// its matchExpressions; without any it is everything, and a form that Kubernetes
// refuses is nothing.
func matches(selector, labels manifest.Value) bool {
	for key, want := range selector.At("matchLabels").Fields() {
		if have := labels.At(key.Text()); !have.Exists() || have.Text() != want.Text() {
			return false
		}
	}
	for _, e := range selector.At("matchExpressions").Items() {
		if !meets(e, labels.At(e.At("key").Text())) {
			return false
		}
	}
	return true
}

func meets(e, label manifest.Value) bool {
	listed, values := false, e.At("values")
	for _, v := range values.Items() {
		listed = listed || label.Exists() && v.Text() == label.Text()
	}
	switch e.At("operator").Text() {
	case "In":
		return listed
	case "NotIn":
		return !listed && values.Len() > 0
	case "Exists":
		return label.Exists() && values.Len() == 0
	case "DoesNotExist":
		return !label.Exists() && values.Len() == 0
	}
	return false
}
