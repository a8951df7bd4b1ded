package kgateway

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
)

// limits are what bounds the requests to the backends of a rule, with where it is
// written; empty where nothing is.
type limits struct {
	breaker behavior.Breaker
	from    string
}

// breakers are the fields of a BackendConfigPolicy's circuitBreakers; what is left out is
// Envoy's own (api/v1alpha1/kgateway/backend_config_policy_types.go).
var breakers = []struct {
	field string
	of    func(*behavior.Breaker) *behavior.Setting[int64]
}{
	{"maxConnections", func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxConnections }},
	{"maxPendingRequests", func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxPendingRequests }},
	{"maxRequests", func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxParallelRequests }},
	{"maxRetries", func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxParallelRetries }},
}

// limits reads the BackendConfigPolicies on the Services of a rule. Where these differ, a
// limit is not known of a request, since weights choose among them.
func (p Policies) limits(o *manifest.Object, rule int) (l limits) {
	for n, id := range route.Backends(o, rule) {
		breaker, from := p.breakerOf(id)
		if from != "" {
			l.from = from
		}
		if n == 0 {
			l.breaker = breaker
			continue
		}
		for _, b := range breakers {
			if mine, other := b.of(&l.breaker), b.of(&breaker); *mine != *other {
				*mine = behavior.Unclear[int64]()
			}
		}
		l.breaker.Unwritten = l.breaker.Unwritten && breaker.Unwritten
	}
	if l.from == "" {
		return limits{}
	}
	return l
}

// breakerOf gives the limits of a Service; from is empty where nothing is written.
func (p Policies) breakerOf(id manifest.ID) (breaker behavior.Breaker, from string) {
	breaker = envoy.DefaultBreaker()
	for _, policy := range p.backends {
		written := policy.At("spec", "circuitBreakers")
		if !written.IsMap() || policy.ID().Namespace != id.Namespace || !p.targets(policy, id, "") {
			continue
		}
		for _, b := range breakers {
			if n, ok := written.At(b.field).Int(); ok {
				*b.of(&breaker) = behavior.Is(n)
				breaker.Unwritten = breaker.Unwritten && b.field != "maxRetries"
			}
		}
		return breaker, policy.ID().String() + " spec.circuitBreakers"
	}
	return breaker, ""
}
