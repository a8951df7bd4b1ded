package istio

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// A builder completes a world to what a cluster has: the Gateways that the
// translation assumes, the Services behind them, and those that are named.
type builder struct {
	t       *testing.T
	objects []*manifest.Object
	have    map[manifest.ID]bool
	entries []entry // that were opened
}

// created is the age of every object that does not tell its own.
const created = "2026-01-02T03:04:05Z"

func build(t *testing.T, world *manifest.Set) *builder {
	b := &builder{t: t, have: map[manifest.ID]bool{}}
	for _, o := range world.All() {
		if o.ID().Name == "" {
			continue
		}
		c := o.Clone()
		meta := c.Root().Make("metadata")
		if kind := o.ID().Kind; kind != "GatewayClass" && kind != "Namespace" {
			meta.Put("namespace", o.ID().Namespace)
		}
		if !meta.At("creationTimestamp").Exists() {
			meta.Put("creationTimestamp", created)
		}
		b.objects, b.have[o.ID()] = append(b.objects, c), true
	}
	for _, o := range slices.Clone(b.objects) {
		b.services(o, o.Root())
		if o.ID().Kind == "HTTPRoute" {
			defaults(o)
		}
	}
	return b
}

// defaults fills in what the API server would (HTTPRoute's CRD 1.6).
func defaults(o *manifest.Object) {
	fill := func(v manifest.Value, key string, value any) {
		if !v.At(key).Exists() {
			v.Put(key, value)
		}
	}
	fill(o.At("spec"), "rules", manifest.List(manifest.Map()))
	for _, rule := range o.At("spec", "rules").Items() {
		fill(rule, "matches", manifest.List(manifest.Map()))
		for _, m := range rule.At("matches").Items() {
			fill(m, "path", manifest.Map())
			fill(m.At("path"), "type", "PathPrefix")
			fill(m.At("path"), "value", "/")
			for _, list := range []string{"headers", "queryParams"} {
				for _, c := range m.At(list).Items() {
					fill(c, "type", "Exact")
				}
			}
		}
		for _, f := range rule.At("filters").Items() {
			if f.At("requestRedirect").Exists() {
				fill(f.At("requestRedirect"), "statusCode", 302)
			}
			if f.At("cors").Exists() {
				fill(f.At("cors"), "maxAge", 5)
			}
		}
		for _, ref := range rule.At("backendRefs").Items() {
			fill(ref, "weight", 1)
		}
	}
}

// add puts one more object into the world, unless it is there.
func (b *builder) add(format string, args ...any) {
	objects, err := manifest.Read(strings.NewReader(fmt.Sprintf(format, args...)), "world")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, o := range objects {
		if !b.have[o.ID()] {
			b.objects, b.have[o.ID()] = append(b.objects, o), true
		}
	}
}

// services adds the Services that backendRefs and destinations of VirtualServices name
// and the input leaves out.
func (b *builder) services(o *manifest.Object, v manifest.Value) {
	for key, kid := range v.Fields() {
		refs := []manifest.Value{kid}
		if key.Text() == "backendRefs" {
			refs = nil
			for _, ref := range kid.Items() {
				refs = append(refs, ref)
			}
		}
		if key.Text() == "backendRef" || key.Text() == "backendRefs" {
			for _, ref := range refs {
				if kind := ref.At("kind").Text(); kind == "" || kind == "Service" {
					b.service(or(ref.At("namespace").Text(), o.ID().Namespace), ref.At("name").Text(), ref.At("port").Text())
				}
			}
		}
		if host := kid.At("host").Text(); key.Text() == "destination" && o.ID().Kind == "VirtualService" {
			if name, namespace, in := strings.Cut(strings.TrimSuffix(host, ".svc.cluster.local"), "."); !strings.Contains(namespace, ".") && (!in || strings.HasSuffix(host, ".svc.cluster.local")) {
				b.service(or(namespace, o.ID().Namespace), name, kid.At("port", "number").Text())
			}
		}
		b.services(o, kid)
	}
	for _, kid := range v.Items() {
		b.services(o, kid)
	}
}

func (b *builder) service(namespace, name, port string) {
	b.add("apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s}\nspec: {clusterIP: 10.1.0.%d, ports: [{name: http, port: %s, targetPort: %s}]}",
		name, namespace, len(b.objects)%250+1, or(port, "80"), or(port, "80"))
}

// open adds what stands behind an entry.
func (b *builder) open(d entry) {
	b.entries = append(b.entries, d)
	switch d.kind {
	case "classic":
		b.add("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: %s, namespace: %s}\n"+
			"spec: {selector: {classic: %s.%s}, servers: [{port: {number: %d, name: http, protocol: HTTP}, hosts: ['*']}]}", d.name, d.namespace, d.namespace, d.name, gatewayPort)
	case "kubernetes":
		b.add("apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: istio}\nspec: {controllerName: istio.io/gateway-controller}")
		b.add("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: %s, namespace: %s}\n"+
			"spec: {gatewayClassName: istio, listeners: [{name: http, port: %d, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]}", d.name, d.namespace, gatewayPort)
		b.add("apiVersion: v1\nkind: Service\nmetadata: {name: %s-istio, namespace: %s}\n"+
			"spec: {clusterIP: 10.2.0.1, selector: {gateway.networking.k8s.io/gateway-name: %s}, ports: [{name: http, port: %d, targetPort: %d}]}", d.name, d.namespace, d.name, gatewayPort, gatewayPort)
	}
}

// standIns gives a world in which each route behind a classic Gateway stands
// behind a Kubernetes Gateway of Istio too, which reads the route itself. All the
// entries are there.
func standIns(t *testing.T, world *manifest.Set, entries []entry, s gateway.Settings) []*manifest.Object {
	b := build(t, world)
	for _, d := range entries {
		b.open(d)
	}
	for _, o := range slices.Clone(b.objects) {
		if o.ID().Kind != "HTTPRoute" && o.ID().Kind != "GRPCRoute" {
			continue
		}
		refs := manifest.List()
		for _, p := range parentsOf(o, world, s) {
			b.open(p.entry)
			if p.kind == "classic" {
				to := standIn(p.entry)
				b.open(to)
				refs.Append(manifest.Map("name", to.name, "namespace", to.namespace))
			}
		}
		if refs.Len() > 0 {
			c := o.Clone()
			c.Root().Make("metadata").Put("name", "stand-in-"+o.ID().Name)
			c.Root().Make("spec").Put("parentRefs", refs)
			b.objects = append(b.objects, c)
		}
	}
	return b.objects
}

func standIn(d entry) entry { return entry{"kubernetes", d.namespace, "stand-in-" + d.name} }

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
