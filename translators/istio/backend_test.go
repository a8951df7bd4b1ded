package istio_test

import (
	"testing"

	"retryctl.dev/schema/behavior"
)

func TestTheNextTryGoesElsewhereUnlessTheBalancerHashes(t *testing.T) {
	const hash = "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d, namespace: shop}\n" +
		"spec: {host: orders.shop.svc.cluster.local, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x-user}}}}\n"
	vs := func(retries, more string) string {
		return "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec:\n  hosts: [a.example]\n  gateways: [edge]\n" +
			"  http: [{name: a, " + retries + "route: [{destination: {host: orders, port: {number: 8080}}}" + more + "]}]\n"
	}
	for about, c := range map[string]struct {
		world string
		want  behavior.NextBackend
	}{
		"nothing":                        {vs("", ""), behavior.OtherBackend},
		"retries":                        {vs("retries: {attempts: 2}, ", ""), behavior.OtherBackend},
		"previous hosts are not ignored": {vs("retries: {attempts: 2, retryIgnorePreviousHosts: false}, ", ""), behavior.AnyBackend},
		"hashing":                        {vs("retries: {attempts: 2}, ", "") + hash, behavior.SameBackend},
		"hashing, and previous hosts are ignored": {vs("retries: {attempts: 2, retryIgnorePreviousHosts: true}, ", "") + hash, behavior.OtherBackend},
		"hashing for one of two":                  {vs("retries: {attempts: 2}, ", ", {destination: {host: stock, port: {number: 8080}}}") + hash, behavior.OtherBackend},
	} {
		list := effects(t, "VirtualService", "a", c.world)
		if len(list) != 1 || list[0].NextBackend != behavior.Is(c.want) || list[0].Origin["nextBackend"] == "" {
			t.Errorf("%s: %d effects, %v from %q", about, len(list), list[0].NextBackend, list[0].Origin["nextBackend"])
		}
	}
}
