package translators_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// TestWhatARouteSaysAgainCostsNoMoreThanItsText repeats hostnames, parents and matches,
// which API servers refuse or bound and files do not.
func TestWhatARouteSaysAgainCostsNoMoreThanItsText(t *testing.T) {
	world := func(hosts, parents, matches int) []byte {
		repeated := func(text string, n int) string {
			return "[" + strings.TrimSuffix(strings.Repeat(text+", ", n), ", ") + "]"
		}
		return fmt.Appendf(nil, `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: orders, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: orders, sectionName: items}]
  maxRetries: 0
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  hostnames: %s
  parentRefs: %s
  rules:
  - name: write
    matches: %s
    backendRefs: [{name: w, port: 80}]
  - name: items
    matches: %s
    backendRefs: [{name: i, port: 80}]
`, repeated("x", hosts), repeated("{name: edge}", parents), repeated("{method: POST, path: {value: /a}}", matches), repeated("{path: {value: /a/b}}", matches))
	}
	cost := func(text []byte) float64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		translate(t, text, io.Discard)
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	for about, of := range map[string]func(n int) []byte{
		"hostnames": func(n int) []byte { return world(n, 1, 1) },
		"parents":   func(n int) []byte { return world(1, n, 1) },
		"matches":   func(n int) []byte { return world(1, 1, n) },
	} {
		if small, large := cost(of(50)), cost(of(400)); large > 9*small {
			t.Errorf("%s: 400 take %.0f KiB, 50 take %.0f KiB", about, large/1024, small/1024)
		}
	}
}
