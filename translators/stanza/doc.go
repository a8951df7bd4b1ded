// Package stanza is the retry stanza and the timeouts of HTTPRoute rules, and
// what the implementations of the Gateway API make of them. Several targets write
// or read it: the Gateway API itself, and Istio where a Kubernetes Gateway is the
// parent.
package stanza
