package random

import (
	"fmt"
	"strings"
)

// Wild is InputFor for routes that are hard to split: several of them share a
// hostname, their rules share paths and differ in methods, headers and query
// parameters, some have no matches, no name, several weighted backends or
// filters. Policies are on routes, on single rules and at times on the Gateway.
func Wild(seed uint64, class GatewayClass) []byte {
	w := newWriter(seed, 2)
	w.edge(class)
	for n := range 1 + w.rng.IntN(3) {
		w.wildRoute(fmt.Sprintf("route%d", n))
	}
	w.services()
	w.wildPolicies()
	return []byte(w.String())
}

func (w *writer) wildRoute(name string) {
	w.line("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop}\nspec:\n  parentRefs: [{name: edge}]", name)
	switch w.rng.IntN(4) {
	case 0:
		w.line("  hostnames: [%s.example]", name)
	case 1:
		w.line("  hostnames: [shop.example, %s.example]", name)
	case 2:
		w.line("  hostnames: [shop.example]")
	}
	w.line("  rules:")
	for n := range 1 + w.rng.IntN(5) {
		w.wildRule(name, n)
	}
	w.count++
}

func (w *writer) wildRule(route string, n int) {
	w.line("  - backendRefs:\n    - {name: %s, port: 8080}", services[n%len(services)])
	if w.chance(4) {
		w.line("    - {name: %s, port: 8080, weight: %d}", services[(n+1)%len(services)], w.rng.IntN(4))
	}
	if w.chance(2) {
		w.name(route, n)
	}
	if !w.chance(6) {
		w.line("    matches:")
		for range 1 + w.rng.IntN(3) {
			w.wildMatch()
		}
	}
	if w.chance(5) {
		w.line("    timeouts: {%s}", strings.Join(w.some(2, "request: 20s", "backendRequest: 2s"), ", "))
	}
	if w.chance(6) {
		w.line("    retry: {%s}", strings.Join(w.some(2, "attempts: 4", "codes: [500, 503]", "backoff: 50ms"), ", "))
	}
	if w.chance(5) {
		w.line("    filters:\n    - type: RequestHeaderModifier\n      requestHeaderModifier: {add: [{name: Idempotency-Key, value: fixed}], set: [{name: X-Team, value: blue}]}")
	}
}

func (w *writer) wildMatch() {
	kind, value := "PathPrefix", []string{"/", "/a", "/a/b"}[w.rng.IntN(3)]
	if value != "/" && w.chance(4) {
		kind = "Exact"
	}
	w.line("    - path: {type: %s, value: %s}", kind, value)
	if w.chance(3) {
		w.line("      method: %s", []string{"GET", "POST", "PUT", "DELETE"}[w.rng.IntN(4)])
	}
	if w.chance(3) {
		w.line(`      headers: [{name: X-Version, value: "%d"}]`, w.rng.IntN(2))
	} else if w.chance(5) {
		w.line(`      headers: [{name: x-version, value: "1"}, {name: X-Canary, value: "yes"}]`)
	}
	if w.chance(5) {
		w.line(`      queryParams: [{name: page, value: "%d"}]`, w.rng.IntN(2))
	}
}

// wildPolicies are one on each route, as a whole or one of its rules, and beside
// them at times one on the Gateway, for what the others leave.
func (w *writer) wildPolicies() {
	if w.chance(3) {
		w.policy("wide", "{group: gateway.networking.k8s.io, kind: Gateway, name: edge}")
	}
	for n := range w.count {
		name := fmt.Sprintf("route%d", n)
		on := func(section string) string {
			return fmt.Sprintf("{group: gateway.networking.k8s.io, kind: HTTPRoute, name: %s%s}", name, section)
		}
		if w.chance(4) {
			continue
		}
		w.policy(fmt.Sprintf("policy%d", n), on(""))
		for _, t := range w.named {
			if t.route == name && w.chance(3) {
				w.policy(fmt.Sprintf("policy%d-%s", n, t.rule), on(", sectionName: "+t.rule))
			}
		}
	}
}
