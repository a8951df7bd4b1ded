// Package gateway is what every gateway package implements: two pure functions,
// Translate and Read, that know nothing of each other, and a profile of what is
// true of the gateway as data.
//
// What a gateway is, and is told:
//
//	gateway.go   sources, targets, readers and profiles
//	kind.go      the kinds that only a gateway has
//	fault.go     what some versions do and others do not
//	validate.go  what a profile lacks
//	settings.go  versions, and what the input does not say
//	order.go     gateways with an order of rules of their own
//
// What several of them need:
//
//	edit.go      edits of routes, and rules that are split by method
//	follow.go    objects that name a rule that is split
//	foreign.go   objects of others that say something of a rule
//	header.go    headers that a rule sets
//	answer.go    rules that the gateway answers itself
//	quantity.go  numbers of bytes as Kubernetes writes them
package gateway
