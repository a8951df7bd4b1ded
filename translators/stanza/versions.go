package stanza

import (
	"strings"

	"retryctl.dev/translators/gateway"
)

// What faults of versions are about.
const (
	AnyStanza             = "a retry stanza"
	TimeoutWithoutBackoff = "a retry stanza without backoff, beside timeouts.backendRequest"
)

// Faults are what some versions of implementations do with stanzas, and others do not.
// Cilium reads stanzas from 1.17 on.
var Faults = []gateway.Fault{
	{Of: AnyStanza, By: "cilium", Option: Implementer, First: of(1, 17, 0), Fixed: of(1, 20, 0),
		Does: "retries nothing, whatever a stanza says: Envoy gets no retry_on", Source: "cilium/cilium#46432 (operator/pkg/model/translation/envoy_virtual_host.go of 1.18.11 and 1.19.7 sets none)"},
	WithoutBackoff("envoy-gateway"),
}

// WithoutBackoff is what Envoy Gateway did until 1.8.2, as an implementation, or as a
// gateway of its own where by is empty.
func WithoutBackoff(by string) gateway.Fault {
	f := gateway.Fault{Of: TimeoutWithoutBackoff, By: by, First: of(1, 3, 0), Fixed: of(1, 8, 2),
		Does: "loses the timeout of a try where a stanza has no backoff", Source: "envoyproxy/gateway#9238"}
	if by != "" {
		f.Option = Implementer
	}
	return f
}

func of(major, minor, patch int) gateway.Version {
	return gateway.Version{Major: major, Minor: minor}.WithPatch(patch)
}

// Meant gives the implementation that the settings name, in its version if they name one.
func Meant(s gateway.Settings) (row Implementation, version gateway.Version, known bool) {
	name, text, versioned := strings.Cut(s.Word(Implementer), "@")
	row = Of(name)
	if version, err := gateway.ParseVersion(text); versioned && err == nil {
		return row.In(version), version, true
	}
	return row, gateway.Version{}, false
}
