// Package envoy reads Envoy's own configuration: what a route and its cluster
// make of the requests that reach them, and which route a request reaches. It is
// the judge of what gateways on Envoy are said to do, so it knows Envoy's rules
// only and nothing of the translators.
//
// The rules are those of Envoy 1.39: retry_on in retry_state_impl.cc, timeouts in
// router.cc (finalTimeout), waits in backoff_strategy.cc, limits in
// resource_manager_impl.h, the order of routes in config_impl.cc.
package envoy
