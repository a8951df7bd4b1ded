package translators_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
)

// paid is a Service that is never to be retried, with code on the Ingress in front
// of it that has everything retried.
const paid = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: pay, namespace: shop}
spec: {targetRefs: [{group: "", kind: Service, name: pay}], maxRetries: 0}
---
apiVersion: v1
kind: Service
metadata: {name: pay, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: {name: own, namespace: shop}
plugin: post-function
config: {access: [kong.service.set_retries(4)]}
`

const before = `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop, annotations: {konghq.com/plugins: own}}
spec: {rules: [{http: {paths: [{path: /pay, pathType: Prefix, backend: {service: {name: pay, port: {number: 80}}}}]}}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: pay, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{name: slow, timeouts: {backendRequest: 5s}, backendRefs: [{name: pay, port: 80}]}]}
`

func TestAPolicyOnAServiceIsJudgedByEachRuleThatSendsRequestsToIt(t *testing.T) {
	if got := seenIn(by(t, "kong", paid)); !slices.Equal(got, []string{"Service shop/pay: 0 retries, 1m0s"}) {
		t.Errorf("by itself: %s", strings.Join(got, "; "))
	}
	r := by(t, "kong", paid+before)
	want := []string{"HTTPRoute shop/pay: 0 retries, 5s", "Ingress shop/shop: 4 retries, 1m0s"}
	if got := seenIn(r); !slices.Equal(got, want) {
		t.Errorf("with rules before it: %s", strings.Join(got, "; "))
	}
	if !slices.ContainsFunc(r.Findings, func(f finding.Finding) bool {
		return f.Code == finding.MoreRetries && strings.Contains(f.Message, "ConnectFailure") && strings.Contains(f.Message, "Ingress shop/shop")
	}) {
		t.Errorf("no finding says that the Ingress has more retried: %+v", r.Findings)
	}
}

func TestARuleThatIsLeftOutSendsNothingToItsService(t *testing.T) {
	rules := `---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: shop, annotations: {konghq.com/path: /x}}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: pay, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{name: both, backendRefs: [{name: pay, port: 80}, {name: other, port: 80}]},
  {name: rest, matches: [{path: {type: PathPrefix, value: /}}], backendRefs: [{name: other, port: 80}]}]}
`
	both := strings.Replace(paid, "name: pay}],", "name: pay}, {group: \"\", kind: Service, name: other}],", 1)
	if got := seenIn(by(t, "kong", both+rules)); !slices.Equal(got, []string{"Service shop/pay: 0 retries, 1m0s", "HTTPRoute shop/pay: 0 retries, 1m0s"}) {
		t.Errorf("the effects are %s", strings.Join(got, "; "))
	}
}

func seenIn(r translators.Result) []string {
	var list []string
	for _, p := range r.Rules {
		for _, e := range p.Effects {
			list = append(list, fmt.Sprintf("%s: %d retries, %s", e.Object, e.MaxRetries.Value, e.AttemptTimeout.Value))
		}
	}
	return list
}
