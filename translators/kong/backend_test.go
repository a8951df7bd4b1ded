package kong_test

import (
	"testing"

	"retryctl.dev/schema/behavior"
)

func TestTheAlgorithmDecidesWhereTheNextTryGoes(t *testing.T) {
	unknown := behavior.Unclear[behavior.NextBackend]()
	for algorithm, want := range map[string]behavior.Setting[behavior.NextBackend]{
		"": behavior.Is(behavior.AnyBackend), "round-robin": behavior.Is(behavior.AnyBackend), "least-connections": behavior.Is(behavior.OtherBackend),
		"latency": behavior.Is(behavior.OtherBackend), "consistent-hashing": behavior.Is(behavior.SameBackend), "sticky-sessions": unknown,
	} {
		policy := "---\napiVersion: configuration.konghq.com/v1beta1\nkind: KongUpstreamPolicy\nmetadata: {name: own, namespace: shop}\nspec: {algorithm: " + algorithm + "}\n"
		e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", "konghq.com/upstream-policy: own"), policy)
		if e.NextBackend != want || e.Origin["nextBackend"] == "" {
			t.Errorf("%q: %v, from %q", algorithm, e.NextBackend, e.Origin["nextBackend"])
		}
	}
	if e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api", "konghq.com/upstream-policy: own")); e.NextBackend != unknown {
		t.Errorf("a policy that is not given: %v", e.NextBackend)
	}
	if e := read(t, "3.10", httpRoute("", rule("reads", "", "api")), service("api")); e.NextBackend != behavior.Is(behavior.AnyBackend) {
		t.Errorf("no policy: %v", e.NextBackend)
	}
}
