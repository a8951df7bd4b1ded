package kgateway

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
)

// kept is what is kept of a request's body, and where it is set; from is empty where
// nothing is.
type kept struct {
	bodies behavior.Bodies
	from   string
}

// bodies reads with which bodies the requests of a rule are tried again: a TrafficPolicy
// may have Envoy wait for whole requests and refuse larger ones, and ListenerPolicies and
// an annotation of Gateways, which is older, set the buffer of listeners
// (api/v1alpha1/kgateway/traffic_policy_types.go, listener_policy_types.go).
func (p Policies) bodies(o *manifest.Object, levels [][]*manifest.Object, missing []string) kept {
	whole := p.field("buffer", levels, missing, o)
	if whole.unsure != "" {
		return kept{behavior.UnclearBodies(), whole.unsure}
	}
	if bytes, ok := gateway.Quantity(whole.value.At("maxRequestSize").Text()); ok {
		return kept{envoy.Whole(bytes), whole.from + " spec.buffer.maxRequestSize"}
	}
	var all []kept
	for _, l := range resolve.Listeners(o, p.world) {
		if one := p.listener(l); len(all) == 0 || one.bodies != all[0].bodies {
			all = append(all, one)
		}
	}
	switch len(all) {
	case 0:
		return kept{}
	case 1:
		return all[0]
	}
	return kept{behavior.UnclearBodies(), "the listeners of the route, whose buffers differ"}
}

// listener is what a listener keeps.
func (p Policies) listener(l resolve.Listener) kept {
	var k kept
	set := func(text, from string) {
		if bytes, ok := gateway.Quantity(text); ok {
			k = kept{envoy.Bodies(bytes, envoy.DefaultWindow), from}
		}
	}
	if gw := p.world.Get(l.Parent); gw != nil {
		const annotation = "kgateway.dev/per-connection-buffer-limit"
		text, _ := gw.Annotation(annotation)
		set(text, gw.ID().String()+" "+annotation)
	}
	if !(l.Parent.Group == route.Group && l.Parent.Kind == "Gateway") {
		return k
	}
	for _, policy := range p.listeners {
		if policy.ID().Namespace != l.Parent.Namespace || !p.targets(policy, l.Parent, "") {
			continue
		}
		if ports := policy.At("spec", "perPort"); ports.Len() > 0 {
			return kept{behavior.UnclearBodies(), policy.ID().String() + " spec.perPort"}
		}
		set(policy.At("spec", "default", "perConnectionBufferLimitBytes").Text(), policy.ID().String()+" spec.default.perConnectionBufferLimitBytes")
		break
	}
	return k
}
