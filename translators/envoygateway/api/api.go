// Package api has the words of the objects that carry Envoy Gateway's retries.
package api

import "retryctl.dev/translators/gateway"

// The API of Envoy Gateway that carries retries.
const (
	Group      = "gateway.envoyproxy.io"
	APIVersion = Group + "/v1alpha1"
	Kind       = "BackendTrafficPolicy"
	ClientKind = "ClientTrafficPolicy"
)

// DefaultTriggers hold where a policy names none: with the codes of the policy,
// or 503 where it names neither (v1.9.1 internal/xds/translator/route.go:31).
var DefaultTriggers = []string{"connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"}

// Envoy's and Envoy Gateway's own values where a policy is silent.
const (
	DefaultRetries     = 2    // EG, where spec.retry has no numRetries
	DefaultCode        = 503  // EG, where neither triggers nor codes are given
	DefaultLimit       = 1024 // EG, for each limit of a circuitBreaker and for retries without one; Envoy, for the others
	DefaultConcurrency = 3    // Envoy, min_retry_concurrency

	DefaultBuffer = 32 << 10 // EG, of a listener's connections
	DefaultWindow = 64 << 10 // EG, of a listener's HTTP/2 streams
)

// GatewayAPI gives the version of the Gateway API that each version of Envoy Gateway
// installs.
var GatewayAPI = map[gateway.Version]gateway.Version{
	{Major: 1, Minor: 3}: {Major: 1, Minor: 2}, {Major: 1, Minor: 4}: {Major: 1, Minor: 3}, {Major: 1, Minor: 5}: {Major: 1, Minor: 3},
	{Major: 1, Minor: 6}: {Major: 1, Minor: 4}, {Major: 1, Minor: 7}: {Major: 1, Minor: 4}, {Major: 1, Minor: 8}: {Major: 1, Minor: 5},
	{Major: 1, Minor: 9}: {Major: 1, Minor: 6},
}
