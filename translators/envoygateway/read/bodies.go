package read

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
)

// kept is what the listeners of a route keep of a request's body, and where it is set.
type kept struct {
	bodies behavior.Bodies
	origin string
	note   string
}

// buffers reads the ClientTrafficPolicies of a world: the buffer of a listener, and the
// window of its HTTP/2 streams (v1.9.1 internal/xds/translator/listener.go:49, 53).
type buffers struct{ attached controller.Policies }

func newBuffers(world *manifest.Set, version gateway.Version) buffers {
	return buffers{controller.NewPolicies(world, version, api.ClientKind)}
}

// on gives what the listeners keep through which requests come in. Where they differ it
// depends on the listener.
func (b buffers) on(listeners []resolve.Listener) kept {
	var all []kept
	for _, l := range listeners {
		one := b.of(l)
		if len(all) == 0 || one.bodies != all[0].bodies {
			all = append(all, one)
		}
	}
	switch len(all) {
	case 0:
		return b.of(resolve.Listener{})
	case 1:
		return all[0]
	}
	var parts []string
	for _, one := range all {
		parts = append(parts, one.origin)
	}
	return kept{behavior.UnclearBodies(), strings.Join(parts, " and "), "the listeners keep bodies of different sizes: " + strings.Join(parts, " and ")}
}

func (b buffers) of(l resolve.Listener) kept {
	policy := b.attached.At(l.Parent, "")
	if own := b.attached.At(l.Parent, l.Name); own != nil && l.Name != "" {
		policy = own
	}
	k := kept{envoy.Bodies(api.DefaultBuffer, api.DefaultWindow), "Envoy Gateway's default for listeners", ""}
	if policy == nil {
		return k
	}
	buffer, set := gateway.Quantity(policy.At("spec", "connection", "bufferLimit").Text())
	window, streams := gateway.Quantity(policy.At("spec", "http2", "initialStreamWindowSize").Text())
	if !set {
		buffer = api.DefaultBuffer
	}
	if !streams {
		window = api.DefaultWindow
	}
	k.bodies = envoy.Bodies(buffer, window)
	switch from := policy.ID().String(); {
	case set && streams:
		k.origin = from + " spec.connection.bufferLimit and spec.http2.initialStreamWindowSize"
	case set:
		k.origin = from + " spec.connection.bufferLimit"
	case streams:
		k.origin = from + " spec.http2.initialStreamWindowSize"
	}
	return k
}

// bodies fills in with which bodies the requests of a rule are tried again: as much as
// the listener keeps, unless a policy has Envoy wait for whole requests and refuse larger
// ones, which came with Envoy Gateway 1.5 (v1.9.1 internal/xds/translator/request_buffer.go).
func (r reading) bodies(e *behavior.Effect, spec manifest.Value, from string, k kept) {
	e.Bodies, e.Origin["maxRequestBodyBytes"] = k.bodies, k.origin
	if k.note != "" {
		e.Notes = append(e.Notes, k.note)
	}
	whole := spec.At("requestBuffer", "limit")
	if bytes, ok := gateway.Quantity(whole.Text()); ok && r.version.AtLeast(1, 5) {
		e.Bodies, e.Origin["maxRequestBodyBytes"] = envoy.Whole(bytes), from+" spec.requestBuffer.limit"
	} else if whole.Exists() && !ok {
		e.Bodies, e.Origin["maxRequestBodyBytes"] = behavior.UnclearBodies(), from+" spec.requestBuffer.limit"
		e.Notes = append(e.Notes, fmt.Sprintf("%s has a requestBuffer whose limit %q is no size", from, whole.Text()))
	}
}
