package gateway

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
)

// A Version is the major and minor version of a gateway.
type Version struct{ Major, Minor int }

// ParseVersion reads "1.9", "v1.9" or "1.9.1".
func ParseVersion(s string) (Version, error) {
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return Version{}, fmt.Errorf("parse version %q: a major and a minor number are wanted, such as 1.9", s)
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return Version{}, fmt.Errorf("parse version %q: a major and a minor number are wanted, such as 1.9", s)
		}
		numbers[i] = n
	}
	return Version{numbers[0], numbers[1]}, nil
}

// AtLeast reports whether the version is the given one or a newer one.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// Before reports whether the version is older than another.
func (v Version) Before(other Version) bool { return !v.AtLeast(other.Major, other.Minor) }

// String gives "1.9".
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Settings are what the input's objects do not say about a target.
type Settings struct {
	// Version is the gateway's.
	Version Version
	// ClusterDomain is the domain of Service names, "cluster.local".
	ClusterDomain string
	// Split says which rules are split by method: SplitNever, SplitKnown or
	// SplitAlways.
	Split      string
	Istio      Istio
	GatewayAPI GatewayAPI
	Traefik    Traefik
	Kong       Kong
}

// Which rules are split by method where a policy is limited to some methods.
const (
	// SplitNever is none.
	SplitNever = "never"
	// SplitKnown is those without a name, since nothing can refer to them by name,
	// and those with one where the input shows what refers to rules by their names.
	SplitKnown = "known"
	// SplitAlways is all: the user knows what refers to them.
	SplitAlways = "always"
)

// Istio is what is said about an Istio target.
type Istio struct {
	// API is what retries are written in: "virtualservice", "gateway-api", or
	// "auto" (what the parent's GatewayClass shows).
	API string
	// Gateways maps "namespace/name" of a Gateway API Gateway to that of the
	// classic Istio Gateway that takes its place.
	Gateways map[string]string
}

// GatewayAPI is what is said about a Gateway API target.
type GatewayAPI struct {
	// Channel is "standard" or "experimental"; empty is the one that has retries.
	Channel string
	// Implementation is "envoy-gateway", "istio", "kgateway", "cilium",
	// "agentgateway" or "none" (nothing is known).
	Implementation string
	// Version is the Gateway API's where the stanza is what is written, and a gateway
	// reads what it makes of it. Zero is that which a gateway brings along, and then its
	// own policies are what is written.
	Version Version
}

// Traefik is what is said about a Traefik target.
type Traefik struct {
	// SafeNaming is the provider's setting of that name (Traefik 3.7.11).
	SafeNaming bool
}

// Kong is what is said about a Kong target.
type Kong struct {
	// UntrustedLua is Kong's setting untrusted_lua: "Strict", "Lax", "Sandbox",
	// "Open" (on) or "Disabled" (off). Empty is the default of the version, but
	// lax where that is strict: then it is an assumption, and a finding.
	UntrustedLua string
	// Router is Kong's setting router_flavor: "Expressions", or "TraditionalCompatible",
	// which is Kong's default and meant where it is empty.
	Router string
}

// Defaults gives the settings of a target of which nothing is said.
func Defaults(p Profile) Settings {
	return Settings{
		Version: p.Newest, ClusterDomain: "cluster.local", Split: SplitKnown,
		Istio:      Istio{API: "auto"},
		GatewayAPI: GatewayAPI{Implementation: "none"},
	}
}

// Apply puts what a Config says in place of the defaults.
func (s *Settings) Apply(c schema.ConfigSpec) {
	put := func(into *string, value string) {
		if value != "" {
			*into = value
		}
	}
	put(&s.ClusterDomain, c.ClusterDomain)
	put(&s.Split, c.Split)
	if c.Istio != nil {
		put(&s.Istio.API, c.Istio.API)
		for _, g := range c.Istio.Gateways {
			if s.Istio.Gateways == nil {
				s.Istio.Gateways = map[string]string{}
			}
			s.Istio.Gateways[g.Parent] = g.Gateway
		}
	}
	if c.GatewayAPI != nil {
		put(&s.GatewayAPI.Channel, c.GatewayAPI.Channel)
		put(&s.GatewayAPI.Implementation, c.GatewayAPI.Implementation)
	}
	if c.Traefik != nil {
		s.Traefik.SafeNaming = c.Traefik.SafeNaming
	}
	if c.Kong != nil {
		put(&s.Kong.UntrustedLua, c.Kong.UntrustedLua)
		put(&s.Kong.Router, c.Kong.Router)
	}
}

// Duration writes a duration as configuration has it: whole numbers with units,
// "1s500ms", which every gateway reads.
func Duration(d time.Duration) string { return schema.Duration(d).String() }
