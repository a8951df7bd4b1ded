package stanza

import (
	"retryctl.dev/schema"
	"retryctl.dev/translators/gateway"
)

// Options are what is said of the Gateway API in a cluster, for each that reads stanzas.
var Options = []schema.Option{Channel, Implementer}

var Channel = schema.Option{
	Field: "gatewayAPI.channel", About: "is standard or experimental.",
	Words: []string{"standard", "experimental"},
	Flag:  "gateway-api-channel", Usage: "which `channel` of the Gateway API is installed",
}

// Implementer is who implements the Gateway API; none is that nothing is known.
var Implementer = schema.Option{
	Field: "gatewayAPI.implementation", About: "is envoy-gateway, istio, kgateway, cilium, agentgateway or none, which is that nothing is known; with a version if it is not the newest: cilium@1.18.",
	Words: names(), Versioned: true, Default: "none",
	Flag: "gateway-api-implementation", Usage: "who implements the Gateway API, by `name`, with a version such as @1.18 if it is not the newest",
}

func names() []string {
	var names []string
	for _, row := range implementations {
		names = append(names, row.Name)
	}
	return names
}

// Standard reports whether the standard channel is installed. Where nothing is said it is
// the one that has retries.
func Standard(s gateway.Settings) bool { return s.Word(Channel) == "standard" }
