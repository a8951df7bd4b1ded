// Package random makes inputs for tests: policies that are valid, and the routes,
// Gateways and Services that they are for. The same seed gives the same text.
package random

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A GatewayClass is what the routes of an input are attached to.
type GatewayClass struct{ Name, Controller string }

// Classes are those that Input chooses from. One without a controller has no
// GatewayClass in the input, so that nothing is known about it.
var Classes = []GatewayClass{
	{"eg", "gateway.envoyproxy.io/gatewayclass-controller"},
	{"istio", "istio.io/gateway-controller"},
	{"kong", "konghq.com/kic-gateway-controller"},
	{"traefik", "traefik.io/gateway-controller"},
	{"other", ""},
}

// Input gives a stream of YAML documents with one of the Classes.
func Input(seed uint64) []byte {
	return InputFor(seed, Classes[seed%uint64(len(Classes))])
}

// InputFor gives a stream of YAML documents whose Gateway is of a class.
func InputFor(seed uint64, class GatewayClass) []byte {
	w := newWriter(seed, 1)
	w.edge(class)
	for n := range 1 + w.rng.IntN(2) {
		w.route(fmt.Sprintf("route%d", n))
	}
	w.services()
	w.policies()
	return []byte(w.String())
}

var services = []string{"orders", "stock", "search"}

type writer struct {
	strings.Builder
	rng *rand.Rand
	// bodies is for the sizes of bodies, which came later: all else is as it was.
	bodies *rand.Rand
	named  []target // rules with a name, by route
	count  int
}

type target struct{ route, rule string }

// newWriter gives a writer; each kind of input has a stream of random numbers of its own.
func newWriter(seed, stream uint64) *writer {
	return &writer{rng: rand.New(rand.NewPCG(seed, stream)), bodies: rand.New(rand.NewPCG(seed, stream+1<<32))}
}

// class writes a GatewayClass, if it has a controller.
func (w *writer) class(c GatewayClass) {
	if c.Controller != "" {
		w.line("apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: %s}\nspec: {controllerName: %s}\n---", c.Name, c.Controller)
	}
}

// edge writes a Gateway with one listener, and its class.
func (w *writer) edge(c GatewayClass) {
	w.class(c)
	w.line("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}")
	w.line("spec: {gatewayClassName: %s, listeners: [{name: http, port: 80, protocol: HTTP}]}", c.Name)
}

// services writes those that rules send to.
func (w *writer) services() {
	for _, name := range services {
		w.line("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop}\nspec: {ports: [{name: http, port: 8080, appProtocol: http}]}", name)
	}
}

