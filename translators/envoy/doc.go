// Package envoy is what targets share whose data plane is Envoy: the words of retry
// policies, Envoy's own defaults, and the request headers that its router takes for a
// retry policy.
//
// The router reads six headers after the route's own changes of the request's headers
// (retry_state_impl.cc, RetryStateImpl; all of it measured with Envoy 1.39.3):
//
//   - x-envoy-retry-on and x-envoy-retry-grpc-on add words to the policy's, where there
//     is none as well: then one retry is made. The words of either count in their own
//     header only, are separated by commas and are case-sensitive; unknown ones are
//     nothing.
//   - x-envoy-max-retries takes the place of the policy's count, a 0 included, where the
//     policy or a header has a known word, and is nothing by itself. It is one number of
//     64 bits, of which the lower 32 are taken; what is no such number is nothing, as
//     are two numbers with a comma.
//   - x-envoy-retriable-status-codes adds codes, and x-envoy-retriable-header-names
//     headers of a response; both need their word, retriable-status-codes and
//     retriable-headers, in the policy or in a header.
//   - x-envoy-hedge-on-per-try-timeout, and the timeouts of the request and of a try, are
//     read before the route's changes, so that a route that sets them changes nothing.
//
// What is set for a backend (a weighted cluster) is done before what is set for the
// route, so that the route's has the last word, removals included; within one of them
// what is removed goes first, then what is set, then what is added, in whatever order they
// are written. An added value follows the one that is there, with a comma.
//
// A client cannot send these headers to a proxy at the edge: Envoy takes them out of
// requests that are not internal before the route is looked up, and by default no
// address is internal (from Envoy 1.36 on; before, a private address without
// x-forwarded-for was). What an early header mutation sets goes the same way.
package envoy
