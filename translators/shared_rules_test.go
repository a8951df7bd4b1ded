package translators_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
)

// twoDoors is a route below two Gateways, each with a policy.
const twoListeners = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: shop}
spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}, {name: admin, port: 81, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {hostnames: [api.example], parentRefs: [{name: public}, {name: internal}], rules: [{backendRefs: [{name: api, port: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: outside, namespace: shop}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: public}], maxRetries: 1, retryOn: {conditions: [ConnectFailure]}}
`

const inside = `---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: inside, namespace: shop}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: internal}], maxRetries: 4, retryOn: {statusCodes: [503], methods: ["*"]}}
`

// by gives the result of a gateway.
func by(t *testing.T, name, text string) translators.Result {
	t.Helper()
	for _, s := range settings() {
		if s.name == name {
			return translators.Run(s.Target, decode(t, "listeners", []byte(text)).plan(), s.Settings, false)
		}
	}
	t.Fatalf("no gateway %s", name)
	return translators.Result{}
}

// about gives "code policy" for each finding of some codes.
func about(r translators.Result, codes ...finding.Code) string {
	var list []string
	for _, f := range r.Findings {
		for _, c := range codes {
			if f.Code == c {
				list = append(list, string(c)+" "+strings.TrimPrefix(f.Object.String(), "RetryPolicy shop/"))
			}
		}
	}
	return strings.Join(list, ", ")
}

func TestEachGatewaysPolicyIsForItsOwnRequests(t *testing.T) {
	r := by(t, "envoy-gateway", twoListeners+inside)
	if len(r.Objects) != 2 || codes(r) != "" || about(r, finding.FewerRetries, finding.MoreRetries, finding.NotAsked) != "" {
		t.Errorf("%d objects, %v", len(r.Objects), r.Findings)
	}
	for _, p := range r.Rules {
		want := map[string]int{"outside": 1, "inside": 4}[p.Intent.Policy.Metadata.Name]
		if len(p.Effects) != 1 || p.Effects[0].MaxRetries != behavior.Is(want) {
			t.Errorf("%s: %+v", p.Intent.Policy.Metadata.Name, p.Effects)
		}
	}
	for _, name := range []string{"istio", "kong", "traefik", "gateway-api"} {
		r := by(t, name, twoListeners+inside)
		if len(r.Objects) > 0 || codes(r) != "RT1006 inside, RT1006 outside" {
			t.Errorf("%s: the errors are %s, and what is printed:\n%s", name, codes(r), text(t, r.Objects))
		}
	}
}

func TestRulesOfOneRouteForTwoPoliciesByMethodAreRefused(t *testing.T) {
	if r := by(t, "envoy-gateway", twoListeners+strings.Replace(inside, `["*"]`, "[GET]", 1)); codes(r) != "RT1006 inside, RT1006 outside" {
		t.Errorf("the errors are %s", codes(r))
	}
}

func TestWhatComesInByAnotherListenerIsABystander(t *testing.T) {
	wide := strings.Replace(inside, "name: internal}", "name: internal, sectionName: admin}", 1)
	text := strings.Split(twoListeners, "---\napiVersion: retryctl")[0] + wide
	if r := by(t, "envoy-gateway", text); codes(r) != "" || about(r, finding.NotAsked, finding.FewerRetries) != "" {
		t.Errorf("Envoy Gateway has a policy for the listener alone: %v", r.Findings)
	}
	if r := by(t, "gateway-api of envoy-gateway", text); codes(r) != "RT2001 inside" || len(r.Objects) > 0 {
		t.Errorf("a POST from another listener may run twice, and the errors are %s", codes(r))
	}
	safe := strings.Replace(text, `statusCodes: [503], methods: ["*"]`, "conditions: [ConnectFailure]", 1)
	if r := by(t, "traefik", safe); codes(r) != "" || !strings.Contains(about(r, finding.NotAsked), "RT2006 inside") {
		t.Errorf("what other listeners get is said as %v", r.Findings)
	}
	if r := by(t, "traefik", strings.Replace(safe, "kind: Gateway, name: internal, sectionName: admin", "kind: HTTPRoute, name: api", 1)); about(r, finding.NotAsked) != "" {
		t.Errorf("the policy is for all of the route, and %v", r.Findings)
	}
}

func TestOnePolicyOnTwoGatewaysStandsOnBoth(t *testing.T) {
	both := strings.Replace(twoListeners, "name: public}], max", "name: public}, {group: gateway.networking.k8s.io, kind: Gateway, name: internal}], max", 1)
	for _, methods := range []string{"", ", statusCodes: [503]"} {
		r := by(t, "envoy-gateway", strings.Replace(both, "[ConnectFailure]", "[ConnectFailure]"+methods, 1))
		if out := text(t, r.Objects); codes(r) != "" || about(r, finding.NotAsked, finding.MoreRetries, finding.FewerRetries) != "" || !strings.Contains(out, "name: public") || !strings.Contains(out, "name: internal") {
			t.Errorf("%v\n%s", r.Findings, out)
		}
	}
}
