// Package traefik translates to Traefik: Middlewares that retry, on the rules of
// HTTPRoutes and GRPCRoutes (as filters), of IngressRoutes and of Ingresses (by
// annotation), and ServersTransports for the timeout of a try.
//
// What Traefik does with them (3.7.13, read in its source and measured with it;
// the CRDs of 3.1 and on):
//
//   - Without a retry middleware Traefik retries nothing. Below it, Go's HTTP
//     client sends a request without a body once more if a connection that it had
//     kept open dies before the first byte of the response; that comes on top of
//     every try, and nothing here counts it.
//   - attempts counts the first try. 1 is no retry; 0, or none, and the middleware
//     cannot be built. A router with a middleware that cannot be built or does not
//     exist is left out: its requests are answered 404. So are those of a status
//     item with two codes in it, of disableRetryOnNetworkError without status, and
//     of two kinds of middleware in one object, all of which the CRD takes.
//   - As long as nothing of the request was written, a failure is retried for every
//     method. status (3.7) has responses retried by code, for every method but
//     POST, PATCH and LOCK, or with retryNonIdempotentMethod for those too. A lost
//     connection is 502 and a timeout 504 to it, so neither can be told from what
//     the backend answers. 502 in status brings refused connections back that
//     disableRetryOnNetworkError takes out, and 504 those that are never made.
//     gRPC statuses are not looked at.
//   - Where a backend speaks HTTP/2, Go's HTTP client sends a request without a body
//     up to six times more if its stream is refused, whatever the middlewares say.
//   - With status the body of a request is read to its end before the first try,
//     and every request allocates maxRequestBodyBytes, 2 MiB if nothing is said,
//     for a body that it may not have. Translate writes 65536, or what the policy wishes.
//     Larger bodies are not retried by status (3.7.6; before that they were answered 413,
//     whatever the method).
//   - The wait before retry k is uniform in [0.5w, 1.5w] for w = initialInterval *
//     2^((k-1)/(attempts-1)), at most 60s. Without initialInterval there is none. A
//     number without a unit is seconds. If the waits pass 15 minutes, the client is
//     answered 200 without a body; Translate keeps their sum below 10 minutes.
//   - timeout (3.7) stops new tries; a try that runs is not stopped. Nothing bounds
//     a request as a whole, and HTTPRoute timeouts and retry stanzas are accepted
//     and ignored.
//   - The timeout of a try is responseHeaderTimeout of a ServersTransport, which the
//     services of an IngressRoute name, and Services behind an Ingress by annotation.
//     It counts from the end of the request; dialTimeout, 30s if nothing is said,
//     comes before it, and Translate writes both. An HTTPRoute's Services have no
//     place for it.
//   - The first filter or middleware is the outermost one. Retries are put last, so
//     that authentication and rate limits see a request once. Two retry middlewares
//     multiply the tries.
//   - CONNECT has no path, so it reaches only routers that look at none; whether it
//     is then carried to a backend, and so retried by status, is left open.
//   - Routers are tried by priority, and equal ones in an order that changes by
//     chance. That of an HTTPRoute's match is a sum: a method counts as much as ten
//     characters of its path, and the hostname by its length, so that other rules
//     serve some requests than by the Gateway API (RT2008). That of a GRPCRoute's is
//     the length of the rule that is written for it, that of an IngressRoute's route
//     the length of its match. A rule is not split where that would move requests of
//     others. The two halves of an IngressRoute's route exclude each other and keep
//     its priority.
//   - The routers of all providers are in one table for an entry point, and so are those
//     of all Gateways with a listener on its port. Of equal priorities a Gateway API
//     route's comes before an IngressRoute's and that before an Ingress's, since 3.7
//     (providers.precedence; pkg/muxer/http/mux.go:216). Which entry point has which port
//     is said in the static configuration alone, so that an IngressRoute or Ingress may
//     be at every listener's, and what it would serve there is left open.
//   - A match that Go's parser, or a matcher, does not take has no router.
//   - Objects are known by namespace-name with every other character made a dash, so
//     that my.retry and my-retry are one; with safeNaming (3.7.11) as they are.
//   - Between 3.7.0 and 3.7.7 a WebSocket on a rule with a retry made it panic.
package traefik
