// Package behavior holds the one value that both ends of a translation are
// described in: what a policy asks for (an intent) and what a gateway's
// configuration makes it do (an effect). Losses are found by comparing two
// Behaviors, and by nothing else.
//
// A retry happens when a try ends in a cause for which the request's method is
// retried, as long as retries, time and budget are left.
//
// What a behavior is made of:
//
//	behavior.go         settings, behaviors and effects
//	cause.go            after what a request is tried again
//	method.go           for which methods
//	bodies.go           with which bodies
//	backend.go          at which backend
//	waits.go            waits, worst cases and load
//	why.go              why an effect is as it is
//	text.go             how people read it
//
// What is made of two of them:
//
//	compare.go          the differences of an effect from a wish
//	compare_numbers.go  those of timeouts, waits and limits
//	change.go           the fields in which two behaviors differ
package behavior
