package traefik

import (
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
	"retryctl.dev/translators/traefik/read"
	"retryctl.dev/translators/traefik/write"
)

// Gateway is Traefik.
type Gateway struct{}

// Profile gives what is true of Traefik as data.
func (Gateway) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "traefik", Title: "Traefik",
		Oldest: gateway.Version{Major: 3, Minor: 1}, Newest: gateway.Version{Major: 3, Minor: 7},
		Reasons: reasons,
		Faults: []gateway.Fault{
			{Of: api.ByStatus, First: at37(0), Fixed: at37(6), Does: "answers 413 to a request with a body above maxRequestBodyBytes, whatever its method",
				Source: "traefik/traefik#13039 (v3.7.5 pkg/middlewares/retry/retry.go:148)"},
			{Of: api.AnyRetry, First: at37(0), Fixed: at37(8), Does: "panics at a WebSocket on a rule with retries", Source: "traefik/traefik#13520"},
		},
		OtherMethods: "LOCK is treated like POST. Every other method that is not modelled (MKCOL, and whatever a client makes up) is retried by status as if it were idempotent.",
		// The controllers' names cannot be changed (v3.7.13 pkg/provider/kubernetes).
		About: "is how Traefik is set up.", Options: []schema.Option{api.SafeNaming, api.AcrossNamespaces},
		Kinds: []gateway.Kind{
			{Group: api.Group, Name: "IngressRoute"},
			{Group: api.Group, Name: api.Kind, Role: gateway.Referred, Parts: []string{"spec.retry"}},
			{Group: api.Group, Name: "MiddlewareTCP", Role: gateway.Referred, Plain: true},
			{Group: api.Group, Name: api.TransportKind, Role: gateway.Referred},
			{Group: api.Group, Name: "TraefikService", Role: gateway.Referred},
		},
		ReferenceFields: []string{"services", "middlewares", "chain", "serversTransport"},
		Forms:           api.Forms, Domains: []string{"traefik.io", "traefik.ingress.kubernetes.io"},
		Signs: gateway.Signs{
			GatewayControllers: []string{"traefik.io/gateway-controller"},
			IngressControllers: []string{"traefik.io/ingress-controller"},
			IngressClasses:     []string{"traefik"},
			Groups:             []string{"traefik.io"},
			Annotations:        []string{"traefik.ingress.kubernetes.io/"},
		},
	}
}

// Order gives the routers of a world in the order in which Traefik tries them.
func (Gateway) Order(world *manifest.Set, s gateway.Settings) *precedence.Table {
	return controller.Order(world, s)
}

// Reader gives what Traefik does with the requests of each rule.
func (Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return read.New(world, s)
}

// Translate writes retry middlewares and transports, and has rules name them.
func (Gateway) Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	return write.Translate(plan, s)
}

// at37 gives a patch of 3.7.
func at37(patch int) gateway.Version { return gateway.Version{Major: 3, Minor: 7}.WithPatch(patch) }
