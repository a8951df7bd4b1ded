package undo

import (
	"strings"
	"testing"
)

const policy = `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: a, namespace: shop}
spec:
  targetRefs:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a, sectionName: x}
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: b, sectionName: y}
  retry: {numRetries: 2}
`

func TestADigestTellsWhatSomebodyChangedAndNotWhatAGeneratorCallsIt(t *testing.T) {
	known := newDigests(everyForm(t))
	was := known.of(read(t, policy))
	for _, c := range []struct {
		about, from, to string
		same            bool
	}{
		{"a prefix of all names", "name: ", "name: blue-", true},
		{"names in another order", "name: a, s", "name: z, s", true},
		{"a namespace", "namespace: shop", "namespace: other", true},
		{"a label", "namespace: shop", "namespace: shop, labels: {a: b}", true},
		{"a default in writing", "{numRetries: 2}", "{numRetries: 2}\n  mergeType: null", true},
		{"another number", "numRetries: 2", "numRetries: 3", false},
		{"another target", "  retry", "  - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: c, sectionName: y}\n  retry", false},
		{"another section", "sectionName: x", "sectionName: z", false},
		{"another kind", "HTTPRoute, name: b", "GRPCRoute, name: b", false},
	} {
		changed := strings.ReplaceAll(policy, c.from, c.to)
		if changed == policy {
			t.Fatalf("%s: nothing is changed", c.about)
		}
		for _, d := range []digests{known, newDigests(everyForm(t))} {
			if got := d.of(read(t, changed)); (got == was) != c.same {
				t.Errorf("%s: %s and %s", c.about, was, got)
			}
		}
	}
}
