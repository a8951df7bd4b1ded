package resolve_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
)

// listeners has a route below two Gateways, one of which has several listeners.
const listeners = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {listeners: [{name: main, port: 80, protocol: HTTP}, {name: other-host, port: 80, protocol: HTTP, hostname: other.example},
  {name: wide, port: 443, protocol: HTTPS, hostname: "*.example"}, {name: tcp, port: 90, protocol: TCP}, {name: far, port: 8080, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: back, namespace: shop}
spec: {listeners: [{name: main, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: both, namespace: shop}
spec: {hostnames: [x.example], parentRefs: [{name: front}, {name: back, port: 80}, {name: absent}], rules: [{name: one}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: twice, namespace: shop}
spec: {parentRefs: [{name: front, sectionName: main}, {name: front, port: 8080}], rules: [{name: one}]}
`

func TestARouteHasTheListenersThatItIsAttachedTo(t *testing.T) {
	_, world := input(t, listeners)
	for name, want := range map[string]string{
		"both":  "Gateway shop/front listener main, Gateway shop/front listener wide, Gateway shop/front listener far, Gateway shop/back listener main, Gateway shop/absent",
		"twice": "Gateway shop/front listener main, Gateway shop/front listener far",
	} {
		var list []string
		for _, o := range world.Kind("gateway.networking.k8s.io", "HTTPRoute") {
			if o.ID().Name == name {
				for _, d := range resolve.Listeners(o, world) {
					list = append(list, d.String())
				}
			}
		}
		if got := strings.Join(list, ", "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestAPolicyOnAGatewayIsForWhatComesInThere(t *testing.T) {
	for _, c := range []struct {
		name              string
		policies          []string
		want, joined      string
		bystanders, found string
	}{
		{"on one of two Gateways", []string{policy("p", "Gateway back")},
			"p: both through Gateway back main", "p: both through Gateway back main",
			"both through Gateway front main, Gateway front wide, Gateway front far, Gateway absent\ntwice", ""},
		{"a policy on each Gateway", []string{policy("p", "Gateway back"), policy("q", "Gateway front")},
			"p: both through Gateway back main\nq: both through Gateway front main, Gateway front wide, Gateway front far\nq: twice",
			"p: both through Gateway back main\nq: both through Gateway front main, Gateway front wide, Gateway front far\nq: twice",
			"both through Gateway absent", ""},
		{"one policy on two Gateways", []string{policy("p", "Gateway back", "Gateway front/far")},
			"p: both through Gateway back main\np: both through Gateway front far\np: twice through Gateway front far",
			"p: both through Gateway back main, Gateway front far\np: twice through Gateway front far",
			"both through Gateway front main, Gateway front wide, Gateway absent\ntwice through Gateway front main", ""},
		{"a listener, and its Gateway", []string{policy("p", "Gateway front/main"), policy("q", "Gateway front")},
			"p: both through Gateway front main\np: twice through Gateway front main\nq: both through Gateway front wide, Gateway front far\nq: twice through Gateway front far",
			"p: both through Gateway front main\np: twice through Gateway front main\nq: both through Gateway front wide, Gateway front far\nq: twice through Gateway front far",
			"both through Gateway back main, Gateway absent", ""},
		{"a listener that shares no hostname with one route", []string{policy("p", "Gateway front/other-host")}, "p: Gateway front", "p: Gateway front", "both\ntwice", ""},
		{"a route before its Gateways", []string{policy("p", "Gateway back"), policy("q", "HTTPRoute both"), policy("r", "Gateway front/main")},
			"q: both\nr: twice through Gateway front main", "q: both\nr: twice through Gateway front main", "twice through Gateway front far", ""},
		{"two policies on one Gateway", []string{policy("p", "Gateway back"), policy("q", "Gateway back")}, "", "",
			"both through Gateway front main, Gateway front wide, Gateway front far, Gateway absent\ntwice", "RT1006 p targetRefs[0]\nRT1006 q targetRefs[0]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policies, world := input(t, listeners+strings.Join(c.policies, ""))
			plan, findings := resolve.Resolve(policies, world)
			short := strings.NewReplacer("HTTPRoute shop/", "", " rule one", "", "shop/", "", "listener ", "")
			var bystanders []string
			for _, i := range plan.Bystanders() {
				bystanders = append(bystanders, i.RuleName()+i.Through())
			}
			for what, got := range map[string][2]string{
				"claims": {claims(plan), c.want}, "claims of a gateway that cannot tell listeners apart": {claims(plan.Joined()), c.joined},
				"bystanders": {strings.Join(bystanders, "\n"), c.bystanders}, "findings": {said(findings), c.found},
			} {
				if text := short.Replace(got[0]); text != got[1] {
					t.Errorf("%s:\n%s\nwant:\n%s", what, text, got[1])
				}
			}
		})
	}
}
