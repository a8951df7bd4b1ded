package istio

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// sending reads what requests to a Service get that a rule sends there: its retries
// hold for them, whatever is said of the Service. A VirtualService that has the host of
// the Service to itself in the mesh is read with the Service.
func (r reading) sending(i resolve.Intent, now *manifest.Object, all []resolve.Intent) (effects []behavior.Effect) {
	if now.Is(group, "VirtualService") {
		hosts := hostsOf(now, r.settings)
		own := slices.Contains(gatewaysOf(now), wholeMesh) && slices.ContainsFunc(i.To, func(id manifest.ID) bool { return slices.Contains(hosts, hostOf(id, r.settings)) })
		if own || r.carries(i, all) {
			return nil
		}
		effects = r.virtualService(i, now)
	} else {
		effects = r.route(i, now)
	}
	for n := range effects {
		e := &effects[n]
		e.Because(fmt.Sprintf("rule %s of %s sends requests there with retries of its own, which a policy on a Service does not change: target it as well", e.Rule, e.Object), behavior.Everything()...)
	}
	return effects
}

// carries reports whether an http route is what rules of routes that have policies of
// their own came to: it matches nothing else, wherever it stands.
func (r reading) carries(s resolve.Intent, all []resolve.Intent) bool {
	if r.claimed == nil {
		r.claimed = map[groupKey]map[key]bool{}
		for _, i := range all {
			if i.To != nil || i.Object == nil || i.Object.ID().Group != route.Group {
				continue
			}
			for _, door := range doors(i.Object, bind(i.Object, r.world, r.settings), r.world, r.settings) {
				if r.claimed[door] == nil {
					r.claimed[door] = map[key]bool{}
				}
				for _, w := range wanted(i.Object, i.Rule) {
					r.claimed[door][w.key] = true
				}
			}
		}
	}
	for _, gateway := range gatewaysOf(s.Object) {
		for _, host := range hostsOf(s.Object, r.settings) {
			for _, m := range matchers(s.Object.At("spec", "http").Index(s.Rule)) {
				if m.uri == "" {
					m.uri = "prefix /"
				}
				if !r.claimed[groupKey{gateway, host}][m.key] {
					return false
				}
			}
		}
	}
	return true
}
