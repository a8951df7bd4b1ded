package envoygateway

// reasons are read in Envoy Gateway v1.9.1 and in Envoy 1.39's source unless
// they name another place.
var reasons = map[string]string{
	"AttemptTimeout":              "only the trigger reset covers a try that timed out, and it covers connections lost after the request was sent as well (Envoy retry_state_impl.cc, wouldRetryFromReset)",
	"Reset":                       "the trigger reset covers every way to lose a try without response headers, a try that timed out included; Envoy Gateway has no trigger for a part of it (api/v1alpha1/retry_types.go:54)",
	"ConnectFailure":              "the triggers reset and reset-before-request cover connect failures as well (Envoy retry_state_impl.cc, wouldRetryFromReset)",
	"RefusedStream":               "the trigger reset covers refused streams as well (Envoy retry_state_impl.cc, wouldRetryFromReset)",
	"ResetBeforeRequest":          "the trigger reset covers it; reset-before-request alone came with Envoy Gateway 1.5 (api/v1alpha1/retry_types.go:54)",
	"grpcStatuses":                "there are triggers for CANCELLED, DEADLINE_EXCEEDED, INTERNAL, RESOURCE_EXHAUSTED and UNAVAILABLE only (api/v1alpha1/retry_types.go:54)",
	"statusCodes":                 "codes hold for all requests of a rule, so a limit on methods needs a rule of its own for them",
	"answered":                    "Envoy Gateway answers for a rule whose policy or filters it refuses, and for one without a backend (internal/gatewayapi/backendtrafficpolicy.go:1407, filters.go:1212, route.go:330)",
	"backoff.jitter":              "Envoy spreads every wait over [0, w) and has no setting for it (backoff_strategy.cc)",
	"backoff":                     "Envoy doubles the interval up to maxInterval (backoff_strategy.cc)",
	"backoff.after425":            "Envoy tries a request that was too early again at once (retry_state_impl.cc, wouldRetryFromHeaders; measured with Envoy 1.39.3)",
	"budget":                      "the budget counts what is active in one Envoy process, not a rate over time (Envoy resource_manager_impl.h); it came with Envoy Gateway 1.8",
	"circuitBreaker.overridden":   "a retry budget takes the place of maxParallelRetries (Envoy circuit_breaker.proto, retry_budget)",
	"maxRequestBodyBytes":         "Envoy sends a request again with as much of a body as the buffer of its listener holds, 32 KiB, or over HTTP/2 the window of a stream, 64 KiB; a ClientTrafficPolicy on the Gateway sets both (spec.connection.bufferLimit and spec.http2.initialStreamWindowSize), for all of its routes (internal/xds/translator/listener.go:49; measured with Envoy 1.39.3)",
	"maxRequestBodyBytes.refused": "a requestBuffer has Envoy wait for whole requests, and answer 413 to larger ones (internal/xds/translator/request_buffer.go)",
	"idempotencyKey":              "the key is a header of the route's rule, so the route must be in the input, and nothing else in it may change that header (internal/gatewayapi/filters.go:469)",
}