// name gives a rule that is being written a name.
func (w *writer) name(route string, n int) {
	rule := fmt.Sprintf("rule%d", n)
	w.line("    name: %s", rule)
	w.named = append(w.named, target{route, rule})
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// chance is true in one of n cases.
func (w *writer) chance(n int) bool { return w.rng.IntN(n) == 0 }

// some gives each of the words with a chance of one in n, at least one of them.
func (w *writer) some(n int, words ...string) []string {
	var list []string
	for _, word := range words {
		if w.chance(n) {
			list = append(list, word)
		}
	}
	if len(list) == 0 {
		list = append(list, words[w.rng.IntN(len(words))])
	}
	return list
}

func (w *writer) route(name string) {
	w.line("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop}\nspec:", name)
	w.line("  parentRefs: [{name: edge}]\n  hostnames: [%s.example]\n  rules:", name)
	for n := range 1 + w.rng.IntN(3) {
		w.line("  - matches:")
		for m := range 1 + w.rng.IntN(2) {
			w.match(fmt.Sprintf("/p%d%d", n, m))
		}
		if w.chance(2) {
			w.name(name, n)
		}
		w.line("    backendRefs: [{name: %s, port: 8080}]", services[w.rng.IntN(len(services))])
		if w.chance(6) {
			w.line("    timeouts: {request: %ds}", 20+w.rng.IntN(20))
		}
		if w.chance(6) {
			w.line("    retry: {attempts: %d, codes: [500, 503]}", 1+w.rng.IntN(4))
		}
		if w.chance(6) {
			w.line("    filters:\n    - type: RequestHeaderModifier\n      requestHeaderModifier: {set: [{name: X-Team, value: blue}], remove: [X-Debug]}")
		}
	}
	w.count++
}

func (w *writer) match(path string) {
	kind := "PathPrefix"
	if w.chance(3) {
		kind = "Exact"
	}
	w.line("    - path: {type: %s, value: %s}", kind, path)
	if w.chance(5) {
		w.line("      method: %s", []string{"GET", "POST", "PUT"}[w.rng.IntN(3)])
	}
	if w.chance(4) {
		w.line(`      headers: [{name: X-Version, value: "%d"}]`, w.rng.IntN(3))
	}
	if w.chance(8) {
		w.line(`      queryParams: [{name: page, value: "%d"}]`, w.rng.IntN(3))
	}
}

// policies target each route once, as a whole or by one of its rules.
func (w *writer) policies() {
	if w.chance(6) {
		w.policy("edge", "{group: gateway.networking.k8s.io, kind: Gateway, name: edge}")
		return
	}
	for n := range w.count {
		name, ref := fmt.Sprintf("route%d", n), ""
		for _, t := range w.named {
			if t.route == name && w.chance(2) {
				ref = ", sectionName: " + t.rule
			}
		}
		w.policy(fmt.Sprintf("policy%d", n), fmt.Sprintf("{group: gateway.networking.k8s.io, kind: HTTPRoute, name: %s%s}", name, ref))
	}
}

func (w *writer) policy(name, ref string) {
	w.line("---\napiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: %s, namespace: shop}\nspec:\n  targetRefs: [%s]", name, ref)
	retries := w.rng.IntN(6)
	w.line("  maxRetries: %d", retries)
	attempt, total := 0, 0 // in milliseconds
	if w.chance(2) {
		attempt = 100 * (1 + w.rng.IntN(30))
		w.line("  attemptTimeout: %dms", attempt)
	}
	if w.chance(2) {
		total = attempt + 1000*(1+w.rng.IntN(30))
		w.line("  totalTimeout: %dms", total)
	}
	if retries > 0 {
		w.retryOn(attempt > 0)
		w.backoff()
		w.budget()
	}
	if w.chance(3) {
		w.line("  circuitBreaker:")
		for _, limit := range w.some(2, "maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries") {
			w.line("    %s: %d", limit, 1+w.rng.IntN(2000))
		}
	}
	if w.chance(4) {
		w.line("  idempotencyKey: {header: Idempotency-Key}")
	}
	if retries > 0 && w.bodies.IntN(4) == 0 {
		w.line("  maxRequestBodyBytes: %d", []int{0, 1000, 32768, 65536, 1 << 20}[w.bodies.IntN(5)])
	}
}

func (w *writer) retryOn(timeout bool) {
	w.line("  retryOn:")
	kind := w.rng.IntN(4)
	if kind != 0 {
		conditions := []string{"ConnectFailure", "RefusedStream", "ResetBeforeRequest", "Reset"}
		if timeout {
			conditions = append(conditions, "AttemptTimeout")
		}
		w.line("    conditions: [%s]", strings.Join(w.some(2, conditions...), ", "))
	}
	if kind != 1 {
		w.line("    statusCodes: [%s]", strings.Join(w.some(3, "408", "425", "429", "500", "502", "503", "504", `"520-529"`, "599"), ", "))
	}
	if w.chance(6) {
		w.line("    grpcStatuses: [%s]", strings.Join(w.some(3, "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "ABORTED"), ", "))
	}
	switch w.rng.IntN(4) {
	case 0:
		w.line(`    methods: ["*"]`)
	case 1:
		w.line("    methods: [%s]", strings.Join(w.some(2, "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"), ", "))
	}
}

func (w *writer) backoff() {
	if w.chance(2) {
		return
	}
	base := 5 * (1 + w.rng.IntN(100))
	w.line("  backoff:\n    baseInterval: %dms", base)
	if w.chance(2) {
		w.line("    maxInterval: %dms", base*(1+w.rng.IntN(20)))
	}
	if w.chance(2) {
		w.line("    jitter: %s", []string{"None", "Half", "Full"}[w.rng.IntN(3)])
	}
}

func (w *writer) budget() {
	switch w.rng.IntN(6) {
	case 0:
		w.line("  budget: {percent: %d, minConcurrentRetries: %d}", w.rng.IntN(101), 1+w.rng.IntN(20))
	case 1:
		w.line("  budget: {percent: %d, interval: %ds, minRetriesPerSecond: %d}", w.rng.IntN(101), 1+w.rng.IntN(30), 1+w.rng.IntN(20))
	}
}
