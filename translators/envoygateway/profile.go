package envoygateway

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/read"
	"retryctl.dev/translators/envoygateway/write"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// Gateway is Envoy Gateway.
type Gateway struct{}

// Profile gives what is true of Envoy Gateway as data.
func (Gateway) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "envoy-gateway", Title: "Envoy Gateway",
		Oldest: gateway.Version{Major: 1, Minor: 3}, Newest: gateway.Version{Major: 1, Minor: 9},
		Reasons: reasons, Listeners: true,
		Faults:       []gateway.Fault{stanza.WithoutBackoff("")},
		OtherMethods: "Methods that are not modelled (LOCK, MKCOL and so on) are treated like POST: they reach the rule without a method.",
		// The controller's name is the default (v1.9.1 api/v1alpha1/envoygateway_types.go:19).
		Kinds: []gateway.Kind{
			{Group: api.Group, Name: api.Kind, Role: gateway.Attached, Parts: []string{
				"spec.targetRefs[]", "spec.retry.retryOn", "spec.retry.perRetry", "spec.timeout.http", "spec.circuitBreaker",
			}},
		},
		Rivals: fighting,
		Forms:  api.Forms, Domains: []string{"envoyproxy.io"},
		Signs: gateway.Signs{
			GatewayControllers: []string{"gateway.envoyproxy.io/gatewayclass-controller"},
			Groups:             []string{"gateway.envoyproxy.io"},
		},
	}
}

// Serves gives the newest version that installs a version of the Gateway API, or the
// newest of all.
func (Gateway) Serves(standard gateway.Version) gateway.Version {
	newest := Gateway{}.Profile().Newest
	for v := newest; !v.Before(Gateway{}.Profile().Oldest); v.Minor-- {
		if api.GatewayAPI[v] == standard.Release() {
			return v
		}
	}
	return newest
}

// Reader gives what Envoy does with the requests of each rule.
func (Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return read.New(world, s)
}

// Translate writes a BackendTrafficPolicy for the targets of each policy.
func (Gateway) Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	return write.Translate(plan, s)
}
