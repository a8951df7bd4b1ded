package translators_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	sigs "sigs.k8s.io/yaml"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// fleet is n policies with a route and a Service for each, as a shop of that size
// has them: two rules, a limit on methods, every field in use somewhere.
func fleet(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: other, listeners: [{name: http, port: 80, protocol: HTTP}]}
`)
	for k := range n {
		fmt.Fprintf(&b, `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: app%[1]d
  namespace: shop
spec:
  parentRefs:
  - name: edge
  hostnames:
  - app%[1]d.example
  rules:
  - name: reads
    matches:
    - path:
        type: PathPrefix
        value: /api/v1
    backendRefs:
    - name: app%[1]d
      port: 8080
  - name: rest
    matches:
    - path:
        type: PathPrefix
        value: /
    backendRefs:
    - name: app%[1]d
      port: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: app%[1]d
  namespace: shop
spec:
  ports:
  - name: http
    port: 8080
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata:
  name: app%[1]d
  namespace: shop
spec:
  targetRefs:
  - group: gateway.networking.k8s.io
    kind: HTTPRoute
    name: app%[1]d
  maxRetries: %[2]d
  retryOn:
    statusCodes:
    - 502
    - 503
    conditions:
    - ConnectFailure
    - RefusedStream
  attemptTimeout: 2s
  totalTimeout: 20s
  backoff:
    baseInterval: 100ms
    maxInterval: 1s
`, k, 1+k%4)
	}
	return b.Bytes()
}

// translate is everything between bytes in and bytes out, for every gateway.
func translate(t testing.TB, text []byte, w io.Writer) {
	objects, err := manifest.Read(bytes.NewReader(text), "fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	world := manifest.NewSet(objects)
	var policies []*schema.RetryPolicy
	for _, o := range world.Kind(schema.Group, schema.Kind) {
		p, found := schema.Decode(o)
		if found = append(found, schema.Validate(p)...); found.Count(finding.Error) > 0 {
			t.Fatal(found)
		}
		policies = append(policies, p)
	}
	plan, _ := resolve.Resolve(policies, world)
	for _, g := range translators.All() {
		r := translators.Run(g, plan, gateway.Defaults(g.Profile()), false)
		if err := manifest.WriteYAML(w, r.Objects); err != nil {
			t.Fatal(err)
		}
	}
}

// roundTrip decodes and encodes documents once with the reader that Kubernetes'
// tools use.
func roundTrip(t testing.TB, text []byte, w io.Writer) {
	for _, document := range strings.Split(string(text), "\n---\n") {
		var tree map[string]any
		if err := sigs.Unmarshal([]byte(document), &tree); err != nil {
			t.Fatal(err)
		}
		out, err := sigs.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(out); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkTranslate translates fleets of policies to every gateway, bytes to
// bytes; the time for one policy is the same in each if growth is linear. Compare
// with BenchmarkYAMLRoundTrip.
func BenchmarkTranslate(b *testing.B) {
	for _, n := range []int{1250, 2500, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { measure(b, n, translate) })
	}
}

// BenchmarkYAMLRoundTrip is the floor: the same bytes, read and written once.
func BenchmarkYAMLRoundTrip(b *testing.B) { measure(b, 5000, roundTrip) }

func measure(b *testing.B, n int, work func(testing.TB, []byte, io.Writer)) {
	text := fleet(n)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		work(b, text, io.Discard)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/policy")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
}
