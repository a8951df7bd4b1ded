package random

import (
	"fmt"
	"strings"
)

// Nasty gives a stream of YAML documents that fight over the same requests: routes
// of two namespaces that share hostnames, paths and backends, rules that differ in
// a method or a header, policies on a Gateway, its routes and their rules at once,
// and objects that carry retries already.
func Nasty(seed uint64) []byte {
	w := newWriter(seed, 2)
	class := Classes[seed%uint64(len(Classes))]
	w.class(class)
	w.line("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec:\n  gatewayClassName: %s\n  listeners:", class.Name)
	w.line("  - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}")
	if w.chance(2) {
		w.line("  - {name: second, port: 8080, protocol: HTTP, hostname: '*.example'}")
	}
	for n := range 1 + w.rng.IntN(3) {
		w.nastyRoute(n)
	}
	if w.chance(3) {
		w.line("---\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: rpc, namespace: shop}\nspec: {parentRefs: [{name: edge}], hostnames: [rpc.example], rules: [{name: all, backendRefs: [{name: stock, port: 8080}]}]}")
		w.named = append(w.named, target{"GRPCRoute rpc", ""})
	}
	for _, name := range services {
		w.line("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec: {ports: [{name: http, port: 8080}]}", name)
	}
	w.existing()
	w.nastyPolicies()
	return []byte(w.String())
}

// pick gives one of the words.
func (w *writer) pick(words ...string) string { return words[w.rng.IntN(len(words))] }

func (w *writer) nastyRoute(n int) {
	name, namespace := fmt.Sprintf("route%d", n), w.pick("shop", "shop", "team")
	w.line("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: %s}\nspec:", name, namespace)
	w.line("  parentRefs: [{name: edge, namespace: shop%s}]", w.pick("", "", ", sectionName: http"))
	if hosts := w.pick("a.example", "a.example, b.example", "'*.example'", ""); hosts != "" {
		w.line("  hostnames: [%s]", hosts)
	}
	w.line("  rules:")
	if namespace == "shop" {
		w.named = append(w.named, target{"HTTPRoute " + name, ""})
	}
	for k := range 1 + w.rng.IntN(3) {
		rule := fmt.Sprintf("rule%d", k)
		if w.chance(2) {
			w.line("  - backendRefs: [{name: %s, namespace: shop, port: 8080}]", w.pick(services...))
		} else {
			w.line("  - name: %s\n    backendRefs: [{name: %s, namespace: shop, port: 8080}]", rule, w.pick(services...))
			if namespace == "shop" {
				w.named = append(w.named, target{"HTTPRoute " + name, rule})
			}
		}
		if w.chance(5) {
			continue // the standard's default match
		}
		w.line("    matches:")
		for range 1 + w.rng.IntN(3) {
			parts := []string{"path: " + w.pick("{value: /a}", "{value: /a/b}", "{value: /}", "{type: Exact, value: /a}", "{type: Exact, value: /a/}", "{type: RegularExpression, value: '/a.*'}")}
			if w.chance(4) {
				parts = append(parts, "method: "+w.pick("GET", "POST", "PUT"))
			}
			if w.chance(4) {
				parts = append(parts, "headers: [{name: X-Version, value: '1'}]")
			}
			w.line("    - {%s}", strings.Join(parts, ", "))
		}
		if w.chance(6) {
			w.line("    timeouts: %s", w.pick("{request: 3s}", "{request: 30s, backendRequest: 2s}", "{backendRequest: 1s}"))
		}
		if w.chance(6) {
			w.line("    retry: %s", w.pick("{attempts: 4, codes: [500, 503], backoff: 50ms}", "{}", "{codes: [502]}"))
		}
	}
}

// existing objects hold for what the policies are for, or for what is beside it.
func (w *writer) existing() {
	if w.chance(4) {
		w.line("---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: wide, namespace: shop}\nspec:\n  targetRefs: [{group: gateway.networking.k8s.io, kind: %s}]", w.pick("Gateway, name: edge", "HTTPRoute, name: route0"))
		w.line("  retry: {numRetries: 5, retryOn: {triggers: [connect-failure, reset]}}\n  timeout: {http: {requestTimeout: 4s}}")
	}
	if w.chance(4) {
		w.line("---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: stock, namespace: shop}\nspec: {host: stock.shop.svc.cluster.local, trafficPolicy: {connectionPool: {http: {maxRetries: 7}}}}")
	}
	if w.chance(4) {
		w.line("---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: old, namespace: shop}\nspec:\n  hosts: [a.example]\n  gateways: [edge]\n  http:")
		w.line("  - {match: [{uri: {prefix: /a}}], route: [{destination: {host: stock.shop.svc.cluster.local}}], retries: {attempts: 4, retryOn: 5xx}}")
	}
}

// nastyPolicies overlap; two of equal rank on one rule are left to other tests.
func (w *writer) nastyPolicies() {
	if w.chance(2) {
		w.policy("edge", "{group: gateway.networking.k8s.io, kind: Gateway, name: edge}")
	}
	for n, t := range w.named {
		if !w.chance(2) {
			continue
		}
		kind, name, _ := strings.Cut(t.route, " ")
		ref := fmt.Sprintf("{group: gateway.networking.k8s.io, kind: %s, name: %s", kind, name)
		if t.rule != "" {
			ref += ", sectionName: " + t.rule
		}
		w.policy(fmt.Sprintf("p%d", n), ref+"}")
	}
}
