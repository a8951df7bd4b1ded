package read

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// stanzas is how the retry stanzas of HTTPRoutes are read.
type stanzas struct {
	row stanza.Implementation
	api gateway.Version // the Gateway API's
	// dropped says that the API server takes the stanza out.
	dropped bool
	// alone says that the stanza is what is written: BackendTrafficPolicies are what
	// others have written then.
	alone bool
}

func newStanzas(s gateway.Settings) stanzas {
	standard, alone := s.Standard, s.Standard != gateway.Version{}
	if !alone {
		standard = api.GatewayAPI[s.Version.Release()]
	}
	return stanzas{stanza.Of("envoy-gateway").In(s.Version), standard, stanza.Standard(s) && !standard.AtLeast(1, 7), alone}
}

// of gives what a rule of a route says; only HTTPRoutes have a stanza.
func (s stanzas) of(e *behavior.Effect, rule manifest.Value, id manifest.ID) stanza.Rule {
	r := stanza.Rule{Timeouts: rule.At("timeouts"), From: id.String()}
	retry := rule.At("retry")
	switch {
	case id.Group != route.Group || id.Kind != "HTTPRoute":
	case s.dropped && retry.Exists():
		e.Notes = append(e.Notes, "the API server drops the retry stanza: the standard channel does not have it before 1.7")
	default:
		r.Retry = retry
	}
	return r
}

// blame says of everything that is retried that a policy has it so, in whose place
// there is no stanza.
func (s stanzas) blame(e *behavior.Effect, from string) {
	text := from + " has it so where a rule has no stanza, and before Gateway API 1.7 a stanza cannot say that nothing is retried (v1.9.1 internal/ir/xds.go:1097)"
	if e.Elsewhere == nil {
		e.Elsewhere = map[string]string{}
	}
	for _, c := range e.Causes.List(behavior.AllMethods) {
		topic := c.Topic() + "/" + string(finding.Widened)
		if e.Elsewhere[topic] == "" {
			e.Elsewhere[topic] = text
		}
	}
}
