package istio

import (
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/read"
	"retryctl.dev/translators/istio/write"
)

// Gateway is Istio with Envoy proxies, classic and Gateway API configuration.
type Gateway struct{}

// Profile gives what is true of Istio as data.
func (Gateway) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "istio", Title: "Istio",
		Oldest: gateway.Version{Major: 1, Minor: 24}, Newest: gateway.Version{Major: 1, Minor: 31},
		Reasons: reasons,
		Senders: true, Mesh: true,
		OtherMethods: "Methods that are not modelled are treated like POST: they reach the http route without a method.",
		// Of the classes istiod makes each itself (pkg/config/constants/constants.go).
		About: "is how Istio is set up.", Options: []schema.Option{api.WrittenIn, api.Gateways},
		Uses: []gateway.Use{
			{Name: "istio", Settings: []schema.Setting{api.WrittenIn.Is(api.VirtualService)}},
			{Name: "istio (Kubernetes Gateway)", Class: "istio", Settings: []schema.Setting{api.WrittenIn.Is(api.GatewayAPI)}},
		},
		Kinds: []gateway.Kind{
			{Group: api.Group, Name: "VirtualService", Role: gateway.Attached},
			{Group: api.Group, Name: "DestinationRule", Role: gateway.Attached, Services: serviceOf, Parts: []string{
				"spec.subsets[].trafficPolicy", "spec.trafficPolicy.connectionPool", "spec.trafficPolicy.retryBudget", "spec.trafficPolicy.portLevelSettings[]",
			}},
		},
		Rivals: fighting,
		Forms:  api.Forms, Domains: []string{"istio.io"},
		Signs: gateway.Signs{
			GatewayControllers: []string{"istio.io/gateway-controller", "istio.io/mesh-controller", "istio.io/unmanaged-gateway", "istio.io/eastwest-controller"},
			GatewayClasses:     []string{"istio", "istio-waypoint", "istio-remote", "istio-east-west"},
			IngressControllers: []string{"istio.io/ingress-controller"},
			Groups:             []string{"networking.istio.io"},
		},
	}
}

// Serves gives the newest version: which versions of the Gateway API each of Istio's
// own installs is not known here.
func (g Gateway) Serves(gateway.Version) gateway.Version { return g.Profile().Newest }

// Reader gives what Istio's proxies do with the requests of each rule.
func (Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return read.New(world, s)
}

// Translate writes VirtualServices, stanzas of HTTPRoutes and DestinationRules.
func (Gateway) Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	return write.Translate(plan, s)
}
