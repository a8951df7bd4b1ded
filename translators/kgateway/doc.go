// Package kgateway reads kgateway's TrafficPolicies and BackendConfigPolicies, which
// stand beside the retry stanza and the timeouts of a route. It is no target: stanzas are
// written for it.
//
// Read in kgateway's source, of 2.4 and after:
//
//   - A rule's stanza takes the place of a policy's retry as a whole, and its timeouts
//     that of a policy's (pkg/kgateway/extensions2/plugins/trafficpolicy/
//     traffic_policy_plugin.go, handlePerRoutePolicies).
//   - Policies that hold for a rule are laid over each other field by field, retry and
//     timeouts as wholes: first those that a filter of the rule names, in order, then
//     those on the rule by its name, then those on the route (pkg/kgateway/translator/
//     irtranslator/route.go, runRoutePlugins; merge.go, mergeRetry). Of several in one
//     place the heavier comes first (annotation kgateway.dev/policy-weight), then the
//     older (pkg/krtcollections/policy.go); what two of one age come to is not known.
//   - retry without attempts retries once, by the API server's default. A list of codes
//     brings retriable-status-codes along; waits are Envoy's, with a cap of ten times the
//     base (pkg/pluginsdk/policy/retry.go).
//   - A policy on a Gateway, a listener or a ListenerSet is put on the virtual host, where
//     it holds for routes without retries of their own, in some versions; that is said to
//     be unknown.
//   - Without a BackendConfigPolicy no circuit breaker is written, and Envoy lets 3 retries
//     be under way at once to a cluster; with one, the limits that it leaves out are Envoy's
//     (api/v1alpha1/kgateway/backend_config_policy_types.go).
//   - A request is tried again with as much body as the buffer of its listener holds, 1 MiB
//     unless a ListenerPolicy or an annotation of the Gateway says more; with a
//     TrafficPolicy's buffer, with as much as that, and larger ones are answered 413.
//   - headerModifiers and transformation change request headers before the router, which
//     takes some for a retry policy (package envoy).
package kgateway
