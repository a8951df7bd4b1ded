package api

import (
	"retryctl.dev/schema"
	"retryctl.dev/translators/gateway"
)

// The words of WrittenIn. With Auto it is what the GatewayClass of a parent shows.
const (
	Auto           = "auto"
	VirtualService = "virtualservice"
	GatewayAPI     = "gateway-api"
)

// WrittenIn is what retries are written in.
var WrittenIn = schema.Option{
	Field: "istio.api", About: "is what retries are written in: virtualservice, gateway-api or auto.",
	Words: []string{Auto, VirtualService, GatewayAPI}, Default: Auto,
	Flag: "istio-api", Usage: "what Istio's retries are written in, by `name`",
}

// Gateways maps Gateways of the Gateway API to the classic Istio Gateways that take their
// places.
var Gateways = schema.Option{
	Field: "istio.gateways", About: "names the classic Istio Gateways that stand in for Gateway API Gateways.",
	From: schema.Key{Name: "parent", About: "is the Gateway API Gateway as namespace/name."},
	To:   schema.Key{Name: "gateway", About: "is the classic Istio Gateway as namespace/name."},
	Flag: "istio-gateway", Usage: "classic Istio Gateway that stands in for a Gateway API one, as `parent=gateway`, each namespace/name; repeatable",
}

// WrittenBy gives what retries are written in by settings: where the stanza is what is
// written, the Gateway API.
func WrittenBy(s gateway.Settings) string {
	if s.Standard != (gateway.Version{}) {
		return GatewayAPI
	}
	return s.Word(WrittenIn)
}
