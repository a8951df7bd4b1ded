// Package behavior holds the one value that both ends of a translation are
// described in: what a policy asks for (an intent) and what a gateway's
// configuration makes it do (an effect). Losses are found by comparing two
// Behaviors, and by nothing else.
//
// A retry happens when a try ends in a cause for which the request's method is
// retried, as long as retries, time and budget are left.
package behavior
