package istio

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// A binding says how the requests of a route reach Istio: which classic Gateways
// stand in for its parents, and whether a parent is Istio's own, to which only
// the HTTPRoute itself binds.
type binding struct {
	// gateways are those of a VirtualService, as "namespace/name".
	gateways []string
	// assumed are the parents of which nothing is known; a classic Gateway of the
	// same name is assumed for each.
	assumed []manifest.ID
	// native says that the HTTPRoute itself carries the retries.
	native bool
	// mesh are the Services that are parents; the HTTPRoute wins over a
	// VirtualService for them, so a VirtualService is only written if asked for.
	mesh []manifest.ID
	// client is the namespace of the proxies that send the requests on; empty
	// where it is not known, as for the pods of a classic Gateway.
	client string
}

// bind decides for each parent of a route what carries retries.
func bind(o *manifest.Object, world *manifest.Set, s gateway.Settings) binding {
	var b binding
	ids, _ := resolve.ParentRefs(o)
	seen := map[manifest.ID]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		key := id.Namespace + "/" + id.Name
		mapped, isMapped := s.Istio.Gateways[key]
		switch {
		case id.Kind == "Service" && s.Istio.API == "virtualservice":
			b.mesh = append(b.mesh, id)
		case id.Kind == "Service", s.Istio.API == "gateway-api":
			b.native = true
		case isMapped:
			b.gateways = append(b.gateways, mapped)
		case s.Istio.API != "virtualservice" && ownGateway(id, world):
			b.native = true
		default:
			b.gateways = append(b.gateways, key)
			if world.Get(manifest.ID{Group: group, Kind: "Gateway", Namespace: id.Namespace, Name: id.Name}) == nil {
				b.assumed = append(b.assumed, id)
			}
		}
	}
	if len(b.gateways)+len(b.mesh) == 0 && len(seen) == 1 && ids[0].Kind == "Gateway" {
		b.client = ids[0].Namespace
	}
	return b
}

// ownGateway reports whether the input shows a Gateway to be Istio's: its class
// has Istio's controller, or is one of the classes that Istio makes itself.
func ownGateway(id manifest.ID, world *manifest.Set) bool {
	parent := world.Get(manifest.ID{Group: route.Group, Kind: "Gateway", Namespace: id.Namespace, Name: id.Name})
	if parent == nil {
		return false
	}
	class := parent.At("spec", "gatewayClassName").Text()
	for _, o := range world.Kind(route.Group, "GatewayClass") {
		if o.ID().Name == class {
			return o.At("spec", "controllerName").Text() == controller
		}
	}
	return class == "istio" || class == "istio-waypoint" || class == "istio-remote"
}
