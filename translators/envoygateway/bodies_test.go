package envoygateway_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/envoy"
)

// client is a ClientTrafficPolicy on the Gateway, or on one of its listeners.
func client(name, section, spec string) string {
	if section != "" {
		section = ", sectionName: " + section
	}
	return "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: ClientTrafficPolicy\nmetadata: {name: " + name + ", namespace: shop}\nspec:\n" +
		"  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge" + section + "}]\n  " + spec + "\n"
}

func TestAListenerKeepsAsMuchOfABodyAsItsBufferHolds(t *testing.T) {
	retry := policy("p", "HTTPRoute", "api", "  retry: {numRetries: 2}")
	whole := policy("p", "HTTPRoute", "api", "  retry: {numRetries: 2}\n  requestBuffer: {limit: 1Mi}")
	for _, c := range []struct {
		about, objects string
		want           behavior.Bodies
		origin         string
	}{
		{"nothing", retry, envoy.Bodies(32768, 65536), "default"},
		{"a buffer", retry + client("c", "", "connection: {bufferLimit: 1Mi}"), envoy.Bodies(1<<20, 65536), "c spec.connection.bufferLimit"},
		{"a window", retry + client("c", "", "http2: {initialStreamWindowSize: 128Ki}"), envoy.Bodies(32768, 131072), "c spec.http2.initialStreamWindowSize"},
		{"both", retry + client("c", "", "connection: {bufferLimit: 100000}\n  http2: {initialStreamWindowSize: 100000}"), behavior.Buffered(100000), "c spec.connection.bufferLimit and"},
		{"a buffer of the backend's connections", retry + policy("q", "Gateway", "edge", "  connection: {bufferLimit: 1Mi}"), envoy.Bodies(32768, 65536), "default"},
		{"one listener alone", retry + client("c", "inner", "connection: {bufferLimit: 1Mi}"), behavior.UnclearBodies(), "and"},
		{"each listener", retry + client("c", "inner", "connection: {bufferLimit: 1Mi}") + client("d", "http", "connection: {bufferLimit: 1Mi}"), envoy.Bodies(1<<20, 65536), "bufferLimit"},
		{"a listener's takes the place of the Gateway's", retry + client("c", "", "connection: {bufferLimit: 1Mi}") + client("d", "inner", "timeout: {}") + client("e", "http", "timeout: {}"), envoy.Bodies(32768, 65536), "default"},
		{"a filter that waits for whole requests", whole, envoy.Whole(1 << 20), "p spec.requestBuffer.limit"},
		{"such a filter, beside a buffer", whole + client("c", "", "connection: {bufferLimit: 2Mi}"), envoy.Whole(1 << 20), "p spec.requestBuffer.limit"},
	} {
		effects := read(t, edge+api+c.objects)
		if len(effects) != 1 || effects[0].Bodies != c.want || !strings.Contains(effects[0].Origin["maxRequestBodyBytes"], c.origin) {
			t.Errorf("%s: %d effects, %s, from %q", c.about, len(effects), effects[0].Bodies.Text(), effects[0].Origin["maxRequestBodyBytes"])
		}
	}
}
