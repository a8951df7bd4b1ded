package istio

import (
	"strings"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// requests gives those that may reach the rule by an entry.
func (j *judgement) requests(d parent) []envoy.Request {
	var list []envoy.Request
	switch o := j.intent.Object; j.intent.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		list = samples(o, hostsFor(o, j.world))
	case "VirtualService":
		list = samplesOfVirtualService(o, j.settings)
	default:
		paths := []string{"/"}
		for _, vs := range j.world.Kind("networking.istio.io", "VirtualService") {
			for _, h := range vs.At("spec", "http").Items() {
				for _, m := range h.At("match").Items() {
					paths = append(paths, or(wordOf(m.At("uri")), "/"))
				}
			}
		}
		for _, path := range paths {
			for _, method := range behavior.AllMethods.Each() {
				list = append(list, envoy.Request{Method: method, Path: path})
			}
		}
	}
	for n := range list {
		switch {
		case j.intent.ID().Kind == "VirtualService":
		case d.kind == "sidecar":
			list[n].Host = serviceHost(j.intent, d, j.settings)
		}
	}
	return list
}

func serviceHost(i resolve.Intent, d parent, s gateway.Settings) string {
	name := i.ID().Name
	if i.Object != nil {
		for _, ref := range i.Object.At("spec", "parentRefs").Items() {
			if ref.At("kind").Text() == "Service" && or(ref.At("namespace").Text(), i.ID().Namespace) == d.namespace {
				name = ref.At("name").Text()
			}
		}
	}
	return name + "." + d.namespace + ".svc." + s.ClusterDomain
}

// ports gives those of a Service that requests to a host can be for.
func (j *judgement) ports(d parent, host string) []int {
	if d.kind != "sidecar" {
		return []int{gatewayPort}
	}
	if d.port != 0 {
		return []int{d.port}
	}
	name, namespace, _ := strings.Cut(strings.TrimSuffix(host, ".svc."+j.settings.ClusterDomain), ".")
	service := j.world.Get(manifest.ID{Kind: "Service", Namespace: namespace, Name: name})
	var ports []int
	if service != nil {
		for _, p := range service.At("spec", "ports").Items() {
			n, _ := p.At("port").Int()
			ports = append(ports, int(n))
		}
	}
	return ports
}
