package dataplane

import (
	"encoding/json"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// Objects are the input of gateways that are given Kubernetes objects: all those
// of one golden case after its translation.
type Objects struct {
	Name  string
	World *manifest.Set
}

// A served rule is one rule of a route, an HTTPRoute's or an IngressRoute's, in
// what data planes need of it.
type served struct {
	namespace string
	hosts     []string
	matches   []match
	filters   []reference // in order
	services  []manifest.ID
	expr      string // of an IngressRoute, in place of hosts and matches
	transport string // ServersTransport of an IngressRoute's service
	rule      manifest.Value
}

type match struct {
	exact        bool
	path, method string
	headers      [][2]string
}

type reference struct{ group, kind, name string }

// serves gives every rule of the case's routes; what a data plane here cannot be
// told, such as regular expressions, is left out, and no Place is made of it.
func (o Objects) serves() []served {
	var list []served
	routes := append(o.World.Kind(route.Group, "HTTPRoute"), o.World.Kind(route.Group, "GRPCRoute")...)
	for _, r := range routes {
		var hosts []string
		for _, h := range r.At("spec", "hostnames").Items() {
			hosts = append(hosts, h.Text())
		}
		for n, rule := range r.At("spec", "rules").Items() {
			s := served{namespace: r.ID().Namespace, hosts: hosts, services: route.Backends(r, n), rule: rule}
			for _, m := range rule.At("matches").Items() {
				s.matches = append(s.matches, matchOf(m, r.ID().Kind == "GRPCRoute"))
			}
			if len(s.matches) == 0 {
				s.matches = []match{{path: "/"}}
			}
			for _, f := range rule.At("filters").Items() {
				ref := f.At("extensionRef")
				s.filters = append(s.filters, reference{ref.At("group").Text(), ref.At("kind").Text(), ref.At("name").Text()})
			}
			list = append(list, s)
		}
	}
	for _, r := range o.World.Kind("traefik.io", "IngressRoute") {
		for _, rule := range r.At("spec", "routes").Items() {
			s := served{namespace: r.ID().Namespace, expr: rule.At("match").Text(), transport: rule.At("services").Index(0).At("serversTransport").Text(), rule: rule}
			for _, m := range rule.At("middlewares").Items() {
				s.filters = append(s.filters, reference{"traefik.io", "Middleware", m.At("name").Text()})
			}
			list = append(list, s)
		}
	}
	return list
}

// takers is how many rules take a request, whatever its method.
func (o Objects) takers(r Request) (n int) {
	for _, s := range o.serves() {
		if slices.ContainsFunc(orAny(s.hosts), func(h string) bool { return hostTakes(h, r.Host) }) &&
			slices.ContainsFunc(s.matches, func(m match) bool { return m.takes(r) }) {
			n++
		}
	}
	return n
}

func hostTakes(pattern, host string) bool {
	suffix, wild := strings.CutPrefix(pattern, "*")
	return pattern == "" || pattern == host || wild && strings.HasSuffix(host, suffix)
}

func (m match) takes(r Request) bool {
	for _, h := range m.headers {
		if r.Header[h[0]] != h[1] {
			return false
		}
	}
	return r.Path == m.path || !m.exact && strings.HasPrefix(r.Path, m.path)
}

func matchOf(v manifest.Value, grpc bool) match {
	if grpc {
		service, method := v.At("method", "service").Text(), v.At("method", "method").Text()
		return match{exact: method != "", path: "/" + service + "/" + method, method: "POST"}
	}
	m := match{exact: v.At("path", "type").Text() == "Exact", path: orElse(v.At("path", "value").Text(), "/"), method: v.At("method").Text()}
	for _, h := range v.At("headers").Items() {
		m.headers = append(m.headers, [2]string{h.At("name").Text(), h.At("value").Text()})
	}
	return m
}

// spec gives an object's spec as JSON's values.
func spec(o *manifest.Object) map[string]any {
	var whole struct{ Spec map[string]any }
	if o == nil || json.Unmarshal(o.JSON(), &whole) != nil {
		return nil
	}
	return whole.Spec
}
