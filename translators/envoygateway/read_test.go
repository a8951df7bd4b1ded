package envoygateway_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
)

const (
	edge = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners: [{name: http, port: 80, protocol: HTTP}, {name: inner, port: 8080, protocol: HTTP}]
---
`
	api = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules:
  - {name: get, matches: [{path: {value: /a}, method: GET}], backendRefs: [{name: api, port: 80}]}
  - {name: all, matches: [{path: {value: /a}, headers: [{name: x, value: "1"}]}], backendRefs: [{name: api, port: 80}]}
`
)

// policy is a BackendTrafficPolicy on a target of the kind.
func policy(name, kind, target, spec string) string {
	return "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: " + name + ", namespace: shop}\nspec:\n" +
		"  targetRefs: [{group: gateway.networking.k8s.io, kind: " + kind + ", name: " + target + "}]\n" + spec + "\n"
}

// read gives the effects on the rule named all.
func read(t *testing.T, text string) []behavior.Effect {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test")
	if err != nil {
		t.Fatal(err)
	}
	world := manifest.NewSet(objects)
	p := &schema.RetryPolicy{}
	p.Metadata.Name, p.Metadata.Namespace = "p", "shop"
	p.Spec.TargetRefs = []schema.TargetRef{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Name: "api", SectionName: "all"}}
	plan, findings := resolve.Resolve([]*schema.RetryPolicy{p}, world)
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	g := envoygateway.Gateway{}
	return gateway.Read(g, plan.Intents, world, gateway.Defaults(g.Profile()))[0]
}

func TestEachListenersPolicyHoldsForItsRequestsAndTheFirstOnesLimitsForAll(t *testing.T) {
	effects := read(t, edge+api+policy("p", "Gateway", "edge, sectionName: inner", "  retry: {numRetries: 4}\n  circuitBreaker: {maxConnections: 7}"))
	if len(effects) != 2 || effects[0].MaxRetries != behavior.Is(0) || effects[1].MaxRetries != behavior.Is(4) {
		t.Fatalf("%+v", effects)
	}
	for _, e := range effects {
		if e.Breaker.MaxConnections != behavior.Is[int64](1024) {
			t.Errorf("connections are bound to %v: the first listener has no policy", e.Breaker.MaxConnections)
		}
	}
}

func TestOnePolicyForAllListenersIsOneEffect(t *testing.T) {
	effects := read(t, edge+api+policy("p", "Gateway", "edge", "  retry: {numRetries: 4}"))
	if len(effects) != 1 || effects[0].MaxRetries != behavior.Is(4) || len(effects[0].Notes) != 0 {
		t.Errorf("%+v", effects)
	}
}

func TestAnEmptyListIsLostInMergingAndHoldsWithoutIt(t *testing.T) {
	wide := policy("wide", "Gateway", "edge", "  retry: {retryOn: {httpStatusCodes: [500]}}")
	const own = "  retry: {numRetries: 1, retryOn: {httpStatusCodes: []}}"
	c500, _ := behavior.Code(500)
	c503, _ := behavior.Code(503)
	e := read(t, edge+api+wide+policy("own", "HTTPRoute", "api", own+"\n  mergeType: StrategicMerge"))[0]
	if e.Causes[c500] != behavior.AllMethods {
		t.Error("500 of the wider policy is not retried")
	}
	e = read(t, edge+api+wide+policy("own", "HTTPRoute", "api", own))[0]
	if e.Causes[c500]|e.Causes[c503] != 0 {
		t.Error("codes are retried, and the list is empty")
	}
}

func TestATrysTimeoutHoldsWithoutRetries(t *testing.T) {
	e := read(t, edge+api+policy("own", "HTTPRoute", "api", "  retry: {numRetries: 0, perRetry: {timeout: 2s}}"))[0]
	if e.MaxRetries != behavior.Is(0) || e.AttemptTimeout != behavior.Is(2*time.Second) {
		t.Errorf("%+v", e)
	}
}

func TestAMethodElsewhereDoesNotTakeRequestsWithMoreHeaders(t *testing.T) {
	if e := read(t, edge+api)[0]; e.Methods != behavior.AllMethods {
		t.Errorf("reached by %s: Envoy Gateway counts a method as one header", e.Methods)
	}
}

func TestEnvoysOwnLimitsHoldWithoutABreaker(t *testing.T) {
	most := behavior.Is[int64](1024)
	if b := read(t, edge+api)[0].Breaker; b != (behavior.Breaker{MaxConnections: most, MaxPendingRequests: most, MaxParallelRequests: most, MaxParallelRetries: most}) {
		t.Errorf("%+v", b)
	}
}

func TestARuleThatEnvoyAnswersItselfMakesNoTry(t *testing.T) {
	const retries = "  retry: {numRetries: 3}"
	const filter = "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: HTTPRouteFilter\nmetadata: {name: own, namespace: shop}\nspec: {directResponse: {statusCode: 404}}\n"
	backend := "backendRefs: [{name: api, port: 80}]"
	for _, c := range []struct {
		about, rule, more string
		status            int
	}{
		{"it sends requests on", backend, "", 0},
		{"a filter of another gateway", "filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: x}}], " + backend, "", 500},
		{"behind a redirect as well", "filters: [{type: RequestRedirect, requestRedirect: {statusCode: 301}}, {type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: x}}]", "", 500},
		{"a filter of Envoy Gateway that is not given", "filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: own}}], " + backend, "", 0},
		{"a filter of Envoy Gateway with a response", "filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: own}}], " + backend, filter, 404},
		{"a redirect", "filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]", "", 302},
		{"no backend", "filters: []", "", 500},
		{"no backend with any weight", "backendRefs: [{name: api, port: 80, weight: 0}]", "", 500},
		{"a policy that is refused", backend, policy("q", "HTTPRoute", "api, sectionName: all", "  retry: {perRetry: {backOff: {baseInterval: 0s}}}"), 500},
	} {
		at := strings.LastIndex(api, backend)
		e := read(t, edge+api[:at]+c.rule+api[at+len(backend):]+policy("p", "HTTPRoute", "api", retries)+c.more)[0]
		if e.Answer != c.status || (e.MaxRetries == behavior.Is(3)) != (c.status == 0) || (len(e.Notes) > 0) != (c.status != 0) {
			t.Errorf("%s: answered %d, %v retries, with the notes %q; want %d", c.about, e.Answer, e.MaxRetries, e.Notes, c.status)
		}
	}
}
