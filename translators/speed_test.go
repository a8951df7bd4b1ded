package translators_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	sigs "sigs.k8s.io/yaml"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// The kinds of fleets: what the routes of all policies have in common.
const (
	apart      = "apart"       // nothing
	oneHost    = "one host"    // their hostname
	oneService = "one Service" // the Service behind them
	oneGateway = "one Gateway" // the policy, which is for the Gateway above them
)

// fleet is n policies with a route and a Service for each, as a shop of that size
// has them: two rules, a limit on methods, every field in use somewhere.
func fleet(n int, kind string) []byte {
	var b bytes.Buffer
	b.WriteString(`apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: other, listeners: [{name: http, port: 80, protocol: HTTP}]}
`)
	for k := range n {
		app := fmt.Sprintf("app%d", k)
		host, service, path, target := app+".example", app, "", "HTTPRoute\n    name: "+app
		switch kind {
		case oneHost:
			host, path = "shop.example", "/"+app
		case oneService:
			service = "app0"
		case oneGateway:
			target = "Gateway\n    name: edge"
		}
		fmt.Fprintf(&b, `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: %[1]s
  namespace: shop
spec:
  parentRefs:
  - name: edge
  hostnames:
  - %[2]s
  rules:
  - name: reads
    matches:
    - path:
        type: PathPrefix
        value: %[3]s/api/v1
    backendRefs:
    - name: %[4]s
      port: 8080
  - name: rest
    matches:
    - path:
        type: PathPrefix
        value: %[3]s/
    backendRefs:
    - name: %[4]s
      port: 8080
`, app, host, path, service)
		if service == app {
			fmt.Fprintf(&b, `---
apiVersion: v1
kind: Service
metadata:
  name: %[1]s
  namespace: shop
spec:
  ports:
  - name: http
    port: 8080
`, app)
		}
		if kind != oneGateway || k == 0 {
			fmt.Fprintf(&b, `---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata:
  name: %[1]s
  namespace: shop
spec:
  targetRefs:
  - group: gateway.networking.k8s.io
    kind: %[2]s
  maxRetries: %[3]d
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
`, app, target, 1+k%4)
		}
	}
	return b.Bytes()
}

// translate is everything between bytes in and bytes out, for every gateway.
func translate(t testing.TB, text []byte, w io.Writer) {
	in := decode(t, "fleet.yaml", text)
	plan := in.plan()
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
// bytes; the time for one policy is the same in each if growth is linear. What it
// costs in units of BenchmarkYAMLRoundTrip, measured beside it, is times-YAML.
func BenchmarkTranslate(b *testing.B) {
	for _, n := range []int{1250, 2500, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			text := fleet(n, apart)
			start := time.Now()
			roundTrip(b, text, io.Discard)
			unit := time.Since(start)
			measure(b, text, n, translate)
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(unit), "times-YAML")
		})
	}
	for _, kind := range []string{oneHost, oneService, oneGateway} {
		b.Run(kind, func(b *testing.B) { measure(b, fleet(2500, kind), 2500, translate) })
	}
}

// BenchmarkYAMLRoundTrip is the floor: the same bytes, read and written once.
func BenchmarkYAMLRoundTrip(b *testing.B) { measure(b, fleet(5000, apart), 5000, roundTrip) }

func measure(b *testing.B, text []byte, n int, work func(testing.TB, []byte, io.Writer)) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	stop := watchHeap()
	for b.Loop() {
		work(b, text, io.Discard)
	}
	b.ReportMetric(float64(stop())/(1<<20), "MiB-peak")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/policy")
}

// watchHeap looks at the heap until it is stopped, which gives the most that was on
// it at once, with what was not collected yet.
func watchHeap() (stop func() uint64) {
	runtime.GC()
	quit, peak := make(chan bool), make(chan uint64)
	go func() {
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		var most uint64
		for {
			metrics.Read(heap)
			most = max(most, heap[0].Value.Uint64())
			select {
			case <-quit:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		quit <- true
		return <-peak
	}
}

// TestAPolicyCostsTheSameInALargerFleet counts the bytes that are allocated, which
// no other work on the machine changes.
func TestAPolicyCostsTheSameInALargerFleet(t *testing.T) {
	for _, kind := range []string{apart, oneHost, oneService, oneGateway} {
		cost := func(n int) float64 {
			text := fleet(n, kind)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			translate(t, text, io.Discard)
			runtime.ReadMemStats(&after)
			return float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
		}
		small, large := cost(100), cost(400)
		if large > 1.25*small {
			t.Errorf("%s: a policy of 400 takes %.0f KiB, one of 100 %.0f KiB", kind, large/1024, small/1024)
		}
	}
}
