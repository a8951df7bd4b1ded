package istio

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
)

// An entry is how requests come in: a classic Gateway, a Kubernetes Gateway, or a
// sidecar, which sends to Services on one port.
type entry struct {
	kind            string // "classic", "kubernetes" or "sidecar"
	namespace, name string // of the Gateway; a sidecar's name is empty
}

// A parent is what a route is attached to, and the entry that stands for it.
type parent struct {
	entry
	port int // of a Service; 0 is all
}

// parentsOf says by which entries the requests of a route come in, by what the
// settings and the GatewayClasses of a world say of its parents.
func parentsOf(o *manifest.Object, world *manifest.Set, s gateway.Settings) (list []parent) {
	for _, ref := range o.At("spec", "parentRefs").Items() {
		namespace, name := or(ref.At("namespace").Text(), o.ID().Namespace), ref.At("name").Text()
		port, _ := ref.At("port").Int()
		mapped, isMapped := s.Mapped(api.Gateways, namespace+"/"+name)
		p := parent{entry{"classic", namespace, name}, 0}
		switch {
		case ref.At("kind").Text() == "Service":
			p = parent{entry{"sidecar", namespace, ""}, int(port)}
		case s.Word(api.WrittenIn) == api.GatewayAPI, s.Word(api.WrittenIn) == api.Auto && !isMapped && istiosOwn(namespace, name, world):
			p.kind = "kubernetes"
		case isMapped:
			p.namespace, p.name, _ = strings.Cut(mapped, "/")
		}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

func istiosOwn(namespace, name string, world *manifest.Set) bool {
	o := world.Get(manifest.ID{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: namespace, Name: name})
	if o == nil {
		return false
	}
	class := o.At("spec", "gatewayClassName").Text()
	for _, c := range world.Kind("gateway.networking.k8s.io", "GatewayClass") {
		if c.ID().Name == class {
			return c.At("spec", "controllerName").Text() == "istio.io/gateway-controller"
		}
	}
	return class == "istio"
}

// entriesOf says by which entries the requests that an intent is about come in.
func entriesOf(i resolve.Intent, world *manifest.Set, s gateway.Settings) []parent {
	switch i.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		if i.Object != nil {
			return parentsOf(i.Object, world, s)
		}
	case "Service":
		return []parent{{entry{"sidecar", i.ID().Namespace, ""}, 0}}
	case "VirtualService":
		var list []parent
		if i.Object != nil && i.Object.At("spec", "gateways").Len() == 0 {
			list = append(list, parent{entry{"sidecar", i.ID().Namespace, ""}, 0})
		}
		for _, g := range i.Object.At("spec", "gateways").Items() {
			if g.Text() == "mesh" {
				list = append(list, parent{entry{"sidecar", i.ID().Namespace, ""}, 0})
			} else if namespace, name, ok := strings.Cut(g.Text(), "/"); ok {
				list = append(list, parent{entry{"classic", namespace, name}, 0})
			} else {
				list = append(list, parent{entry{"classic", i.ID().Namespace, g.Text()}, 0})
			}
		}
		return list
	}
	return nil
}
