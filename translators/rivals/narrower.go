package rivals

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	envoygateway "retryctl.dev/translators/envoygateway/controller"
)

// narrower finds an existing policy of Envoy Gateway that is on a part of what a
// written one is on: a rule of its route, a route of its Gateway. There the existing
// one holds as a whole (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1402,1739);
// only one that says so is merged, with that of the Gateway.
func narrower(o *manifest.Object, claimed map[string]*manifest.Object, w world) finding.List {
	var list finding.List
	if !o.Is("gateway.envoyproxy.io", "BackendTrafficPolicy") {
		return nil
	}
	for _, t := range envoygateway.Targets(o, w.Set, w.Version) {
		for _, wide := range around(t, merges(o), w) {
			if other := claimed[wide]; other != nil {
				f := rival(o, other, target(t.ID, t.Section), "of policies on a rule, its route and its Gateway Envoy Gateway takes the narrowest")
				f.Message = fmt.Sprintf("%s is there for %s, and holds there instead of %s", o.ID(), target(t.ID, t.Section), other.ID())
				list.Add(f)
				return list
			}
		}
	}
	return nil
}

// around gives what a target is a part of. A rule that its route no longer has is a
// part of nothing, and with merged that of a Gateway is left aside.
func around(t envoygateway.Target, merged bool, w world) []string {
	if t.Kind == "Gateway" {
		if t.Section == "" {
			return nil
		}
		return []string{target(t.ID, "")}
	}
	var wide []string
	o := w.Get(t.ID)
	if t.Section != "" {
		if o != nil && !slices.ContainsFunc(route.Rules(o), func(r route.Rule) bool { return r.Name == t.Section }) {
			return nil
		}
		wide = append(wide, target(t.ID, ""))
	}
	if o != nil && !merged {
		ids, sections := resolve.ParentRefs(o)
		for n, id := range ids {
			wide = append(wide, target(id, ""), target(id, sections[n]))
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
