//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

func newWriter(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 1<<16) }

// onePolicy is one for the Gateway above n routes.
func onePolicy(w io.Writer, n int) {
	gateway(w, "")
	wide := appOf(0)
	wide.name, wide.namespace = "edge", "infra"
	wide.policy(w, "gateway.networking.k8s.io", "Gateway", "edge")
	for k := range n {
		a := appOf(k)
		a.route(w)
		a.backend(w)
	}
}

// listeners is a Gateway of n listeners, with an app behind each.
func listeners(w io.Writer, n int) {
	var list strings.Builder
	for k := range n {
		fmt.Fprintf(&list, "  - {name: l-%d, hostname: app-%d.example, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}\n", k, k)
	}
	gateway(w, list.String())
	for k := range n {
		a := appOf(k)
		a.listener = fmt.Sprintf("l-%d", k)
		a.policy(w, "gateway.networking.k8s.io", "HTTPRoute", a.name)
		a.route(w)
		a.backend(w)
	}
}

// elsewhere is apps whose Gateway is not in the input.
func elsewhere(w io.Writer, n int) {
	for k := range n {
		a := appOf(k)
		a.policy(w, "gateway.networking.k8s.io", "HTTPRoute", a.name)
		a.route(w)
		a.backend(w)
	}
}

// virtualService is one of n routes, which a policy is for.
func virtualService(w io.Writer, n int) {
	a := appOf(0)
	fmt.Fprintf(w, `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: %s
  namespace: %s
spec:
  hosts:
  - shop.example
  gateways:
  - infra/edge
  http:
`, a.name, a.namespace)
	for k := range n {
		fmt.Fprintf(w, `  - name: r-%[1]d
    match:
    - uri:
        prefix: /r-%[1]d/
    route:
    - destination:
        host: app-%[1]d
`, k)
	}
	a.policy(w, "networking.istio.io", "VirtualService", a.name)
	a.backend(w)
}

// destinationRules is n of them, each with a VirtualService that a policy is for.
func destinationRules(w io.Writer, n int) {
	fmt.Fprint(w, "# Services that Istio knows by DestinationRules\n")
	for k := range n {
		a := appOf(k)
		a.policy(w, "networking.istio.io", "VirtualService", a.name)
		fmt.Fprintf(w, `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: %[1]s
  namespace: %[2]s
spec:
  hosts:
  - %[1]s
  http:
  - route:
    - destination:
        host: %[1]s
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: %[1]s
  namespace: %[2]s
spec:
  host: %[1]s
  trafficPolicy:
    connectionPool:
      http:
        http2MaxRequests: 1000
`, a.name, a.namespace)
		a.backend(w)
	}
}

// ingressRoutes is n of Traefik's routes, each with a policy.
func ingressRoutes(w io.Writer, n int) {
	fmt.Fprint(w, "# Routes of Traefik's own kind\n")
	for k := range n {
		a := appOf(k)
		a.policy(w, "traefik.io", "IngressRoute", a.name)
		fmt.Fprintf(w, `---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: %[1]s
  namespace: %[2]s
spec:
  entryPoints: [web]
  routes:
  - match: Host(%[3]s) && PathPrefix(%[4]s)
    kind: Rule
    services:
    - name: %[1]s
      port: 8080
`, a.name, a.namespace, "`"+a.host+"`", "`/api`")
		a.backend(w)
	}
}

// mixed is apps of every kind, some of which share a host, a Service or a policy.
func mixed(w io.Writer, n int) {
	gateway(w, "")
	for k := range n {
		a := appOf(k)
		switch k % 5 {
		case 1:
			a.host, a.path = fmt.Sprintf("shop-%d.example", k/100), "/"+a.name
		case 2:
			a.service = fmt.Sprintf("app-%d", k-40*(k/40%4))
		case 3:
			a.policy(w, "", "Service", a.name)
			a.route(w)
			a.backend(w)
			continue
		case 4: // a route without a policy
			a.route(w)
			a.backend(w)
			continue
		}
		a.policy(w, "gateway.networking.k8s.io", "HTTPRoute", a.name)
		a.route(w)
		a.backend(w)
	}
}
