package kgateway_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi"
	"retryctl.dev/translators/stanza"
)

const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop, labels: {team: pay}}\n" +
	"spec: {parentRefs: [{name: edge}], rules: [{name: all, RULE backendRefs: [{name: a, port: 80}]}]}\n"

// policy gives a TrafficPolicy on the route, or on the section or with the metadata that
// is given.
func policy(name, target, spec string) string {
	return "---\napiVersion: gateway.kgateway.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {namespace: shop, name: " + name + "}\nspec: {" + target + spec + "}\n"
}

const (
	onRoute  = "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}], "
	onRule   = "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: all}], "
	onOther  = "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: other}], "
	onEdge   = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], "
	byLabels = "targetSelectors: [{group: gateway.networking.k8s.io, kind: HTTPRoute, matchLabels: {team: pay}}], "
	byOthers = "targetSelectors: [{group: gateway.networking.k8s.io, kind: HTTPRoute, matchLabels: {team: stock}}], "
	named    = "filters: [{type: ExtensionRef, extensionRef: {group: gateway.kgateway.dev, kind: TrafficPolicy, name: n}}],"
	five     = "retry: {attempts: 5, retryOn: [5xx]}"
	four     = "retry: {attempts: 4, retryOn: [5xx]}"
)

// effect reads the one rule of the route, for an implementation.
func effect(t *testing.T, implementation, rule, policies string) behavior.Effect {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(strings.Replace(route, "RULE", rule, 1)+policies), "test")
	if err != nil {
		t.Fatal(err)
	}
	world := manifest.NewSet(objects)
	s := gateway.Defaults(gatewayapi.Gateway{}.Profile())
	s.Version = gateway.Version{Major: 1, Minor: 6}
	s.Set(stanza.Implementer.Is(implementation))
	return gateway.Read(gatewayapi.Gateway{}, (&resolve.Plan{World: world}).Bystanders(), world, s)[0][0]
}

func TestTheMostSpecificPolicyWithRetriesHolds(t *testing.T) {
	const stanza = "retry: {attempts: 2, codes: [503]},"
	open := behavior.Unclear[int]()
	for _, c := range []struct {
		about, implementation, rule, policies string
		want                                  behavior.Setting[int]
	}{
		{"none", "kgateway", "", "", behavior.Is(0)},
		{"one on the route", "kgateway", "", policy("p", onRoute, five), behavior.Is(5)},
		{"one on the route, for another implementation", "cilium", "", policy("p", onRoute, five), behavior.Is(0)},
		{"one on the rule and one on the route", "kgateway", "", policy("p", onRoute, five) + policy("q", onRule, four), behavior.Is(4)},
		{"one on another rule", "kgateway", "", policy("p", onOther, five), behavior.Is(0)},
		{"one without retries on the rule", "kgateway", "", policy("p", onRoute, five) + policy("q", onRule, "timeouts: {request: 3s}"), behavior.Is(5)},
		{"one that a filter names, and one on the rule", "kgateway", named, policy("n", "", four) + policy("q", onRule, five), behavior.Is(4)},
		{"one that a filter names and nobody gives", "kgateway", named, policy("q", onRule, five), open},
		{"one by labels", "kgateway", "", policy("p", byLabels, five), behavior.Is(5)},
		{"one by labels that the route does not have", "kgateway", "", policy("p", byOthers, five), behavior.Is(0)},
		{"one on the Gateway", "kgateway", "", policy("p", onEdge, five), open},
		{"one on the Gateway and one on the route", "kgateway", "", policy("p", onEdge, five) + policy("q", onRoute, four), behavior.Is(4)},
		{"one on the Gateway, beside a stanza", "kgateway", stanza, policy("p", onEdge, five), behavior.Is(2)},
		{"one on the route, beside a stanza", "kgateway", stanza, policy("p", onRoute, five), behavior.Is(2)},
		{"two in one place", "kgateway", "", policy("p", onRoute, five) + policy("q", onRoute, four), open},
		{"two in one place, one of them heavier", "kgateway", "", policy("p", onRoute, five) + policy("q, annotations: {kgateway.dev/policy-weight: \"7\"}", onRoute, four), behavior.Is(4)},
		{"two in one place, one of them older", "kgateway", "", policy("p", onRoute, five) + policy("q, creationTimestamp: 2026-01-02T03:04:05Z", onRoute, four), behavior.Is(4)},
		{"no attempts", "kgateway", "", policy("p", onRoute, "retry: {statusCodes: [503]}"), behavior.Is(1)},
		{"attempts of 0", "kgateway", "", policy("p", onRoute, "retry: {attempts: 0, retryOn: [5xx]}"), behavior.Is(0)},
		{"a header of a policy", "kgateway", "", policy("p", onRoute, five+", headerModifiers: {request: {set: [{name: X-Envoy-Max-Retries, value: '9'}]}}"), behavior.Is(9)},
		{"a header of a template", "kgateway", "", policy("p", onRoute, five+", transformation: {request: {set: [{name: x-envoy-max-retries, value: '{{ header(\"n\") }}'}]}}"), open},
	} {
		if e := effect(t, c.implementation, c.rule, c.policies); e.MaxRetries != c.want {
			t.Errorf("%s: %v retries, want %v", c.about, e.MaxRetries, c.want)
		}
	}
}

func TestARuleHasTheRetriesOfAPolicyAsEnvoyMakesThem(t *testing.T) {
	e := effect(t, "kgateway", "", policy("p", onRoute, "retry: {attempts: 3, retryOn: [connect-failure], statusCodes: [503, 520], perTryTimeout: 1s, backoffBaseInterval: 100ms}, timeouts: {request: 4s}"))
	want := behavior.Behavior{MaxRetries: behavior.Is(3), AttemptTimeout: behavior.Is(time.Second), TotalTimeout: behavior.Is(4 * time.Second)}
	if e.MaxRetries != want.MaxRetries || e.AttemptTimeout != want.AttemptTimeout || e.TotalTimeout != want.TotalTimeout {
		t.Errorf("%v retries, a try has %v, the request %v", e.MaxRetries, e.AttemptTimeout, e.TotalTimeout)
	}
	if b := e.Backoff.Value; b.Base != 100*time.Millisecond || b.Cap != time.Second {
		t.Errorf("waits from %s to %s", b.Base, b.Cap)
	}
	code := func(n int) behavior.Cause { c, _ := behavior.Code(n); return c }
	for cause, retried := range map[behavior.Cause]bool{behavior.ConnectFailure: true, code(503): true, code(520): true, code(502): false, behavior.Reset: false} {
		if (e.Causes[cause] == behavior.AllMethods) != retried {
			t.Errorf("%s is retried for %v", cause.Topic(), e.Causes[cause])
		}
	}
}

func TestTheTimeoutsOfARuleWinOverThoseOfAPolicy(t *testing.T) {
	for rule, want := range map[string]time.Duration{"": 4 * time.Second, "timeouts: {request: 6s},": 6 * time.Second, "timeouts: {backendRequest: 2s},": 2 * time.Second} {
		if e := effect(t, "kgateway", rule, policy("p", onRoute, "timeouts: {request: 4s}")); e.TotalTimeout != behavior.Is(want) {
			t.Errorf("rule %q: %v, want %s", rule, e.TotalTimeout, want)
		}
	}
}
