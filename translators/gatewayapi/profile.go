package gatewayapi

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi/api"
	"retryctl.dev/translators/gatewayapi/read"
	"retryctl.dev/translators/gatewayapi/write"
	"retryctl.dev/translators/stanza"
)

// Gateway is the Gateway API's own retries, with or without knowledge of who
// implements them.
type Gateway struct {
	// Implementers are the gateways that say themselves what they make of a stanza.
	Implementers []gateway.Implementer
}

// Profile gives what is true of the Gateway API as data.
func (Gateway) Profile() gateway.Profile {
	return gateway.Profile{
		Name: "gateway-api", Title: "the Gateway API",
		Oldest: gateway.Version{Major: 1, Minor: 2}, Newest: gateway.Version{Major: 1, Minor: 7},
		Reasons: reasons, Faults: stanza.Faults,
		OtherMethods: "Methods that are not modelled are treated like POST: they reach the rule without a method.",
		// Implementations that have no target of their own.
		About: "is which Gateway API is installed and who implements it.", Options: stanza.Options,
		Kinds: []gateway.Kind{
			{Group: api.BudgetGroup, Name: api.BudgetKind, Role: gateway.Attached},
		},
		Standard: true,
		Rivals:   fighting,
		Forms:    api.Forms, Domains: []string{"networking.x-k8s.io"},
		Signs: gateway.Signs{
			GatewayControllers: stanza.Controllers(),
			Groups:             []string{"gateway.networking.x-k8s.io"},
		},
	}
}

// Reader gives what reads stanzas as the implementation that the settings name does.
func (g Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return read.New(world, s, g.Implementers)
}

// Translate writes stanzas and budgets.
func (Gateway) Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	return write.Translate(plan, s)
}

var _ gateway.Target = Gateway{}
