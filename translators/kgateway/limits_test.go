package kgateway_test

import (
	"testing"

	"retryctl.dev/schema/behavior"
)

// config gives a BackendConfigPolicy on a Service.
func config(service, spec string) string {
	return "---\napiVersion: gateway.kgateway.dev/v1alpha1\nkind: BackendConfigPolicy\nmetadata: {namespace: shop, name: for-" + service + "}\n" +
		"spec: {targetRefs: [{group: '', kind: Service, name: " + service + "}], " + spec + "}\n"
}

func TestThreeRetriesAreUnderWayAtOnceUnlessABackendConfigPolicySaysMore(t *testing.T) {
	for _, c := range []struct {
		about, policies string
		want            behavior.Setting[int64]
		unwritten       bool
	}{
		{"none", "", behavior.Is(int64(3)), true},
		{"one with retries", config("a", "circuitBreakers: {maxRetries: 50}"), behavior.Is(int64(50)), false},
		{"one with other limits", config("a", "circuitBreakers: {maxConnections: 50}"), behavior.Is(int64(3)), true},
		{"one without limits", config("a", "connectTimeout: 1s"), behavior.Is(int64(3)), true},
		{"one of another Service", config("b", "circuitBreakers: {maxRetries: 50}"), behavior.Is(int64(3)), true},
	} {
		e := effect(t, "kgateway", "retry: {attempts: 2, codes: [503]},", c.policies)
		if e.Breaker.MaxParallelRetries != c.want || e.Breaker.Unwritten != c.unwritten || e.Origin["circuitBreaker"] == "" {
			t.Errorf("%s: %v retries at once, unwritten %v, from %q", c.about, e.Breaker.MaxParallelRetries, e.Breaker.Unwritten, e.Origin["circuitBreaker"])
		}
	}
}
