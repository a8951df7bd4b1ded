package resolve_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
)

// senders are rules that send requests to Services, of which pay and cash have a policy.
const senders = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: money, namespace: shop}
spec: {targetRefs: [{group: "", kind: Service, name: pay}, {group: "", kind: Service, name: cash}], maxRetries: 0}
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: own, namespace: shop}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api, sectionName: own}], maxRetries: 0}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {rules: [{name: own, backendRefs: [{name: pay}]}, {name: pay, backendRefs: [{name: pay}]},
  {name: both, backendRefs: [{name: stock}, {name: pay}, {name: cash}]}, {name: neither, backendRefs: [{name: stock}]}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cash, namespace: shop}
spec: {rules: [{http: {paths: [{backend: {service: {name: cash}}}, {backend: {service: {name: stock}}}]}}]}
`

func TestAPolicyOnAServiceIsForWhatEveryRuleWithoutOneSendsThere(t *testing.T) {
	policies, world := input(t, senders)
	plan, found := resolve.Resolve(policies, world)
	if len(plan.Intents) != 3 {
		t.Fatalf("%d intents and %v", len(plan.Intents), found)
	}
	all := plan.Senders()
	var got []string
	for n, service := range plan.Intents {
		for _, i := range all[n] {
			if i.Policy != service.Policy || i.Ref != service.Ref || i.Want != service.Want {
				t.Errorf("%s has another policy than %s", i.RuleName(), service.RuleName())
			}
			var to []string
			for _, id := range i.To {
				to = append(to, id.Name)
			}
			got = append(got, fmt.Sprintf("%s for %s to %s", i.RuleName(), service.ID().Name, strings.Join(to, "+")))
		}
	}
	want := []string{"HTTPRoute shop/api rule pay for pay to pay", "HTTPRoute shop/api rule both for pay to pay+cash", "Ingress shop/cash for cash to cash"}
	if !slices.Equal(got, want) {
		t.Errorf("%s, want %s", strings.Join(got, "; "), strings.Join(want, "; "))
	}
}
