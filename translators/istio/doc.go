// Package istio translates to Istio: VirtualServices for classic Gateways and the
// mesh, the stanza of HTTPRoutes for Istio's own Kubernetes Gateways, and
// DestinationRules for what holds for a host.
//
// The parent of a route decides. A VirtualService that names a Kubernetes Gateway
// is accepted and has no effect (measured with Istio 1.31's own generator), so
// only what stands behind a classic Gateway, or is sent to a Service in the mesh,
// gets one. It holds whole routes: it is made of all rules of an HTTPRoute, in the
// order in which the Gateway API has them take precedence. For a Service with
// HTTPRoutes of its own these win over a VirtualService, so they are edited.
//
// For a host that a VirtualService names on a gateway Istio serves nothing else there,
// and one for a wildcard has the requests for all narrower hosts that have none. So with
// a route that has a policy all routes are written that stand at its hosts or below
// them. Routes whose matches may meet in one request are in one VirtualService, because
// the order of several is that of their age. A policy never changes who serves a
// request: where that cannot be kept nothing is written.
//
// What a VirtualService or an HTTPRoute sets of request headers Istio gives to Envoy as
// it is, also those that Envoy's router takes for a retry policy (1.31
// pilot/pkg/networking/core/route/route.go:1031; measured).
//
// What Istio does without being asked matters most. A route without retries
// retries twice, after connect-failure, refused-stream, unavailable and
// cancelled; retries: {} turns them off; attempts are retries. The waits have
// full jitter, start at the backoff (25ms) and end at ten times it. The timeout
// of a try is retried only by reset, 5xx and gateway-error, which retry every
// other loss of the connection too. Status codes that Go's net/http has no text
// for are refused in a VirtualService and ignored in a stanza. Nothing looks at
// the method: a limit needs http routes of its own.
//
// Of VirtualServices for one host in the mesh the oldest has it to itself; behind
// a Gateway they are merged, the oldest first, and what matches everything goes
// last. Within one VirtualService nothing behind a match for everything is used,
// so that on Istio's own Gateways an HTTPRoute's regular expressions are dead beside
// a rule for all paths, be it another route's (measured with the generator; 1.31
// pilot/pkg/networking/core/route/route.go:427). A request for a host that a
// VirtualService names never gets to one for a wildcard. What depends on which of
// two objects is older, or on what a regular expression of another object matches,
// is said to be unknown.
//
// A budget takes the place of connectionPool.http.maxRetries, which is without
// bound otherwise; 0 is no bound. DestinationRules count in the namespace of the
// client, then of the Service, then of the mesh, and in it those with the most
// specific host; of several the oldest trafficPolicy holds, and subsets of all.
// What is set for a port takes the place of the host's budget as well.
//
// Until 1.30 a budget is lost for a subset with settings of its own, and is 0.2% where
// it does not say how much.
//
// With exportTo a VirtualService is seen by the proxies of some namespaces only, for
// which it comes before those that all see; "~" hides it. Which namespace a request's
// proxy is in is not known. A rule of an HTTPRoute with a filter that Istio does not
// know is left out as a whole, and its requests go to another rule or nowhere.
//
// The retries that Istio writes between a sidecar and its own application
// (reset-before-request, twice) cannot be configured in 1.31 and are not counted
// here. The namespace of a classic Gateway's pods, which a DestinationRule may be
// in, is not known. A mesh-wide defaultHttpRetryPolicy cannot be seen from here either: each
// route that a policy holds for is written in full, so that it does not matter.
package istio
