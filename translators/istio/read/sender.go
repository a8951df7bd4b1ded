package read

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// sending reads what requests to a Service get that a rule sends there: its retries
// hold for them, whatever is said of the Service. A VirtualService that has the host of
// the Service to itself in the mesh is read with the Service.
func (r reading) sending(i resolve.Intent, now *manifest.Object) (effects []behavior.Effect) {
	if now.Is(api.Group, "VirtualService") {
		hosts := controller.HostsOf(now, r.Settings)
		own := slices.Contains(controller.GatewaysOf(now), api.WholeMesh) && slices.ContainsFunc(i.To, func(id manifest.ID) bool { return slices.Contains(hosts, controller.HostOf(id, r.Settings)) })
		if own || r.carries(i) {
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

// claims gives what the rules of routes that have policies of their own match, by
// gateway and host.
func (r reading) claims(all []resolve.Intent) map[controller.VirtualHost]map[controller.Key]bool {
	claimed := map[controller.VirtualHost]map[controller.Key]bool{}
	for _, i := range all {
		if i.To != nil || i.Object == nil || i.Object.ID().Group != route.Group {
			continue
		}
		for _, vhost := range controller.VirtualHosts(i.Object, controller.Bind(i.Object, r.World, r.Settings), r.World, r.Settings) {
			if claimed[vhost] == nil {
				claimed[vhost] = map[controller.Key]bool{}
			}
			for _, w := range controller.Wanted(i.Object, r.Rules.Of(i.Object), i.Rule) {
				claimed[vhost][w.Key] = true
			}
		}
	}
	return claimed
}

// carries reports whether an http route is what rules of routes that have policies of
// their own came to: it matches nothing else, wherever it stands.
func (r reading) carries(s resolve.Intent) bool {
	for _, gateway := range controller.GatewaysOf(s.Object) {
		for _, host := range controller.HostsOf(s.Object, r.Settings) {
			for _, m := range controller.Matchers(s.Object.At("spec", "http").Index(s.Rule)) {
				if m.URI == "" {
					m.URI = "prefix /"
				}
				if !r.claimed[controller.VirtualHost{Gateway: gateway, Host: host}][m.Key] {
					return false
				}
			}
		}
	}
	return true
}
