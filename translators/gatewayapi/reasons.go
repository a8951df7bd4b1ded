package gatewayapi

// reasons are read in the API's Go types and in GEP-1731 and GEP-3388, at 1.6.3
// and 1.7.0.
var reasons = map[string]string{
	"ConnectFailure/unknown":     "an implementation should retry it where a stanza is there, and need not (v1.7.0 apis/v1/httproute_types.go:400)",
	"ConnectFailure":             "a stanza cannot say which failures of the connection are retried (v1.7.0 apis/v1/httproute_types.go:400)",
	"RefusedStream/unknown":      "an implementation should retry it where a stanza is there, and need not (v1.7.0 apis/v1/httproute_types.go:400)",
	"RefusedStream":              "a stanza cannot say which failures of the connection are retried (v1.7.0 apis/v1/httproute_types.go:400)",
	"ResetBeforeRequest/unknown": "the standard names it neither among what should nor among what should not be retried (v1.7.0 apis/v1/httproute_types.go:400)",
	"ResetBeforeRequest":         "a stanza cannot say which failures of the connection are retried (v1.7.0 apis/v1/httproute_types.go:400)",
	"Reset/unknown":              "it should not be retried by default since 1.7, and should be before; either may be otherwise (GEP-1731)",
	"Reset":                      "a stanza cannot ask for it or keep it out (GEP-1731)",
	"AttemptTimeout/unknown":     "a try that hits timeouts.backendRequest should be retried, and need not be (v1.7.0 apis/v1/httproute_types.go:475)",
	"AttemptTimeout":             "the implementation does not retry a try that timed out, or cannot leave it out (GEP-1731)",
	"statusCodes/unknown":        "only 500, 502, 503 and 504 have to be supported (v1.7.0 apis/v1/httproute_types.go:411)",
	"statusCodes":                "codes hold for all requests of a rule, so a limit on methods needs a rule of its own for them",
	"grpcStatuses":               "a stanza has no gRPC statuses; some implementations retry some of them all the same (GEP-1731, non-goals)",
	"maxRetries":                 "how many retries there are without a stanza, and how long a request may take, is the implementation's (GEP-1731)",
	"answered":                   "a rule without a backend that gets requests, or with a filter that the implementation does not know, has to answer 500 (v1.7.0 apis/v1/httproute_types.go, HTTPRouteRule)",
	"attemptTimeout":             "timeouts.backendRequest is optional for implementations, and some take it for the whole request",
	"totalTimeout":               "the implementation takes another value for the whole request",
	"backoff":                    "backoff is one interval; the curve, the cap and the jitter are the implementation's (v1.7.0 apis/v1/httproute_types.go:440)",
	"backoff.after425":           "Envoy, which implements it here, tries a request that was too early again at once (retry_state_impl.cc, wouldRetryFromHeaders; measured with Envoy 1.39.3)",
	"budget":                     "only XBackendTrafficPolicy has a budget: by rate, in the experimental channel (GEP-3388)",
	"circuitBreaker":             "the Gateway API has no circuit breaker",
	"circuitBreaker.unwritten":   "where no circuit breaker is written, Envoy lets 3 retries be under way at once to a cluster, those that wait for their turn included, and sends no more (measured with Envoy 1.40.0: of 800 retries, 40 requests at a time, 30 were sent; kgateway's BackendConfigPolicy can raise it, Cilium has nothing for it)",
	"maxRequestBodyBytes":        "a stanza says nothing of bodies: as much is sent again as the implementation keeps",
	"idempotencyKey":             "the value of a header is a literal in the Gateway API, so every request would get the same key",
}
