package envoygateway

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// apiOf gives the version of the Gateway API that each version of Envoy Gateway
// installs.
var apiOf = map[gateway.Version]gateway.Version{
	{Major: 1, Minor: 3}: {Major: 1, Minor: 2}, {Major: 1, Minor: 4}: {Major: 1, Minor: 3}, {Major: 1, Minor: 5}: {Major: 1, Minor: 3},
	{Major: 1, Minor: 6}: {Major: 1, Minor: 4}, {Major: 1, Minor: 7}: {Major: 1, Minor: 4}, {Major: 1, Minor: 8}: {Major: 1, Minor: 5},
	{Major: 1, Minor: 9}: {Major: 1, Minor: 6},
}

// Serves gives the newest version that installs a version of the Gateway API, or the
// newest of all.
func (Gateway) Serves(api gateway.Version) gateway.Version {
	newest := Gateway{}.Profile().Newest
	for v := newest; !v.Before(Gateway{}.Profile().Oldest); v.Minor-- {
		if apiOf[v] == api {
			return v
		}
	}
	return newest
}

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
	api, alone := s.GatewayAPI.Version, s.GatewayAPI.Version != gateway.Version{}
	if !alone {
		api = apiOf[s.Version]
	}
	return stanzas{stanza.Of("envoy-gateway").In(s.Version), api, s.GatewayAPI.Channel == "standard" && !api.AtLeast(1, 7), alone}
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
