package controller

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
)

// A Binding says how the requests of a route reach Istio: which classic Gateways
// stand in for its parents, and whether a parent is Istio's own, to which only
// the HTTPRoute itself binds.
type Binding struct {
	// Gateways are those of a VirtualService, as "namespace/name".
	Gateways []string
	// parents are those for which they stand, one for each.
	parents []manifest.ID
	// Assumed are the parents of which nothing is known; a classic Gateway of the
	// same name is assumed for each.
	Assumed []manifest.ID
	// Native says that the HTTPRoute itself carries the retries.
	Native bool
	// Mesh are the Services that are parents; the HTTPRoute wins over a
	// VirtualService for them, so a VirtualService is only written if asked for.
	Mesh []manifest.ID
	// Client is the namespace of the proxies that send the requests on; empty
	// where it is not known, as for the pods of a classic Gateway.
	Client string
}

// Bind decides for each parent of a route what carries retries.
func Bind(o *manifest.Object, world *manifest.Set, s gateway.Settings) Binding {
	var b Binding
	ids, _ := resolve.ParentRefs(o)
	seen := map[manifest.ID]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		gateway, isClassic := Classic(id, world, s)
		switch {
		case id.Kind == "Service" && api.WrittenBy(s) == api.VirtualService:
			b.Mesh = append(b.Mesh, id)
		case !isClassic:
			b.Native = true
		default:
			b.Gateways, b.parents = append(b.Gateways, gateway), append(b.parents, id)
			if _, mapped := s.Mapped(api.Gateways, id.Namespace+"/"+id.Name); mapped {
				break
			}
			if world.Get(manifest.ID{Group: api.Group, Kind: "Gateway", Namespace: id.Namespace, Name: id.Name}) == nil {
				b.Assumed = append(b.Assumed, id)
			}
		}
	}
	if len(b.Gateways)+len(b.Mesh) == 0 && len(seen) == 1 && ids[0].Kind == "Gateway" {
		b.Client = ids[0].Namespace
	}
	return b
}

// Classic gives the classic Gateway that stands for a parent, if one does: the one that
// it is mapped to, or that of its name.
func Classic(id manifest.ID, world *manifest.Set, s gateway.Settings) (name string, ok bool) {
	name = id.Namespace + "/" + id.Name
	switch mapped, isMapped := s.Mapped(api.Gateways, name); {
	case id.Kind == "Service", api.WrittenBy(s) == api.GatewayAPI:
		return "", false
	case isMapped:
		return mapped, true
	case api.WrittenBy(s) != api.VirtualService && ownGateway(id, world):
		return "", false
	}
	return name, true
}

// hostsAt gives the hosts for which a route gets requests through a parent.
func hostsAt(o *manifest.Object, parent manifest.ID, world *manifest.Set) (hosts []string) {
	for _, d := range resolve.Listeners(o, world) {
		if d.Parent != parent {
			continue
		}
		for _, host := range HostsThrough(o, d, world) {
			if !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	return hosts
}

// HostsThrough gives those through one listener: of a hostname of the listener and one
// of the route that covers it, or is covered, the narrower one.
func HostsThrough(o *manifest.Object, d resolve.Listener, world *manifest.Set) (hosts []string) {
	parent := world.Get(d.Parent)
	if d.Name == "" && parent != nil && parent.At("spec", "listeners").Len() > 0 {
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
func hostOfListener(d resolve.Listener, world *manifest.Set) string {
	if host := resolve.ListenerSpec(d, world).At("hostname").Text(); host != "" {
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
			return o.At("spec", "controllerName").Text() == api.Controller
		}
	}
	return class == "istio" || class == "istio-waypoint" || class == "istio-remote"
}
