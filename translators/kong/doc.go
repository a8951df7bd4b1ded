// Package kong translates to Kong Gateway under its ingress controllers:
// annotations on the Services behind a rule, KongPlugins on a rule where an
// annotation would hold for others too, and a KongPlugin for the idempotency key.
//
// What Kong does with them (Kong 3.10 and its ingress controller 3.5, read in both
// sources and measured; releases after 3.9 have no public source):
//
//   - The one number is retries of a Kong Service: tries after the first, 0 to
//     32767, and 5 where nothing is said (kong/db/schema/entities/services.lua:33).
//     It comes from the annotation konghq.com/retries of the Kubernetes Services
//     behind a rule. The same annotation on a route or an Ingress does nothing.
//   - A value that is no number is ignored. One out of range is passed on, and Kong
//     then refuses its whole configuration, for every route, until it is mended.
//   - All Services of a rule must agree on every konghq.com annotation. If they do
//     not, the rule is dropped (ingressrules.go:543).
//   - An annotation holds for every rule, of whatever route, that sends to the
//     Service.
//   - What is tried again is nginx' default for proxy_next_upstream: errors and
//     timeouts of connecting, sending and waiting for the response's header. A
//     status never is. POST, PATCH and LOCK are not tried again once the request was
//     sent; the documentation names more methods, and is wrong in that.
//   - TRACE and CONNECT are answered by nginx and reach no backend; effects are not
//     about them.
//   - There is no wait between tries, no bound on all of them, no budget and no
//     limit on what is in flight. timeouts.request and the retry stanza of an
//     HTTPRoute are ignored.
//   - Timeouts are three, for connecting, sending and receiving, 60s each, counted
//     anew for each try. They follow each other, so that a backend which is slow to
//     take the connection and then silent is given up after two of them. The one for
//     sending counts anew with every write, and the one for receiving with every read
//     of the body: a body that trickles, either way, keeps a try alive without end.
//     The header of the response has to be complete within the one for receiving,
//     however it trickles. No try, and so no request, is bounded by any of them
//     (measured with nginx 1.22, by golden/conformance/dataplane). A timer that would move
//     by less than 300 ms is left as it is, so that a silence may be cut by as much too
//     early (NGX_TIMER_LAZY_DELAY). The one for receiving, after which a backend that
//     sends nothing is given up, is what attemptTimeout is read as, as an idle timeout.
//     timeouts.backendRequest sets all three, the Services' annotations win over it.
//   - Code in a pre-function or post-function can set retries and timeouts for one
//     request in its access phase, since 3.8 (kong/pdk/service.lua:143), unless the
//     setting untrusted_lua hides that: strict does, and is the default since
//     3.14; where nobody says which it is, lax is assumed, and said to be.
//     An error in the code answers the request 500. The timeout for sending cannot
//     be set so. What is tried again can be set with resty.kong.upstream, since 3.10
//     and with untrusted_lua = on.
//   - Which rule serves a request is decided over all routes of all hostnames, by the
//     kinds of attributes that a match has, not by the Gateway API's order, unless
//     Kong's router is that of expressions (line.go, with the source). An exact path
//     and the path itself of an equal prefix are of one rank, and either may serve.
//     GRPCRoutes are among them: the router looks at no protocol, and a request that is
//     no gRPC and meets a route for it is answered 415 (lines.go), which is not shown.
//   - A rule that the controller leaves out is not answered with an error: its
//     requests go to the next rule that takes them (reach.go says what for).
//   - Of one plugin there is one instance for a request: the route's, else the
//     Service's, else the global one. Two of one kind on a rule make Kong refuse its
//     configuration.
//   - A lost connection that nginx notices before it begins to send is tried again
//     for POST as well. If it notices while it sends the first bytes it counts as
//     sent, although nothing may have arrived; which of the two it is, is a matter of
//     timing.
//   - Kong Operator's gateways for Konnect differ in one point: of Services that
//     disagree the first counts, and nothing is dropped. What this package writes is
//     the same on all Services of a rule, which is right for both.
package kong
