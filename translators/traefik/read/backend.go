package read

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// A backend is one service that a router sends requests to.
type backend struct {
	name string // for people
	refs []controller.Reference
	// unsupported names a filter by which requests to the backend fail.
	unsupported string
	// timeout is the longest wait for response headers, with its origin.
	timeout behavior.Setting[time.Duration]
	origin  string
	// http2 says that the backend may be spoken to in HTTP/2.
	http2 bool
	// sticky says that a cookie keeps a client at one server.
	sticky bool
	notes  []string
}

// maxBackends bounds what TraefikServices are followed to.
const maxBackends = 64

// backends gives the services behind a rule, one at least.
func (c reading) backends(o *manifest.Object, rule manifest.Value) []backend {
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
		for _, v := range controller.IngressBackends(o) {
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
func (c reading) refBackends(o *manifest.Object, ref manifest.Value) []backend {
	if weight, ok := ref.At("weight").Int(); ok && weight == 0 {
		return nil
	}
	namespace, name := controller.OrElse(ref.At("namespace").Text(), o.ID().Namespace), ref.At("name").Text()
	var list []backend
	if ref.At("kind").Text() == "TraefikService" {
		list = c.traefikService(nil, namespace, name, 0)
	} else {
		b := backend{name: name, timeout: behavior.None[time.Duration](), origin: "Traefik's default: a Gateway API route sets no transport"}
		b.http2 = c.gatewayHTTP2(o, namespace, name, ref.At("port"))
		list = []backend{b}
	}
	if !c.Is37 {
		return list
	}
	refs, unsupported := c.FilterRefs(o, ref.At("filters"))
	for n := range list {
		list[n].refs, list[n].unsupported = append(refs[:len(refs):len(refs)], list[n].refs...), unsupported
	}
	return list
}

// gatewayHTTP2 reports whether a backend of a route may be spoken to in HTTP/2
// (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:970).
func (c reading) gatewayHTTP2(o *manifest.Object, namespace, name string, port manifest.Value) bool {
	if o.Is(route.Group, "GRPCRoute") {
		return true
	}
	service := c.World.Get(manifest.ID{Kind: "Service", Namespace: namespace, Name: name})
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
func (c reading) service(list []backend, namespace string, s manifest.Value, many bool, depth int) []backend {
	name := s.At("name").Text()
	namespace = controller.OrElse(s.At("namespace").Text(), namespace)
	refs := c.ListRefs(namespace, s.At("middlewares"))
	if !c.Is37 {
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
	b := backend{name: name, refs: refs, sticky: s.At("sticky", "cookie").IsMap(), http2: c.schemeHTTP2(namespace, name, s.At("scheme").Text(), s.At("port").Text())}
	c.transport(&b, c.To(namespace, s.At("serversTransport").Text()), s.At("serversTransport").Text() != "")
	if forms := c.Forms[controller.Identity(namespace, s)]; many && len(forms) > 1 {
		b.timeout = behavior.Unclear[time.Duration]()
		b.notes = append(b.notes, fmt.Sprintf("Service %s/%s is referred to in several ways, and without safeNaming Traefik keeps one of them", namespace, name))
	}
	return append(list, b)
}

// schemeHTTP2 is for services that have a scheme written or get one by their port
// (v3.7.13 pkg/provider/kubernetes/crd/kubernetes_http.go:908).
func (c reading) schemeHTTP2(namespace, name, scheme, port string) bool {
	if scheme != "" {
		return scheme != "http"
	}
	if service := c.World.Get(manifest.ID{Kind: "Service", Namespace: namespace, Name: name}); service != nil {
		p := portOf(service, port)
		return p.At("port").Text() == "443" || strings.HasPrefix(p.At("name").Text(), "https")
	}
	return port == "443" || strings.HasPrefix(port, "https")
}

// traefikService follows a TraefikService to its services.
func (c reading) traefikService(list []backend, namespace, name string, depth int) []backend {
	unseen := func(why string) []backend {
		return append(list, backend{name: name, timeout: behavior.Unclear[time.Duration](), http2: true, notes: []string{why}})
	}
	o := c.World.Get(manifest.ID{Group: api.Group, Kind: "TraefikService", Namespace: namespace, Name: name})
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
func (c reading) transport(b *backend, ref controller.Reference, named bool) {
	found := c.Transports[ref.ID]
	switch {
	case !named:
		b.timeout, b.origin = behavior.None[time.Duration](), "Traefik's default"
		return
	case len(found) != 1:
		b.timeout, b.origin = behavior.Unclear[time.Duration](), "ServersTransport "+ref.Text+", which is not in the input"
		return
	}
	b.origin = found[0].ID().String() + " forwardingTimeouts.responseHeaderTimeout"
	d, problem := controller.Interval(found[0].At("spec", "forwardingTimeouts", "responseHeaderTimeout"))
	dial, alsoProblem := controller.DialTimeout(found[0])
	switch {
	case problem+alsoProblem != "":
		b.timeout = behavior.Unclear[time.Duration]()
		b.notes = append(b.notes, fmt.Sprintf("%s has a timeout that cannot be read: %s", found[0].ID(), controller.OrElse(problem, alsoProblem)))
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

// ingressBackend reads the annotations of a Service behind an Ingress.
func (c reading) ingressBackend(o *manifest.Object, v manifest.Value) backend {
	name := v.At("name").Text()
	b := backend{name: name, http2: true, timeout: behavior.Unclear[time.Duration](), origin: "Service " + name + ", which is not in the input"}
	service := c.World.Get(manifest.ID{Kind: "Service", Namespace: o.ID().Namespace, Name: name})
	if service == nil {
		return b
	}
	_, scheme := controller.Annotation(service, api.ServiceScheme)
	port := controller.OrElse(v.At("port", "number").Text(), v.At("port", "name").Text())
	b.http2 = c.schemeHTTP2(o.ID().Namespace, name, scheme, port)
	if _, refs := controller.Annotation(service, api.ServiceMiddlewares); c.Is37 {
		b.refs = controller.QualifiedList(refs)
	}
	_, transport := controller.Annotation(service, api.ServiceTransport)
	c.transport(&b, controller.Qualified(transport), transport != "")
	return b
}
