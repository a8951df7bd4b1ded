// Package api has the words of the objects that carry Istio's retries, and its defaults.
package api

import (
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/translators/gateway"
)

// The APIs of Istio that carry retries.
const (
	Group      = "networking.istio.io"
	APIVersion = Group + "/v1"
	Controller = "istio.io/gateway-controller"
	WholeMesh  = "mesh"
)

// NativeVersion is the Gateway API's that Istio 1.31 is built with.
var NativeVersion = gateway.Version{Major: 1, Minor: 6}

// StanzaVersion is the Gateway API's of a cluster: where its stanza is what is written
// that of the target.
func StanzaVersion(s gateway.Settings) gateway.Version {
	if s.Standard != (gateway.Version{}) {
		return s.Standard
	}
	return NativeVersion
}

// DefaultRetryOn holds where a route, or its retries, does not say (Istio 1.31
// pilot/pkg/networking/core/route/retry/retry.go:36).
const (
	DefaultRetryOn  = "connect-failure,refused-stream,unavailable,cancelled"
	DefaultAttempts = 2
)

// Span reads a duration as Istio does: any that Go's time.ParseDuration takes.
func Span(text string) (time.Duration, bool) {
	if d, err := schema.ParseDuration(text); err == nil {
		return time.Duration(d), true
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}
