package dataplane

import (
	"fmt"
	"math/rand/v2"
	"net"

	"retryctl.dev/golden/conformance/backend"
)

// A DataPlane is a running gateway with several sites: one for each
// configuration, and for each a copy for every kind of backend.
type DataPlane interface {
	// Address gives where requests for a site with a kind of backend go, as
	// "host:port".
	Address(site string, kind Upstream) string
	// Tries gives how often the gateway says that it tried a backend for a
	// request, for tries that no backend sees; 0 while it has not said it yet.
	Tries(id string) int
	// Stop ends the gateway.
	Stop()
}

// An Upstream is a kind of backend.
type Upstream string

// The kinds of backends.
const (
	Scripted  Upstream = "scripted"  // plays the request's script over HTTP/1.1
	Framed    Upstream = "framed"    // the same over HTTP/2
	Refused   Upstream = "refused"   // refuses connections
	Silent    Upstream = "silent"    // never completes a connection
	Resetting Upstream = "resetting" // resets connections before it has read anything
)

// Upstreams gives every kind.
func Upstreams() []Upstream { return []Upstream{Scripted, Framed, Refused, Silent, Resetting} }

// silentTimeout is the time that gateways are given to connect to a silent
// backend; their own, 10 seconds and more, would only make the tests longer.
const silentTimeout = "0.3s"

// SiteHeader tells Traefik, which has one port, the site: "site.upstream".
const SiteHeader = "X-Retryctl-Site"

func address(b *backend.Backend, kind Upstream) string {
	switch kind {
	case Framed:
		return b.HTTP2
	case Refused:
		return b.Refused
	case Silent:
		return b.Silent
	case Resetting:
		return b.Resetting
	}
	return b.HTTP1
}

// loopback gives an address of the loopback network that nobody else is likely to
// use, for servers that cannot tell which free port they took.
func loopback() string {
	return fmt.Sprintf("127.%d.%d.%d", 16+rand.IntN(200), 1+rand.IntN(250), 1+rand.IntN(250))
}

// freePorts gives count ports that are free on a host.
func freePorts(host string, count int) ([]int, error) {
	var ports []int
	for range count {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			return nil, fmt.Errorf("find a free port of %s: %w", host, err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
