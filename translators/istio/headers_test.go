package istio_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

// one gives the behaviors of the one rule of a world that a policy is for.
func one(t *testing.T, text string) string {
	t.Helper()
	policies, world := read(t, text)
	plan, _ := resolve.Resolve(policies, world)
	var list []string
	for _, e := range gateway.Read(istio.Gateway{}, plan.Intents, world, gateway.Defaults(istio.Gateway{}.Profile()))[0] {
		all := "safe"
		c503, _ := behavior.Code(503)
		if e.Causes[c503]&behavior.POST != 0 {
			all = "503"
		}
		if e.Unclear[c503]&behavior.POST != 0 {
			all = "perhaps 503"
		}
		list = append(list, fmt.Sprintf("%s %d", all, e.MaxRetries.Value))
	}
	return strings.Join(list, ", ")
}

func TestHeadersOfAVirtualServiceAreARetryPolicy(t *testing.T) {
	const set = "headers: {request: {set: {X-Envoy-Retry-On: 5xx, x-envoy-max-retries: '9'}}}"
	for _, c := range []struct{ http, want string }{
		{"route: [{destination: {host: a}}]", "safe 2"},
		{"route: [{destination: {host: a}}], " + set, "503 9"},
		{"route: [{destination: {host: a}}], retries: {attempts: 0}, " + set, "503 9"},
		{"route: [{destination: {host: a}}], retries: {attempts: 0}, headers: {request: {add: {x-envoy-retry-on: 5xx}}}", "503 1"},
		{"route: [{destination: {host: a}}], retries: {attempts: 0}, headers: {request: {set: {x-envoy-max-retries: '7'}}}", "safe 0"},
		{"route: [{destination: {host: a}}], headers: {request: {set: {x-envoy-retry-on: '%REQ(x)%'}}}", "perhaps 503 2"},
		{"route: [{destination: {host: a}}], headers: {request: {set: {x-envoy-retriable-status-codes: '503'}}}", "503 2"},
		{"route: [{destination: {host: a}, " + set + "}]", "503 9"},
		{"route: [{destination: {host: a}, " + set + "}], headers: {request: {remove: [x-envoy-retry-on]}}", "503 9"},
		{"route: [{destination: {host: a}, headers: {request: {set: {x-envoy-max-retries: '3'}}}}], headers: {request: {set: {x-envoy-max-retries: '9'}}}", "safe 3"},
		{"route: [{destination: {host: a}, headers: {request: {set: {x-envoy-max-retries: '3'}}}}], headers: {request: {add: {x-envoy-max-retries: '9'}}}", "safe 2"},
		{"route: [{destination: {host: a}, weight: 1, " + set + "}, {destination: {host: b}, weight: 1}], headers: {request: {remove: [x-envoy-retry-on]}}", "safe 9, safe 2"},
		{"route: [{destination: {host: a}, weight: 1, " + set + "}, {destination: {host: b}, weight: 1}]", "503 9, safe 2"},
		{"route: [{destination: {host: a}, weight: 0, " + set + "}, {destination: {host: b}, weight: 1}]", "safe 2"},
	} {
		text := "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: shop}\nspec: {hosts: [a.example], gateways: [edge], http: [{" + c.http + "}]}\n---\n" +
			"apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: p, namespace: shop}\nspec: {targetRefs: [{group: networking.istio.io, kind: VirtualService, name: v}], maxRetries: 0}\n"
		if got := one(t, text); got != c.want {
			t.Errorf("%s: %s, and %s is expected", c.http, got, c.want)
		}
	}
}

func TestFiltersOfARouteOnIstiosOwnGatewayAreARetryPolicy(t *testing.T) {
	const set = "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-envoy-retry-on, value: 5xx}]}}]"
	for _, c := range []struct{ rule, want string }{
		{"backendRefs: [{name: a, port: 80}]", "safe 2"},
		{"backendRefs: [{name: a, port: 80}], " + set, "503 2"},
		{"backendRefs: [{name: a, port: 80}], retry: {attempts: 5, codes: [500]}, " + set, "503 5"},
		{"backendRefs: [{name: a, port: 80, " + set + "}, {name: b, port: 80}]", "503 2, safe 2"},
	} {
		text := "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}\n---\n" +
			"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec: {parentRefs: [{name: edge}], rules: [{" + c.rule + "}]}\n---\n" +
			"apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: p, namespace: shop}\nspec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}], maxRetries: 0}\n"
		if got := one(t, text); got != c.want {
			t.Errorf("%s: %s, and %s is expected", c.rule, got, c.want)
		}
	}
}
