package traefik

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// A backend is one service that a router sends requests to.
type backend struct {
	name string // for people
	refs []reference
	// unsupported names a filter by which requests to the backend fail.
	unsupported string
	// timeout is the longest wait for response headers, with its origin.
	timeout behavior.Setting[time.Duration]
	origin  string
	// http2 says that the backend may be spoken to in HTTP/2.
	http2 bool
	notes []string
}

// maxBackends bounds what TraefikServices are followed to.
const maxBackends = 64

// backends gives the services behind a rule, one at least.
func (c cluster) backends(o *manifest.Object, rule manifest.Value) []backend {
	var list []backend
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		for _, ref := range rule.At("backendRefs").Items() {
			list = append(list, c.refBackends(o, ref)...)
		}
	case "IngressRoute":
		services := rule.At("services")
		for _, s := range services.Items() {
			list = c.service(list, o.ID().Namespace, s, services.Len() > 1, 0)
		}
	default:
		for _, v := range ingressBackends(o) {
			list = append(list, c.ingressBackend(o, v))
		}
	}
	if len(list) == 0 {
		list = []backend{{timeout: behavior.None[time.Duration]()}}
	}
	return list
}

// refBackends reads a reference of a route. Of a Service nothing but the port is
// looked at (v3.7.13 pkg/provider/kubernetes/gateway/annotations.go:18).
func (c cluster) refBackends(o *manifest.Object, ref manifest.Value) []backend {
	if weight, ok := ref.At("weight").Int(); ok && weight == 0 {
		return nil
	}
	namespace, name := orElse(ref.At("namespace").Text(), o.ID().Namespace), ref.At("name").Text()
	var list []backend
	if ref.At("kind").Text() == "TraefikService" {
		list = c.traefikService(nil, namespace, name, 0)
	} else {
		b := backend{name: name, timeout: behavior.None[time.Duration](), origin: "Traefik's default: a Gateway API route sets no transport"}
		b.http2 = c.gatewayHTTP2(o, namespace, name, ref.At("port"))
		list = []backend{b}
	}
	if !c.is37 {
		return list
	}
	refs, unsupported := c.filterRefs(o, ref.At("filters"))
	for n := range list {
		list[n].refs, list[n].unsupported = append(refs[:len(refs):len(refs)], list[n].refs...), unsupported
	}
	return list
}

// gatewayHTTP2 reports whether a backend of a route may be spoken to in HTTP/2
// (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:970).
func (c cluster) gatewayHTTP2(o *manifest.Object, namespace, name string, port manifest.Value) bool {
	if o.Is(route.Group, "GRPCRoute") {
		return true
	}
	service := c.world.Get(manifest.ID{Kind: "Service", Namespace: namespace, Name: name})
	if service == nil {
		return true
	}
	p := portOf(service, port.Text())
	switch strings.ToLower(p.At("appProtocol").Text()) {
	case "":
		return p.At("port").Text() == "443" || strings.HasPrefix(p.At("name").Text(), "https")
	case "http", "kubernetes.io/ws":
		return false
	}
	return true
}

// portOf finds a port of a Service by number or name.
func portOf(service *manifest.Object, port string) manifest.Value {
	for _, p := range service.At("spec", "ports").Items() {
		if p.At("port").Text() == port || p.At("name").Text() == port {
			return p
		}
	}
	return manifest.Value{}
}

// service adds a service of an IngressRoute or a TraefikService to a list. many
// says that there are others beside it.
func (c cluster) service(list []backend, namespace string, s manifest.Value, many bool, depth int) []backend {
	name := s.At("name").Text()
	namespace = orElse(s.At("namespace").Text(), namespace)
	refs := c.listRefs(namespace, s.At("middlewares"))
	if !c.is37 {
		refs = nil
	}
	if s.At("kind").Text() == "TraefikService" || strings.Contains(name, "@") {
		before := len(list)
		list = c.traefikService(list, namespace, name, depth)
		for n := before; n < len(list); n++ {
			list[n].refs = append(refs[:len(refs):len(refs)], list[n].refs...)
		}
		return list
	}
	b := backend{name: name, refs: refs, http2: c.schemeHTTP2(namespace, name, s.At("scheme").Text(), s.At("port").Text())}
	c.transport(&b, c.to(namespace, s.At("serversTransport").Text()), s.At("serversTransport").Text() != "")
	if forms := c.forms[identity(namespace, s)]; many && len(forms) > 1 {
		b.timeout = behavior.Unclear[time.Duration]()
		b.notes = append(b.notes, fmt.Sprintf("Service %s/%s is referred to in several ways, and without safeNaming Traefik keeps one of them", namespace, name))
	}
	return append(list, b)
}

