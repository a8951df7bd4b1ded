// Package api has the words of the objects that carry Kong's retries, and its defaults.
package api

import (
	"strings"
	"time"
)

// The KongPlugin and the kinds around it.
const (
	Group         = "configuration.konghq.com"
	APIVersion    = Group + "/v1"
	PluginKind    = "KongPlugin"
	ClusterKind   = "KongClusterPlugin"
	PreFunction   = "pre-function"
	PostFunction  = "post-function"
	CorrelationID = "correlation-id"
	DefaultKey    = "Kong-Request-ID" // correlation-id's header_name
)

// The annotations of a Service, but for plugins, which routes have as well.
const (
	Prefix         = "konghq.com"
	RetriesKey     = Prefix + "/retries"
	ConnectKey     = Prefix + "/connect-timeout"
	WriteKey       = Prefix + "/write-timeout"
	ReadKey        = Prefix + "/read-timeout"
	ProtocolKey    = Prefix + "/protocol"
	PluginsKey     = Prefix + "/plugins"
	BufferingKey   = Prefix + "/request-buffering"
	UpstreamKey    = Prefix + "/upstream-policy"
	DefaultRetries = 5
	MaxRetries     = 32767
	MaxMillis      = 2147483646
	DefaultTimeout = time.Minute
)

// List reads an annotation that holds several values.
func List(text string) []string {
	var items []string
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// UpstreamKind is the kind of object with the balancer of a Service.
const UpstreamKind = "KongUpstreamPolicy"

// RetriesOfOperator is what a fault of versions is about: the annotation behind a Gateway
// of the operator.
const RetriesOfOperator = "the annotation for retries, behind a Gateway of the operator"

// Operator is the controller of Gateways that have a Kong each.
const Operator = "konghq.com/gateway-operator"
