//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
)

// A fleet is the policies and manifests of a company of some size.
type fleet struct {
	name string
	// to are the gateways that have something to do with it.
	to    string
	write func(w io.Writer, n int)
}

// fleets are those that are measured. What they differ in is what the routes of the
// policies have in common.
func fleets() []fleet {
	return []fleet{
		{"all apart", "all", each(func(*app) {})},
		{"one host", "all", each(func(a *app) { a.host, a.path = "shop.example", "/"+a.name })},
		{"one Service", "all", each(func(a *app) { a.service = "app-0" })},
		{"one policy for the Gateway", "all", onePolicy},
		{"a Gateway of N listeners", "all", listeners},
		{"a VirtualService of N routes", "istio", virtualService},
		{"N DestinationRules", "istio", destinationRules},
		{"IngressRoutes", "traefik", ingressRoutes},
		{"Gateway elsewhere", "all", elsewhere},
		{"mixed", "all", mixed},
	}
}

// An app is a policy with its route and Service.
type app struct {
	name, namespace, host, path, service, listener string
	retries                                        int
}

func appOf(n int) app {
	name := fmt.Sprintf("app-%d", n)
	return app{name: name, namespace: fmt.Sprintf("team-%d", n%40), host: name + ".example", service: name, retries: 1 + n%4}
}

// each writes n apps behind one Gateway, each after a change.
func each(change func(*app)) func(io.Writer, int) {
	return func(w io.Writer, n int) {
		gateway(w, "")
		for k := range n {
			a := appOf(k)
			change(&a)
			a.policy(w, "gateway.networking.k8s.io", "HTTPRoute", a.name)
			a.route(w)
			a.backend(w)
		}
	}
}

func gateway(w io.Writer, listeners string) {
	if listeners == "" {
		listeners = "  - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}\n"
	}
	fmt.Fprintf(w, `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: infra
spec:
  gatewayClassName: shared
  listeners:
%s`, listeners)
}

// policy writes the app's policy: limited to some methods, so that rules are split.
func (a app) policy(w io.Writer, group, kind, name string) {
	fmt.Fprintf(w, `---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata:
  name: %s
  namespace: %s
spec:
  targetRefs:
  - group: %q
    kind: %s
    name: %s
  maxRetries: %d
  retryOn:
    statusCodes: [502, 503, 504]
    conditions: [ConnectFailure, RefusedStream]
    methods: [GET, HEAD]
  totalTimeout: 20s
  backoff:
    baseInterval: 100ms
    maxInterval: 2s
`, a.name, a.namespace, group, kind, name, a.retries)
}

func (a app) route(w io.Writer) {
	fmt.Fprintf(w, `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: %[1]s
  namespace: %[2]s
  labels:
    app: %[1]s
spec:
  parentRefs:
  - name: edge
    namespace: infra
`, a.name, a.namespace)
	if a.listener != "" {
		fmt.Fprintf(w, "    sectionName: %s\n", a.listener)
	}
	fmt.Fprintf(w, `  hostnames:
  - %s
  rules:
`, a.host)
	for _, rule := range []string{"api", "static"} {
		fmt.Fprintf(w, `  - name: %[1]s
    matches:
    - path:
        type: PathPrefix
        value: %[2]s/%[1]s
    backendRefs:
    - name: %[3]s
      port: 8080
`, rule, a.path, a.service)
	}
}

func (a app) backend(w io.Writer) {
	fmt.Fprintf(w, `---
apiVersion: v1
kind: Service
metadata:
  name: %[1]s
  namespace: %[2]s
spec:
  selector:
    app: %[1]s
  ports:
  - name: http
    port: 8080
`, a.name, a.namespace)
}

// file writes a fleet of some size to a file.
func (f fleet) file(name string, n int) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	buffered := newWriter(out)
	f.write(buffered, n)
	if err := buffered.Flush(); err != nil {
		return err
	}
	return out.Close()
}