// schemeHTTP2 is for services that have a scheme written or get one by their port
// (v3.7.13 pkg/provider/kubernetes/crd/kubernetes_http.go:908).
func (c cluster) schemeHTTP2(namespace, name, scheme, port string) bool {
	if scheme != "" {
		return scheme != "http"
	}
	if service := c.world.Get(manifest.ID{Kind: "Service", Namespace: namespace, Name: name}); service != nil {
		p := portOf(service, port)
		return p.At("port").Text() == "443" || strings.HasPrefix(p.At("name").Text(), "https")
	}
	return port == "443" || strings.HasPrefix(port, "https")
}

// traefikService follows a TraefikService to its services.
func (c cluster) traefikService(list []backend, namespace, name string, depth int) []backend {
	unseen := func(why string) []backend {
		return append(list, backend{name: name, timeout: behavior.Unclear[time.Duration](), http2: true, notes: []string{why}})
	}
	o := c.world.Get(manifest.ID{Group: group, Kind: "TraefikService", Namespace: namespace, Name: name})
	switch {
	case o == nil:
		return unseen(fmt.Sprintf("TraefikService %s/%s is not in the input", namespace, name))
	case depth > 4 || len(list) > maxBackends:
		return unseen(o.ID().String() + " leads to more services than are looked at")
	}
	if o.At("spec", "failover").IsMap() {
		return unseen(o.ID().String() + " sends a request to its fallback as well, whatever the method, if its service fails")
	}
	if m := o.At("spec", "mirroring"); m.IsMap() {
		return c.service(list, namespace, m, true, depth+1)
	}
	for _, form := range []string{"weighted", "highestRandomWeight"} {
		for _, s := range o.At("spec", form, "services").Items() {
			list = c.service(list, namespace, s, true, depth+1)
		}
	}
	return list
}

// transport gives a backend the timeout of a ServersTransport; named says whether
// there is a reference at all. It counts from the end of the request, so that
// connecting has a time of its own.
func (c cluster) transport(b *backend, ref reference, named bool) {
	found := c.transports[ref.id]
	switch {
	case !named:
		b.timeout, b.origin = behavior.None[time.Duration](), "Traefik's default"
		return
	case len(found) != 1:
		b.timeout, b.origin = behavior.Unclear[time.Duration](), "ServersTransport "+ref.text+", which is not in the input"
		return
	}
	b.origin = found[0].ID().String() + " forwardingTimeouts.responseHeaderTimeout"
	d, problem := interval(found[0].At("spec", "forwardingTimeouts", "responseHeaderTimeout"))
	dial, alsoProblem := dialTimeout(found[0])
	switch {
	case problem+alsoProblem != "":
		b.timeout = behavior.Unclear[time.Duration]()
		b.notes = append(b.notes, fmt.Sprintf("%s has a timeout that cannot be read: %s", found[0].ID(), orElse(problem, alsoProblem)))
	case d <= 0:
		b.timeout = behavior.None[time.Duration]()
	default:
		b.timeout = behavior.Is(d)
		most := "any time"
		if dial > 0 {
			most = behavior.Short(dial)
		}
		b.notes = append(b.notes, fmt.Sprintf("the timeout of a try counts from the end of the request to the response's headers; connecting can take %s more", most))
	}
}

// dialTimeout is that of a ServersTransport; 0 is none.
func dialTimeout(o *manifest.Object) (d time.Duration, problem string) {
	v := o.At("spec", "forwardingTimeouts", "dialTimeout")
	if !v.Exists() || v.IsNull() {
		return defaultDial, ""
	}
	return interval(v)
}

// ingressBackends gives the service of each path of an Ingress, each once.
func ingressBackends(o *manifest.Object) []manifest.Value {
	var list []manifest.Value
	seen := map[string]bool{}
	add := func(v manifest.Value) {
		key := v.At("name").Text() + "\x00" + v.At("port", "number").Text() + "\x00" + v.At("port", "name").Text()
		if v.Exists() && !seen[key] {
			seen[key] = true
			list = append(list, v)
		}
	}
	for _, rule := range o.At("spec", "rules").Items() {
		for _, path := range rule.At("http", "paths").Items() {
			add(path.At("backend", "service"))
		}
	}
	add(o.At("spec", "defaultBackend", "service"))
	return list
}

// ingressBackend reads the annotations of a Service behind an Ingress.
func (c cluster) ingressBackend(o *manifest.Object, v manifest.Value) backend {
	name := v.At("name").Text()
	b := backend{name: name, http2: true, timeout: behavior.Unclear[time.Duration](), origin: "Service " + name + ", which is not in the input"}
	service := c.world.Get(manifest.ID{Kind: "Service", Namespace: o.ID().Namespace, Name: name})
	if service == nil {
		return b
	}
	_, scheme := annotation(service, serviceScheme)
	port := orElse(v.At("port", "number").Text(), v.At("port", "name").Text())
	b.http2 = c.schemeHTTP2(o.ID().Namespace, name, scheme, port)
	if _, refs := annotation(service, serviceMiddlewares); c.is37 {
		b.refs = qualifiedList(refs)
	}
	_, transport := annotation(service, serviceTransport)
	c.transport(&b, qualified(transport), transport != "")
	return b
}
