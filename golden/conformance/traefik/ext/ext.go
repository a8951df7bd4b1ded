// Package ext stands in for the empty package of the same path that Traefik's
// module replaces by a folder of its own, which its zip does not hold.
package ext

// HTTP extends Traefik's HTTP configuration with nothing.
type HTTP struct{}

// Router extends a router with nothing.
type Router struct{}
