package traefik

// reasons are read in Traefik v3.7.13 and measured with it.
var reasons = map[string]string{
	"order":                   "Traefik adds up what the conditions of a match are worth, a method as much as ten characters of a path, and the length of the hostname (pkg/provider/kubernetes/gateway/httproute.go:742); for a GRPCRoute the length of the rule that it writes counts (grpcroute.go:397), as that of the match of an IngressRoute or Ingress does, and all of them, of all Gateways, are in one table for an entry point (pkg/server/router/router.go:245)",
	"ConnectFailure":          "Traefik knows one kind of network error, nothing of the request written yet, and retries it for every method; 502 in status covers refused connections too (pkg/middlewares/retry/retry.go:336)",
	"ConnectFailure/narrowed": "nothing here has a retry middleware that covers network errors (pkg/middlewares/retry/retry.go:336)",
	"ResetBeforeRequest":      "a connection lost before anything was written is the same network error to Traefik as a refused one (pkg/middlewares/retry/retry.go:336)",
	"RefusedStream":           "backends of HTTP/2 only can refuse a stream, and what follows is up to Go's HTTP client (pkg/server/service/smart_roundtripper.go:49)",
	"RefusedStream/narrowed":  "nothing in Traefik retries a refused stream on purpose (pkg/middlewares/retry/retry.go:336)",
	"Reset":                   "Traefik answers 502 for a connection that is lost after the request was sent, and 502 in status covers that as well: name Reset among the policy's conditions, or leave 502 out (pkg/proxy/httputil/proxy.go:236)",
	"Reset/narrowed":          "a lost connection is retried by 502 in status, which covers a 502 of the backend as well; where that could run a request twice that must not, add 502 to the policy's statusCodes (pkg/proxy/httputil/proxy.go:236)",
	"AttemptTimeout":          "Traefik answers 504 for a try that timed out, and retries that answer like a 504 of the backend (pkg/proxy/httputil/proxy.go:236)",
	"AttemptTimeout/narrowed": "a try that times out is retried by 504 in status, which is written only where the timeout of a try can be attached and 504 may be retried for these methods (pkg/proxy/httputil/proxy.go:236)",
	"statusCodes":             "a code in status cannot be told from Traefik's own answers: 502 for a lost connection, 504 for a timeout (pkg/proxy/httputil/proxy.go:236)",
	"statusCodes/narrowed":    "status came with Traefik 3.7, and is left out where a request could run twice that must not (pkg/config/dynamic/middlewares.go:758)",
	"statusCodes/unknown":     "a router that looks at no path lets CONNECT in; if the proxy carries it to a backend, status codes are retried for it too, as for every method but POST, PATCH and LOCK (pkg/middlewares/retry/retry.go:148)",
	"grpcStatuses":            "Traefik looks at the HTTP status alone, which is 200 for most gRPC errors (pkg/middlewares/retry/retry.go:353)",
	"maxRetries/narrowed":     "nothing that the policy retries on can be written here: gRPC statuses never, codes and lost connections from Traefik 3.7 on, timeouts only where the timeout of a try can be attached (pkg/config/dynamic/middlewares.go:758)",
	"maxRetries":              "attempts counts the first try, and two retry middlewares on a rule multiply; below them Go's HTTP client may send a request without a body once more, on a connection that it had kept open (pkg/middlewares/retry/retry.go:138, net/http Transport)",
	"attemptTimeout":          "the timeout of a try is a ServersTransport's responseHeaderTimeout, which an IngressRoute and the Services of one Ingress can have, and an HTTPRoute's Services cannot (pkg/provider/kubernetes/gateway/annotations.go:18)",
	"totalTimeout":            "Traefik has no timeout for a whole request; the retry's timeout, since 3.7, stops new tries and not the one that runs (pkg/middlewares/retry/retry.go:332)",
	"backoff":                 "the waits grow from initialInterval to nearly its double over all tries, at most 60s, and are kept short enough in all that the 15 minutes after which Traefik answers an empty 200 stay out of reach (pkg/middlewares/retry/retry.go:262)",
	"backoff.jitter":          "Traefik spreads every wait over [0.5w, 1.5w] and has no setting for it (pkg/middlewares/retry/retry.go:262)",
	"budget":                  "Traefik counts no retries, so that no share of requests can bound them (pkg/config/dynamic/middlewares.go:758)",
	"circuitBreaker":          "Traefik's circuit breaker opens by ratios of errors and latencies; it has no limit on connections, requests or retries (pkg/config/dynamic/middlewares.go:168)",
	"idempotencyKey":          "Traefik sets headers to fixed texts only, so that it cannot make a key for each request (pkg/middlewares/headers/header.go:118)",
}
