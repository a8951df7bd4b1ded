package capability

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/finding"
)

// A feature is one thing that a policy can ask for.
type feature struct {
	group, name string
	// spec is what stands in the policy beside its target.
	spec string
	// fields are those of the findings that are about the feature, with those
	// below them; word must stand in the message, where it is not empty.
	fields []string
	word   string
	// single says that the feature is one cause, so that less of it is none.
	single bool
	// target is the policy's target; empty is the HTTPRoute.
	target string
}

func (f feature) about(found finding.Finding) bool {
	for _, field := range f.fields {
		if found.Field == field || strings.HasPrefix(found.Field, field+".") {
			return f.word == "" || strings.Contains(found.Message, f.word)
		}
	}
	return false
}

// base retries what every gateway can retry for every method.
const base = "maxRetries: 3, retryOn: {conditions: [ConnectFailure]}"

func condition(name string) feature {
	spec := fmt.Sprintf("maxRetries: 3, retryOn: {conditions: [%s]}", name)
	if name == "AttemptTimeout" {
		spec += ", attemptTimeout: 2s"
	}
	return feature{group: "Retried after", name: name, spec: spec, fields: []string{"spec.retryOn.conditions", "spec.maxRetries"}, single: true}
}

func on(name, list, methods string) feature {
	return feature{group: "Retried after", name: name, spec: fmt.Sprintf("maxRetries: 3, retryOn: {%s, methods: [%s]}", list, methods),
		fields: []string{"spec.retryOn.statusCodes", "spec.retryOn.grpcStatuses", "spec.maxRetries"}, single: true}
}

func value(group, name, spec string, fields ...string) feature {
	return feature{group: group, name: name, spec: base + ", " + spec, fields: fields}
}

func target(name, ref string) feature {
	return feature{group: "Target", name: name, spec: base, target: ref}
}

const gatewayAPI = "group: gateway.networking.k8s.io, "

var features = []feature{
	condition("ConnectFailure"), condition("RefusedStream"), condition("ResetBeforeRequest"),
	condition("Reset"), condition("AttemptTimeout"),
	on("status 503", "statusCodes: [503]", "GET, HEAD"), on("status 429", "statusCodes: [429]", "GET, HEAD"),
	on("status 520", "statusCodes: [520]", "GET, HEAD"), on("gRPC UNAVAILABLE", "grpcStatuses: [UNAVAILABLE]", "POST"),
	on("status 503 for POST as well", "statusCodes: [503]", `"*"`),
	{group: "Tries", name: "maxRetries", spec: base, fields: []string{"spec.maxRetries"}},
	{group: "Tries", name: "maxRetries: 0", spec: "maxRetries: 0", fields: []string{"spec.maxRetries", "spec.retryOn"}},
	value("Tries", "attemptTimeout", "attemptTimeout: 2s", "spec.attemptTimeout"),
	value("Tries", "totalTimeout", "totalTimeout: 10s", "spec.totalTimeout"),
	value("Waits", "baseInterval", "backoff: {baseInterval: 100ms}", "spec.backoff"),
	value("Waits", "maxInterval", "backoff: {baseInterval: 100ms, maxInterval: 150ms}", "spec.backoff"),
	value("Waits", "jitter: None", "backoff: {baseInterval: 100ms, jitter: None}", "spec.backoff.jitter", "spec.backoff"),
	value("Waits", "jitter: Half", "backoff: {baseInterval: 100ms, jitter: Half}", "spec.backoff.jitter", "spec.backoff"),
	value("Waits", "jitter: Full", "backoff: {baseInterval: 100ms, jitter: Full}", "spec.backoff.jitter", "spec.backoff"),
	value("Limits", "budget by concurrency", "budget: {percent: 20, minConcurrentRetries: 5}", "spec.budget"),
	value("Limits", "budget by rate", "budget: {percent: 20, interval: 10s, minRetriesPerSecond: 5}", "spec.budget"),
	value("Limits", "maxConnections", "circuitBreaker: {maxConnections: 100}", "spec.circuitBreaker"),
	value("Limits", "maxPendingRequests", "circuitBreaker: {maxPendingRequests: 100}", "spec.circuitBreaker"),
	value("Limits", "maxParallelRequests", "circuitBreaker: {maxParallelRequests: 100}", "spec.circuitBreaker"),
	value("Limits", "maxParallelRetries", "circuitBreaker: {maxParallelRetries: 100}", "spec.circuitBreaker"),
	{group: "Requests", name: "maxRequestBodyBytes", spec: "maxRetries: 3, retryOn: {statusCodes: [503]}, maxRequestBodyBytes: 100000", fields: []string{"spec.maxRequestBodyBytes"}},
	value("Requests", "idempotencyKey", "idempotencyKey: {header: Idempotency-Key}", "spec.idempotencyKey"),
	target("Gateway", gatewayAPI+"kind: Gateway, name: edge"),
	target("HTTPRoute", gatewayAPI+"kind: HTTPRoute, name: shop"),
	target("one rule of an HTTPRoute", gatewayAPI+"kind: HTTPRoute, name: shop, sectionName: reads"),
	target("GRPCRoute", gatewayAPI+"kind: GRPCRoute, name: rpc"),
	target("Service", `group: "", kind: Service, name: shop`),
	target("Ingress", "group: networking.k8s.io, kind: Ingress, name: shop"),
	target("IngressRoute", "group: traefik.io, kind: IngressRoute, name: shop"),
	target("VirtualService", "group: networking.istio.io, kind: VirtualService, name: shop"),
}

// input gives the documents of a probe.
func (f feature) input(class string) string {
	ref := f.target
	if ref == "" {
		ref = gatewayAPI + "kind: HTTPRoute, name: shop"
	}
	return fmt.Sprintf(`apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: shop, namespace: shop}
spec: {targetRefs: [{%s}], %s}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: %s, listeners: [{name: http, port: 80, protocol: HTTP}]}
`, ref, f.spec, class) + surroundings
}

const surroundings = `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules:
  - name: reads
    matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs: [{name: shop, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: rpc, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [rpc.example]
  rules:
  - backendRefs: [{name: rpc, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: rpc, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  rules:
  - host: ingress.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop, namespace: shop}
spec:
  routes:
  - {kind: Rule, match: Host('route.example'), services: [{name: shop, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [mesh.example]
  http:
  - route: [{destination: {host: shop.shop.svc.cluster.local}}]
`
