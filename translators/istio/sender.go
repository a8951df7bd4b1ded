package istio

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A sender is an http route of a VirtualService, or a rule of an HTTPRoute that Istio
// reads itself, by its destinations.
type sender struct {
	o    *manifest.Object
	rule int
}

// sendersTo gives those with a host among their destinations.
func (r reading) sendersTo(host string) []sender {
	if r.senders == nil {
		r.senders = map[string][]sender{}
		add := func(list []destination, s sender) {
			for _, to := range list {
				if all := r.senders[to.host]; len(all) == 0 || all[len(all)-1] != s {
					r.senders[to.host] = append(all, s)
				}
			}
		}
		for _, o := range r.world.Kind(group, "VirtualService") {
			for n, h := range o.At("spec", "http").Items() {
				if proxies(h) {
					add(destinationsOf(h, o.ID().Namespace, r.settings), sender{o, n})
				}
			}
		}
		for _, o := range r.world.Kind(route.Group, "HTTPRoute") {
			if !bind(o, r.world, r.settings).native {
				continue
			}
			for n := range route.Rules(o) {
				add(backends(r.world, o, n, r.settings), sender{o, n})
			}
		}
	}
	return r.senders[host]
}

// sent gives what requests to a Service get that come by another way than its own host
// in the mesh: the retries of what sends them there hold for them, whatever is said of
// the Service. What has a policy of its own follows that one.
func (r reading) sent(i resolve.Intent, all []resolve.Intent) (effects []behavior.Effect) {
	host := hostOf(i.ID(), r.settings)
	for _, s := range r.sendersTo(host) {
		own := s.o.Is(group, "VirtualService") && slices.Contains(hostsOf(s.o, r.settings), host) && slices.Contains(gatewaysOf(s.o), wholeMesh)
		if own || slices.ContainsFunc(all, func(o resolve.Intent) bool { return o.ID() == s.o.ID() && o.Rule == s.rule }) {
			continue
		}
		var some []behavior.Effect
		if s.o.Is(group, "VirtualService") && r.carries(s, all) {
			continue
		}
		if s.o.Is(group, "VirtualService") {
			some = r.effects(served{s.o, s.rule, i.Methods})
		} else {
			rules := route.Rules(s.o)
			at := resolve.Intent{Policy: i.Policy, Object: s.o, Rule: s.rule, Name: rules[s.rule].Name, Methods: route.Reach(rules, s.rule)}
			some = r.native(at, s.o, bind(s.o, r.world, r.settings))
		}
		for _, e := range some {
			e.Because(fmt.Sprintf("rule %s of %s sends requests there with retries of its own, which a policy on a Service does not change: target it as well", e.Rule, e.Object), behavior.Everything()...)
			effects = append(effects, e)
		}
	}
	return effects
}

// carries reports whether an http route is what rules of routes that have policies of
// their own came to: it matches nothing else, wherever it stands.
func (r reading) carries(s sender, all []resolve.Intent) bool {
	if r.claimed == nil {
		r.claimed = map[groupKey]map[key]bool{}
		for _, i := range all {
			if i.Object == nil || i.Object.ID().Group != route.Group {
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
	for _, gateway := range gatewaysOf(s.o) {
		for _, host := range hostsOf(s.o, r.settings) {
			for _, m := range matchers(s.o.At("spec", "http").Index(s.rule)) {
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
