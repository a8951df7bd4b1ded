// Package controller is what istiod makes of the objects around routes, for those who
// read configuration and those who write it: for which gateways and hosts a route or a
// VirtualService gets requests, in which order Envoy tries their matches, and which
// DestinationRule holds for a host.
//
// Where requests come in, and what is there:
//
//	view.go         the routes at each virtual host, and what each of them gets
//	parent.go       how the requests of a route reach Istio
//	attach.go       the VirtualServices and DestinationRules of each host, merged as Istio does
//	others.go       which of several comes first, and which may meet
//	export.go       which proxies see an object
//	host.go         hosts of Services, and of the whole mesh
//
// What a match takes:
//
//	match.go        the matches of a VirtualService
//	wanted.go       those of a route, as a VirtualService would have them
//	reach.go        which methods reach a rule, in the order of Istio
//
// What an http route does:
//
//	http.go         whether it sends requests on
//	destination.go  where to
//	key.go          the header that it sets before the first try
//	timeout.go      timeouts
package controller
