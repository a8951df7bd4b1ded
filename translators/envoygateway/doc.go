// Package envoygateway translates to Envoy Gateway: BackendTrafficPolicies on
// Gateways, routes and single rules, and edits of HTTPRoutes where a rule must be
// split by method or given a header.
//
// What Envoy does with them (Envoy Gateway 1.9.1 on Envoy 1.39, read in both
// sources and measured with Envoy Gateway's own translator):
//
//   - Without spec.retry nothing is retried. With it, numRetries counts the tries
//     after the first, and is 2 where it is left out, because the API server says so.
//   - Status codes count only with the trigger retriable-status-codes, or without
//     any trigger; then connect-failure, refused-stream and two gRPC statuses come
//     along. Codes match responses of the backend, never the 503 or 504 that Envoy
//     makes of a lost connection or a timeout. So triggers are always written.
//   - The triggers reset, 5xx and gateway-error cover every way to lose a try
//     without response headers, a try that timed out included. No other trigger
//     covers a try that timed out.
//   - The wait before retry k is uniform in [0, min(base * 2^(k-1), max)), in whole
//     milliseconds. maxInterval without baseInterval stops the configuration of the
//     whole Gateway; both are always written.
//   - A request ends after 15s, all tries included, unless a timeout says otherwise;
//     the route's own timeouts win over the policy's, and backendRequest without a
//     retry stanza bounds the whole request. A try's timeout that is not less than
//     the request's is ignored.
//   - No method is looked at: a POST is retried like a GET. A limit on methods needs
//     a rule of its own and a policy on it by sectionName (1.6).
//   - The most specific policy holds as a whole: rule, route, listener, Gateway. A
//     retry stanza in the HTTPRoute wins over any policy's retries. A route on
//     several listeners gets each listener's policy for the requests through it, but
//     all listeners of a Gateway share the rule's cluster, so that breaker and budget
//     are those of the first listener (measured: golden/conformance/envoygateway).
//   - With a mergeType the policy is laid over the listener's or else the Gateway's;
//     an explicit empty list is lost on the way, and the wider policy's list stays
//     (measured). Without one, an empty list of codes takes the place of the 503.
//   - A per-try timeout holds with numRetries 0 as well.
//   - Matches are ordered by path and then by the number of headers, of which the
//     method is one (internal/gatewayapi/sort.go:53); the standard puts the method
//     first. A match for GET does not take GETs away from one with two headers.
//   - Budgets (1.8) and breakers count per rule and Envoy process; a budget takes
//     the place of maxParallelRetries. Without a breaker retries are bound to 1024,
//     and connections, pending and parallel requests to Envoy's own 1024.
//   - A policy that is not accepted, such as one whose maxInterval is less than its
//     baseInterval, has its rules answer 500, retry stanza or not. So has a filter of
//     another API, and a rule without a backend; a redirect, and an HTTPRouteFilter
//     with a response, make no try either (measured).
//   - A policy may be on objects by their labels, from 1.8 on also on those of other
//     namespaces, where a ReferenceGrant for BackendTrafficPolicies lets it. Name and
//     labels count alike: of two policies on one object the older holds.
//   - An added header takes the place of one that is set. Removals, and all that a
//     backend changes, come before what the rule sets: the client's key is gone then, or
//     every request has the same, and the rule has the last word (measured).
//   - Filters that set x-envoy-retry-on and the like are a retry policy of their own, or
//     a part of one (package envoy), of a backend as of the rule. Envoy Gateway writes
//     one of several changes of a header, an addition before what is set. What
//     ClientTrafficPolicies set early (headers.earlyRequestHeaders) Envoy takes out again,
//     with what clients send: no address is internal, and no field makes one so (v1.9.1
//     has none; before 1.6, with Envoy 1.35 and older, private addresses were). What
//     SecurityPolicies and credential injections put into such a header, and a Lua program
//     that names one, leave it open. Programs that are not given (Wasm, dynamic modules,
//     external processors, authorization by gRPC) and EnvoyPatchPolicies about retries
//     are not read, which is said.
//   - Where maxPendingRequests or maxParallelRequests is 0, every request is answered 503;
//     where maxParallelRetries is 0, or a budget of 0, there is no retry (measured).
//   - A request is sent again with as much of a body as the buffer of its listener holds,
//     32 KiB unless a ClientTrafficPolicy sets connection.bufferLimit, and over HTTP/2 as
//     the window of a stream is, 64 KiB unless http2.initialStreamWindowSize is set; more is
//     sent once. With a requestBuffer (1.5) it is that for both, and more is answered 413.
//     bufferLimit of a BackendTrafficPolicy is of no account (measured with Envoy 1.39.3).
package envoygateway
