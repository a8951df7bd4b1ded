package impact

import (
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// rules gives an intent without a wish for everything in a world whose requests a
// gateway may retry: each rule; each Service that no rule which it serves is in front
// of; and what is not in the world and an object in it is for, such as the route of a
// policy.
func rules(profile gateway.Profile, reader gateway.Reader, world *manifest.Set) []resolve.Intent {
	list := (&resolve.Plan{World: world}).Bystanders()
	behind := map[manifest.ID]bool{}
	for n, effects := range gateway.Collect(reader, list) {
		for _, id := range route.Backends(list[n].Object, list[n].Rule) {
			behind[id] = behind[id] || len(effects) > 0
		}
	}
	for _, o := range world.Kind("", "Service") {
		if !behind[o.ID()] {
			list = append(list, whole(o, schema.TargetRef{Kind: "Service", Name: o.ID().Name}, o.ID().Namespace))
		}
	}
	for _, o := range world.All() {
		for _, i := range targets(o, profile) {
			known := func(other resolve.Intent) bool {
				return other.ID() == i.ID() && (i.Target().SectionName == "" || other.Target().SectionName == i.Target().SectionName)
			}
			if world.Get(i.ID()) == nil && !behind[i.ID()] && !slices.ContainsFunc(list, known) {
				list = append(list, i)
			}
		}
	}
	return list
}

// whole is an intent for an object as a whole, which may not be in the world.
func whole(o *manifest.Object, ref schema.TargetRef, namespace string) resolve.Intent {
	if namespace == "" {
		namespace = manifest.DefaultNamespace
	}
	return resolve.Intent{Object: o, Rule: -1, Name: ref.SectionName, Methods: behavior.AllMethods, Policy: &schema.RetryPolicy{
		Metadata: schema.Metadata{Namespace: namespace, Name: ref.Name},
		Spec:     schema.Spec{TargetRefs: []schema.TargetRef{ref}},
	}}
}

// targets gives an intent for everything that an object names as what it is for, or is for
// as a kind of the gateway.
func targets(o *manifest.Object, profile gateway.Profile) []resolve.Intent {
	var list []resolve.Intent
	refs := []manifest.Value{o.At("spec", "targetRef")}
	for _, v := range o.At("spec", "targetRefs").Items() {
		refs = append(refs, v)
	}
	for _, v := range refs {
		if v.At("kind").Text() != "" && !schema.Ours(o) {
			list = append(list, whole(nil, schema.TargetRef{
				Group: v.At("group").Text(), Kind: v.At("kind").Text(), Name: v.At("name").Text(), SectionName: v.At("sectionName").Text(),
			}, o.ID().Namespace))
		}
	}
	if services := profile.KindOf(o.ID()).Services; services != nil {
		for _, id := range services(o) {
			list = append(list, whole(nil, schema.TargetRef{Kind: id.Kind, Name: id.Name}, id.Namespace))
		}
	}
	return list
}

// Paths gives the paths of the matches of an intent's rule, with the hosts of the
// object, for people.
func Paths(i resolve.Intent) []string {
	var list []string
	add := func(kind, path string) {
		if kind != "" {
			path += " (" + kind + ")"
		}
		if !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	if i.Object == nil || i.Rule < 0 {
		return nil
	}
	for _, path := range route.Paths(i.Object, i.Rule) {
		switch path.Kind {
		case route.Prefix, "":
			add("", path.Value)
		case route.Exact:
			add("exactly", path.Value)
		default:
			_, value, _ := strings.Cut(path.String(), " ") // of a gRPC method with how it is compared
			add("by regular expression", value)
		}
	}
	return list
}
