// Package write puts policies into VirtualServices, stanzas and DestinationRules.
//
// From the plan to the objects:
//
//	translate.go         which objects an intent goes to
//	virtualservice.go    edits of VirtualServices that exist
//	draft.go             which VirtualServices are to be new, with which routes and hosts
//	sibling.go           whether they can be written, and what else gets requests then
//	convert.go           the http routes of a new one, made of the rules of routes
//	destination_rule.go  what holds for a host: budget and limits
//
// What is around a rule:
//
//	nearby.go            routes whose matches may meet
//	listener.go          routes behind each listener of a classic Gateway
//	neighbour.go         rules beside one that is split
//	order.go             the order of http routes
//	follow.go            what names an http route that is split
//
// What an http route says:
//
//	retries.go           retries and timeouts
//	retry_on.go          causes in the words of retryOn
//	action.go            filters and destinations
//	rewrite.go           rewrites of prefixes
package write
