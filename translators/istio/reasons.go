package istio

// reasons are read in Istio 1.31 (istio.io/istio release-1.31, istio.io/api
// v1.31.4) and in Envoy's retry_state_impl.cc.
var reasons = map[string]string{
	"ConnectFailure/widened":     "reset, reset-before-request and the stanza of an HTTPRoute retry it as well (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"RefusedStream/widened":      "reset and the stanza of an HTTPRoute retry it as well (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"ResetBeforeRequest/widened": "reset covers every loss of the connection (Envoy retry_state_impl.cc, wouldRetryFromReset)",
	"ResetBeforeRequest":         "the stanza of an HTTPRoute retries connect-failure, refused-stream and gRPC statuses, nothing else (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"Reset/widened":              "only reset retries the timeout of a try, and it covers every loss of the connection (Envoy retry_state_impl.cc, wouldRetryFromReset)",
	"Reset":                      "the stanza of an HTTPRoute retries connect-failure, refused-stream and gRPC statuses, nothing else (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"AttemptTimeout/widened":     "reset covers the timeout of a try as well (Envoy retry_state_impl.cc, wouldRetryFromReset)",
	"AttemptTimeout":             "behind the stanza of an HTTPRoute an expired try is never retried, not even with code 504 (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"statusCodes/narrowed":       "Istio knows only the status codes that Go's net/http has a text for (pkg/config/validation/validation.go:2680)",
	"statusCodes/widened":        "the http route serves other methods as well",
	"grpcStatuses/narrowed":      "retryOn knows cancelled, deadline-exceeded, internal, resource-exhausted and unavailable, the stanza only cancelled and unavailable (pkg/config/validation/validation.go:92)",
	"grpcStatuses/widened":       "the stanza of an HTTPRoute always retries cancelled and unavailable (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"maxRetries":                 "the stanza of an HTTPRoute with attempts 0 is refused by the CRD until Gateway API 1.7, and without a stanza Istio retries twice (pilot/pkg/networking/core/route/retry/retry.go:36)",
	"attemptTimeout":             "the timeout of a try exists only beside retries (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"totalTimeout":               "a timeout for each try without retries takes the place of the request's (pilot/pkg/config/kube/gateway/conversion.go:186)",
	"backoff":                    "only Envoy's base_interval can be set, from Istio 1.26 on (istio.io/api networking/v1alpha3/virtual_service.proto, HTTPRetry)",
	"backoff.maxInterval":        "the longest interval is always ten times the base (pilot/pkg/networking/core/route/retry/retry.go:96)",
	"backoff.jitter":             "Envoy's waits are uniform between 0 and the interval (Envoy backoff_strategy.cc)",
	"backoff.after425":           "Envoy tries a request that was too early again at once (retry_state_impl.cc, wouldRetryFromHeaders; measured with Envoy 1.39.3)",
	"budget":                     "retryBudget is a share of the requests in flight, from Istio 1.27 on, and is lost for a port that has portLevelSettings; a rate cannot be said (pilot/pkg/networking/core/cluster_traffic_policy.go:228, pilot/pkg/networking/util/util.go:863)",
	"circuitBreaker.overridden":  "a retry budget takes its place in Envoy (go-control-plane circuit_breaker.pb.go:128)",
	"circuitBreaker":             "connectionPool takes numbers up to 2147483647 (istio.io/api networking/v1alpha3/destination_rule.proto)",
	"maxRequestBodyBytes":        "Envoy sends a request again with as much of a body as the buffer of its listener holds, 1 MiB, or over HTTP/2 the window of a stream, 16 MiB; only connectionSettings of the mesh's proxies change that (pilot/pkg/networking/core/gateway.go:217; measured with Envoy 1.39.3)",
	"idempotencyKey":             "the http route does not send requests on, or it or a backend changes the header in another way as well",
}
