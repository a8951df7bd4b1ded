package istio

import (
	"slices"

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
	// parents are those for which they stand, one for each.
	parents []manifest.ID
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
		gateway, isClassic := classic(id, world, s)
		switch {
		case id.Kind == "Service" && s.Istio.API == "virtualservice":
			b.mesh = append(b.mesh, id)
		case !isClassic:
			b.native = true
		default:
			b.gateways, b.parents = append(b.gateways, gateway), append(b.parents, id)
			if _, mapped := s.Istio.Gateways[id.Namespace+"/"+id.Name]; mapped {
				break
			}
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

// classic gives the classic Gateway that stands for a parent, if one does: the one that
// it is mapped to, or that of its name.
func classic(id manifest.ID, world *manifest.Set, s gateway.Settings) (name string, ok bool) {
	name = id.Namespace + "/" + id.Name
	switch mapped, isMapped := s.Istio.Gateways[name]; {
	case id.Kind == "Service", s.Istio.API == "gateway-api":
		return "", false
	case isMapped:
		return mapped, true
	case s.Istio.API != "virtualservice" && ownGateway(id, world):
		return "", false
	}
	return name, true
}

// hostsAt gives the hosts for which a route gets requests through a parent.
func hostsAt(o *manifest.Object, parent manifest.ID, world *manifest.Set) (hosts []string) {
	for _, d := range resolve.Doors(o, world) {
		if d.Parent != parent {
			continue
		}
		for _, host := range hostsThrough(o, d, world) {
			if !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// hostsThrough gives those through one listener: of a hostname of the listener and one
// of the route that covers it, or is covered, the narrower one.
func hostsThrough(o *manifest.Object, d resolve.Door, world *manifest.Set) (hosts []string) {
	parent := world.Get(d.Parent)
	if d.Listener == "" && parent != nil && parent.At("spec", "listeners").Len() > 0 {
		return nil // no listener takes the route
	}
	listener := hostOfListener(d, world)
	for _, host := range hostnames(o) {
		switch {
		case route.Covers(listener, host):
		case route.Covers(host, listener):
			host = listener
		default:
			continue
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// hostOfListener gives the hostname of a listener; "*" where it has or shows none.
func hostOfListener(d resolve.Door, world *manifest.Set) string {
	if host := resolve.ListenerOf(d, world).At("hostname").Text(); host != "" {
		return host
	}
	return "*"
}

// hostnames gives those of a route, "*" where it has none.
func hostnames(o *manifest.Object) []string {
	var hosts []string
	for _, h := range o.At("spec", "hostnames").Items() {
		if host := h.Text(); host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 {
		return []string{"*"}
	}
	return hosts
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
