// Package read tells what Istio's proxies do by VirtualServices, stanzas of HTTPRoutes and
// DestinationRules.
//
// What each file reads:
//
//	read.go            which part of Istio serves the requests of an intent
//	virtualservice.go  http routes of VirtualServices, on each gateway
//	stanza.go          stanzas of HTTPRoutes on Kubernetes Gateways
//	sender.go          rules that send to a Service of the mesh
//	destination.go     DestinationRules: budgets and limits
//	headers.go         request headers that the router takes for a policy
//	uncertain.go       what depends on the age of objects or on regular expressions
//	program.go         parts of a world that may change retries and are not read
package read
