package resolve

import (
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// A Listener is where requests come in to a route: one listener of a parent. The
// name is empty where the parent has none, or is not in the input and the
// route names none.
type Listener struct {
	Parent manifest.ID
	Name   string
}

// String gives "Gateway shop/edge listener inner".
func (d Listener) String() string {
	if d.Name == "" {
		return d.Parent.String()
	}
	return d.Parent.String() + " listener " + d.Name
}

// Listeners gives those of an HTTPRoute or GRPCRoute, in the order of its parentRefs
// and of their listeners; none for other objects, and for a route without parents.
func Listeners(o *manifest.Object, world *manifest.Set) []Listener {
	var list []Listener
	if !o.Is(route.Group, "HTTPRoute") && !o.Is(route.Group, "GRPCRoute") {
		return nil
	}
	there := map[Listener]bool{}
	ids, _ := ParentRefs(o)
	for n, id := range ids {
		for _, d := range listenersBy(o, o.At("spec", "parentRefs").Index(n), id, world.Get(id)) {
			if !there[d] {
				there[d] = true
				list = append(list, d)
			}
		}
	}
	return list
}

// listenersBy gives the listeners to which a reference attaches a route: the one it names,
// or all that speak HTTP, have its port and share a hostname with it.
func listenersBy(o *manifest.Object, ref manifest.Value, id manifest.ID, parent *manifest.Object) []Listener {
	section := ref.At("sectionName").Text()
	if section != "" || parent == nil {
		return []Listener{{id, section}}
	}
	var list []Listener
	for _, l := range parent.At("spec", "listeners").Items() {
		protocol, port := l.At("protocol").Text(), ref.At("port")
		switch {
		case protocol != "" && protocol != "HTTP" && protocol != "HTTPS":
		case port.Exists() && port.Text() != l.At("port").Text():
		case !sharesHost(l.At("hostname").Text(), o.At("spec", "hostnames")):
		default:
			list = append(list, Listener{id, l.At("name").Text()})
		}
	}
	if len(list) == 0 {
		return []Listener{{id, ""}}
	}
	return list
}

// sharesHost reports whether a listener's hostname has any in common with a
// route's; either may have none, which is any.
func sharesHost(host string, hostnames manifest.Value) bool {
	if host == "" || hostnames.Len() == 0 {
		return true
	}
	for _, name := range hostnames.Items() {
		if route.Covers(host, name.Text()) || route.Covers(name.Text(), host) {
			return true
		}
	}
	return false
}

// Through says by which listeners requests come that an intent is about, for people;
// it is empty where it is about all of them.
func (i Intent) Through() string {
	var names []string
	for _, d := range i.Listeners {
		names = append(names, d.String())
	}
	if len(names) == 0 {
		return ""
	}
	return " through " + strings.Join(names, ", ")
}

// ListenerSpec gives what a Gateway says of a listener; nothing where the world does not
// show it.
func ListenerSpec(d Listener, world *manifest.Set) manifest.Value {
	if parent := world.Get(d.Parent); parent != nil && d.Name != "" {
		for _, l := range parent.At("spec", "listeners").Items() {
			if l.At("name").Text() == d.Name {
				return l
			}
		}
	}
	return manifest.Value{}
}
