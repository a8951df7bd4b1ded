// Package gatewayapi translates to the retries of the Gateway API itself: the
// retry stanza and the timeouts of HTTPRoute rules, and XBackendTrafficPolicy for
// budgets.
//
// What a stanza means depends on three things. The version: 1.7 made attempts
// default to 1 and 0 mean off, turned backoff from a minimum into a base, and
// told implementations not to retry connections that were lost after the request
// was sent. The channel: before 1.7 only the experimental one has the field, and
// the API server of a cluster with the standard one drops it silently. And the
// implementation: conformant ones differ in what a stanza retries beside its
// codes, in how many retries there are without attempts, and in the waits. The
// table of package stanza holds what is known of five of them; of any other
// everything that the standard does not require is unknown.
//
// An implementation that is a target of its own as well (Implementers) is asked for all
// that it makes of a rule: its own policies, breakers and defaults count as they do
// there, and are what others have written. A stanza takes the place of their retries.
// So it is with kgateway's policies (package kgateway), which is no target. Where no stanza can say that nothing is retried, before 1.7, that is an error.
//
// The stanza has no limit on methods: a POST is retried like a GET. So rules are
// split by method, and attempts are always written.
package gatewayapi
