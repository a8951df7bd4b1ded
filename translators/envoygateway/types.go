package envoygateway

import "retryctl.dev/schema/behavior"

// The API of Envoy Gateway that carries retries.
const (
	group      = "gateway.envoyproxy.io"
	apiVersion = group + "/v1alpha1"
	kind       = "BackendTrafficPolicy"
)

// defaultTriggers hold where a policy names none: with the codes of the policy,
// or 503 where it names neither (v1.9.1 internal/xds/translator/route.go:31).
var defaultTriggers = []string{"connect-failure", "refused-stream", "unavailable", "cancelled", "retriable-status-codes"}

// codesTrigger makes the listed status codes count; without it they are inert.
const codesTrigger = "retriable-status-codes"

// everyReset is what Envoy calls a reset: each way to lose a try without
// response headers, the per-try timeout included (retry_state_impl.cc,
// wouldRetryFromReset).
var everyReset = []behavior.Cause{
	behavior.ConnectFailure, behavior.RefusedStream, behavior.ResetBeforeRequest, behavior.Reset, behavior.AttemptTimeout,
}

// triggers says what each trigger retries, the listed codes apart. In the order
// in which Envoy Gateway writes them, which is alphabetical.
var triggers = []struct {
	name   string
	causes []behavior.Cause
}{
	{"5xx", append(behavior.Codes(500, 599), everyReset...)},
	{"cancelled", grpc("CANCELLED")},
	{"connect-failure", []behavior.Cause{behavior.ConnectFailure}},
	{"deadline-exceeded", grpc("DEADLINE_EXCEEDED")},
	{"gateway-error", append(behavior.Codes(502, 504), everyReset...)},
	{"internal", grpc("INTERNAL")},
	{"refused-stream", []behavior.Cause{behavior.RefusedStream}},
	{"reset", everyReset},
	{"reset-before-request", []behavior.Cause{behavior.ConnectFailure, behavior.ResetBeforeRequest}},
	{"resource-exhausted", grpc("RESOURCE_EXHAUSTED")},
	{"retriable-4xx", behavior.Codes(409, 409)},
	{"unavailable", grpc("UNAVAILABLE")},
}

func grpc(name string) []behavior.Cause {
	c, _ := behavior.GRPC(name)
	return []behavior.Cause{c}
}

// triggerFor gives the narrowest trigger for a cause that is no status code;
// Reset and AttemptTimeout have none but "reset".
func triggerFor(c behavior.Cause) string {
	switch c {
	case behavior.Reset, behavior.AttemptTimeout:
		return "reset"
	case behavior.ResetBeforeRequest:
		return "reset-before-request"
	}
	for _, t := range triggers {
		if len(t.causes) == 1 && t.causes[0] == c {
			return t.name
		}
	}
	return ""
}

// Envoy's and Envoy Gateway's own values where a policy is silent.
const (
	defaultRetries     = 2    // EG, where spec.retry has no numRetries
	defaultCode        = 503  // EG, where neither triggers nor codes are given
	defaultLimit       = 1024 // EG, for each limit of a circuitBreaker and for retries without one; Envoy, for the others
	defaultConcurrency = 3    // Envoy, min_retry_concurrency
	defaultBaseMillis  = 25   // Envoy, retry_back_off.base_interval
	defaultCapFactor   = 10   // Envoy, max_interval as a multiple of base_interval
	defaultTimeoutSecs = 15   // Envoy, the route timeout
)
