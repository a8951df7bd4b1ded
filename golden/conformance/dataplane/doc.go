// Package dataplane puts configuration into real gateways, sends them requests
// that fail in a known way, counts the tries that reach the backend, and compares
// them with the behavior.Effect that retryctl says the same objects have.
//
// There are three data planes: Envoy, fed with the routes and clusters that a
// control plane made; Traefik, fed with the objects' specs through its file
// provider; and nginx, which stands in for Kong and for ingress-nginx with balancers that
// do what theirs do. Each runs on loopback, on ports that are free, and dies with
// the test.
//
// A prediction that is contradicted is a defect of the gateway's Read, never of
// the test.
//
// What Envoy 1.39.3 does, where its documentation leaves it open (envoy_test.go):
//
//   - A try that timed out is retried by reset, 5xx and gateway-error, and by no
//     other trigger; so are connections that were lost after the request was sent.
//   - A try's timeout that is not less than the route's is ignored.
//   - Status codes match what a backend answers, not the 503 or 504 that Envoy
//     makes of a lost connection or a timeout.
//   - reset-before-request retries connect failures, and no refused stream. A
//     connection that is reset at once counts as a connect failure if the reset is
//     seen before the request is written, which is a matter of timing.
//   - Waits are spread over all of [0, min(base * 2^(k-1), max)).
//   - A budget is a share of what is active, the failed request among it. A retry
//     that waits counts as a retry, and its request not as active.
//   - A body of more than the buffer of the listener is not retried, whatever ends the try,
//     and one of as much is; over HTTP/2 the window of a stream is the bound instead. One that
//     is still coming in when the try ends is answered 507 (bodies_test.go).
//   - Without circuit_breakers 3 retries are under way at once to a cluster.
//   - Request headers that a route or one of its backends sets are a retry policy of
//     their own: words add to it, the number takes the place of its number, and does
//     nothing by itself; the timeouts do nothing (headers_test.go).
//   - What is changed for a backend (a weighted cluster) comes before what is for the
//     route, and a value that is made of a header sees it as it is by then (order_test.go).
//     Of either, what is set comes before what is added, in whatever order it is written.
//   - A limit of 0 for requests that wait, or for parallel ones, has every request
//     answered 503; one for retries at once has none made; one for connections is 1.
//   - No method is looked at. CONNECT has no path and matches no route with one.
package dataplane
