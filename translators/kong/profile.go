package kong

import (
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/kong/read"
	"retryctl.dev/translators/kong/write"
	"retryctl.dev/translators/nginx"
	"retryctl.dev/translators/precedence"
)

// Gateway is Kong Gateway with an ingress controller.
type Gateway struct{}

// Profile gives what is true of Kong as data.
func (Gateway) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "kong", Title: "Kong",
		Oldest: gateway.Version{Major: 3, Minor: 4}, Newest: gateway.Version{Major: 3, Minor: 15},
		Reasons: reasons,
		Faults: []gateway.Fault{{
			Of: api.RetriesOfOperator, By: "Kong's operator", First: gateway.Version{Major: 2}.WithPatch(0), Fixed: gateway.Version{Major: 2, Minor: 2}.WithPatch(0),
			Does: "reads no konghq.com/retries of Services behind hybrid Gateways", Source: "Kong/kong-operator#4096",
		}},
		Senders:      true,
		Answers:      nginx.Unreachable,
		OtherMethods: "LOCK is treated like POST: not tried again once it was sent. Every other method (MKCOL, MOVE, COPY, PROPPATCH, UNLOCK and so on) is tried again like PUT.",
		// The names are those of the ingress controller and of the operator.
		About: "is how Kong is set up.", Options: []schema.Option{api.UntrustedLua, api.Router},
		Kinds: []gateway.Kind{
			{Group: api.Group, Name: api.PluginKind, Role: gateway.Referred},
			{Group: api.Group, Name: api.UpstreamKind, Role: gateway.Referred},
		},
		Rivals: fighting,
		Forms:  api.Forms, Domains: []string{"konghq.com"},
		Signs: gateway.Signs{
			GatewayControllers: []string{"konghq.com/kic-gateway-controller", api.Operator},
			IngressControllers: []string{"ingress-controllers.konghq.com/kong"},
			IngressClasses:     []string{"kong"},
			Groups:             []string{"configuration.konghq.com"},
			Annotations:        []string{"konghq.com/"},
		},
	}
}

// Order gives the routes of a world in the order in which Kong tries them.
func (Gateway) Order(world *manifest.Set, s gateway.Settings) *precedence.Table {
	return controller.Order(world, s)
}

// Reader gives what Kong does with the requests of each rule.
func (Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return read.New(world, s)
}

// Translate writes annotations of Services and Ingresses, and KongPlugins.
func (Gateway) Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	return write.Translate(plan, s)
}
