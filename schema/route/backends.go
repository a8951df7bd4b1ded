package route

import (
	"strings"

	"retryctl.dev/schema/manifest"
)

// Backends gives the Services that a rule of a route sends requests to, each
// once, in the order of the text: of an HTTPRoute, GRPCRoute, VirtualService or IngressRoute,
// those of one rule or, with a rule below 0, of all; of an Ingress always all.
func Backends(o *manifest.Object, rule int) []manifest.ID {
	b := backends{namespace: o.ID().Namespace}
	switch {
	case o.Is(Group, "HTTPRoute"), o.Is(Group, "GRPCRoute"):
		for _, v := range chosen(o.At("spec", "rules"), rule) {
			for _, ref := range v.At("backendRefs").Items() {
				if kind := ref.At("kind").Text(); (kind == "" || kind == "Service") && ref.At("group").Text() == "" {
					b.add(ref.At("namespace").Text(), ref.At("name").Text())
				}
			}
		}
	case o.Is("traefik.io", "IngressRoute"):
		for _, v := range chosen(o.At("spec", "routes"), rule) {
			for _, ref := range v.At("services").Items() {
				if kind := ref.At("kind").Text(); kind == "" || kind == "Service" {
					b.add(ref.At("namespace").Text(), ref.At("name").Text())
				}
			}
		}
	case o.Is("networking.istio.io", "VirtualService"):
		for _, v := range chosen(o.At("spec", "http"), rule) {
			for _, to := range v.At("route").Items() {
				name, rest, full := strings.Cut(to.At("destination", "host").Text(), ".")
				namespace, domain, _ := strings.Cut(rest, ".")
				if !full || strings.HasPrefix(domain, "svc.") { // others are hosts outside of the cluster
					b.add(namespace, name)
				}
			}
		}
	case o.Is("networking.k8s.io", "Ingress"):
		b.add("", o.At("spec", "defaultBackend", "service", "name").Text())
		for _, v := range o.At("spec", "rules").Items() {
			for _, path := range v.At("http", "paths").Items() {
				b.add("", path.At("backend", "service", "name").Text())
			}
		}
	}
	return b.list
}

// chosen gives one item of a list, or all of them for an index below 0.
func chosen(list manifest.Value, at int) []manifest.Value {
	var some []manifest.Value
	for n, v := range list.Items() {
		if at < 0 || at == n {
			some = append(some, v)
		}
	}
	return some
}

type backends struct {
	namespace string
	list      []manifest.ID
}

func (b *backends) add(namespace, name string) {
	if namespace == "" {
		namespace = b.namespace
	}
	id := manifest.ID{Kind: "Service", Namespace: namespace, Name: name}
	for _, known := range b.list {
		if known == id {
			return
		}
	}
	if strings.TrimSpace(name) != "" {
		b.list = append(b.list, id)
	}
}
