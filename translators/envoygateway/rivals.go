package envoygateway

import (
	"slices"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/rivals"
)

// fighting finds existing policies on the targets of written ones, and those on a part of
// such a target: there the existing one holds as a whole (v1.9.1
// internal/gatewayapi/backendtrafficpolicy.go:1402,1739).
func fighting(c gateway.Contest) finding.List {
	written := rivals.Side{Group: api.Group, Kind: api.Kind, Claims: claims}
	return rivals.Of(c,
		rivals.Rivalry{Existing: written, Written: written,
			Reason: "of two policies on one target Envoy Gateway takes the older one (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1199)"},
		rivals.Rivalry{Existing: rivals.Side{Group: api.Group, Kind: api.Kind, Claims: wider}, Written: written, Instead: true,
			Reason: "of policies on a rule, its route and its Gateway Envoy Gateway takes the narrowest"})
}

// claims gives what a policy is on, by name and by labels.
func claims(o *manifest.Object, c gateway.Contest) []rivals.Claim {
	var list []rivals.Claim
	for _, t := range controller.Targets(o, c.World, c.Version) {
		list = append(list, rivals.On(rivals.Target(t.ID, t.Section))...)
	}
	return list
}

// wider gives, for each target of a policy, what the target is a part of: the route of a
// rule, the Gateway of a route.
func wider(o *manifest.Object, c gateway.Contest) []rivals.Claim {
	var list []rivals.Claim
	for _, t := range controller.Targets(o, c.World, c.Version) {
		for _, wide := range around(t, merges(o), c.World) {
			list = append(list, rivals.Claim{On: wide, For: rivals.Target(t.ID, t.Section)})
		}
	}
	return list
}

// around gives what a target is a part of. A rule that its route no longer has is a
// part of nothing, and with merged that of a Gateway is left aside.
func around(t controller.Target, merged bool, world *manifest.Set) []string {
	if t.Kind == "Gateway" {
		if t.Section == "" {
			return nil
		}
		return []string{rivals.Target(t.ID, "")}
	}
	var wide []string
	o := world.Get(t.ID)
	if t.Section != "" {
		if o != nil && !slices.ContainsFunc(route.Rules(o), func(r route.Rule) bool { return r.Name == t.Section }) {
			return nil
		}
		wide = append(wide, rivals.Target(t.ID, ""))
	}
	if o != nil && !merged {
		ids, sections := resolve.ParentRefs(o)
		for n, id := range ids {
			wide = append(wide, rivals.Target(id, ""), rivals.Target(id, sections[n]))
		}
	}
	return wide
}

// merges reports whether a policy takes what it says nothing about from that of the
// Gateway, and says nothing about retries.
func merges(o *manifest.Object) bool {
	spec := o.At("spec")
	return spec.At("mergeType").Exists() && !spec.At("retry").Exists() && !spec.At("timeout").Exists() && !spec.At("circuitBreaker").Exists()
}
