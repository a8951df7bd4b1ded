package random

import (
	"fmt"
	"strings"
)

// Stranger gives what retryctl did not write: routes with timeouts and retry
// stanzas of their own, and BackendTrafficPolicies of Envoy Gateway on Gateways,
// listeners, routes and rules, with whatever its CRD takes. There is no
// RetryPolicy in it.
func Stranger(seed uint64) []byte {
	w := newWriter(seed, 3)
	w.line("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}")
	w.line("spec:\n  gatewayClassName: eg\n  listeners:\n  - {name: http, port: 80, protocol: HTTP}\n  - {name: extra, port: 8080, protocol: HTTP}")
	var targets []string
	target := func(kind, name, section string) {
		if section != "" {
			section = ", sectionName: " + section
		}
		targets = append(targets, fmt.Sprintf("{group: gateway.networking.k8s.io, kind: %s, name: %s%s}", kind, name, section))
	}
	target("Gateway", "edge", "")
	target("Gateway", "edge", "http")
	for n := range 1 + w.rng.IntN(2) {
		name := fmt.Sprintf("route%d", n)
		target("HTTPRoute", name, "")
		section := ""
		if w.chance(2) {
			section = ", sectionName: http"
		}
		w.line("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop}\nspec:", name)
		w.line("  parentRefs: [{name: edge%s}]\n  hostnames: [%s.example]\n  rules:", section, name)
		for m := range 1 + w.rng.IntN(3) {
			w.strangeRule(fmt.Sprintf("rule%d", m), m)
			if w.chance(2) {
				w.line("    name: rule%d", m)
				target("HTTPRoute", name, fmt.Sprintf("rule%d", m))
			}
		}
	}
	for n := range 1 + w.rng.IntN(4) {
		w.line("---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: policy%d, namespace: shop}\nspec:", n)
		to := targets[w.rng.IntN(len(targets))]
		if w.chance(6) {
			w.line("  targetRef: %s", to)
		} else {
			w.line("  targetRefs: [%s]", to)
		}
		if strings.Contains(to, "HTTPRoute") && w.chance(3) {
			w.line("  mergeType: %s", []string{"StrategicMerge", "JSONMerge"}[w.rng.IntN(2)])
		}
		w.strangePolicy()
	}
	return []byte(w.String())
}

func (w *writer) strangeRule(name string, n int) {
	w.line("  - backendRefs: [{name: %s, port: 8080}]", services[w.rng.IntN(len(services))])
	w.line("    matches: [{path: {value: /p%d}}]", n)
	if w.chance(3) {
		w.line("    timeouts: {%s}", strings.Join(w.some(2, "request: "+[]string{"20s", "0s", "4s"}[w.rng.IntN(3)], "backendRequest: "+[]string{"2s", "0s", "4s"}[w.rng.IntN(3)]), ", "))
	}
	if w.chance(4) {
		w.line("    retry: {%s}", w.some(2, "attempts: 4", "codes: [500, 503]", "codes: []", "backoff: 50ms", "attempts: 1, codes: [429], backoff: 1s")[0])
	}
}

func (w *writer) strangePolicy() {
	if !w.chance(5) {
		w.line("  retry:")
		w.line("    perRetry: {%s}", w.strangeTry())
		if !w.chance(3) {
			w.line("    numRetries: %d", w.rng.IntN(5))
		}
		if !w.chance(4) {
			w.line("    retryOn: {%s}", strings.Join(w.strangeCauses(), ", "))
		}
	}
	if w.chance(3) {
		w.line("  timeout: {http: {requestTimeout: %s}}", []string{"0s", "3s", "1m30s"}[w.rng.IntN(3)])
	}
	if w.chance(3) {
		w.line("  circuitBreaker: {%s}", strings.Join(w.strangeLimits(), ", "))
	}
	if w.bodies.IntN(6) == 0 {
		w.line("  requestBuffer: {limit: %s}", []string{"1Ki", "100000", "2Mi"}[w.bodies.IntN(3)])
	}
}

func (w *writer) strangeTry() string {
	var parts []string
	if w.chance(2) {
		parts = append(parts, "timeout: "+[]string{"0s", "2s", "3s", "20s"}[w.rng.IntN(4)])
	}
	switch w.rng.IntN(8) {
	case 0:
		parts = append(parts, "backOff: {baseInterval: 30s}")
	case 1, 2:
		parts = append(parts, "backOff: {baseInterval: 10ms, maxInterval: 45ms}")
	case 3: // refused by Envoy Gateway's translator
		parts = append(parts, "backOff: {baseInterval: 1s, maxInterval: 100ms}")
	}
	return strings.Join(parts, ", ")
}

func (w *writer) strangeCauses() []string {
	var parts []string
	if w.chance(2) {
		words := w.some(5, "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream",
			"retriable-status-codes", "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable")
		if w.chance(6) {
			words = nil
		}
		parts = append(parts, "triggers: ["+strings.Join(words, ", ")+"]")
	}
	if w.chance(2) {
		codes := w.some(3, "200", "302", "409", "429", "500", "503", "503", "504", "599")
		if w.chance(6) {
			codes = nil
		}
		parts = append(parts, "httpStatusCodes: ["+strings.Join(codes, ", ")+"]")
	}
	return parts
}

func (w *writer) strangeLimits() []string {
	var parts []string
	for _, name := range []string{"maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries"} {
		if w.chance(3) {
			parts = append(parts, fmt.Sprintf("%s: %d", name, []int64{0, 7, 4294967295}[w.rng.IntN(3)]))
		}
	}
	if w.chance(2) {
		budget := fmt.Sprintf("percent: {numerator: %d}", w.rng.IntN(101))
		if w.chance(2) {
			budget = fmt.Sprintf("percent: {numerator: %d, denominator: 1000}", w.rng.IntN(1001))
		}
		if w.chance(2) {
			budget += fmt.Sprintf(", minRetryConcurrency: %d", w.rng.IntN(9))
		}
		parts = append(parts, "retryBudget: {"+budget+"}")
	}
	return parts
}
