package write

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/controller"
)

// listeners are the routes behind each listener of the parents that a classic Gateway
// stands for, by the hosts for which they get requests there.
type listeners struct {
	order  []resolve.Listener
	routes map[resolve.Listener]map[string][]*manifest.Object
}

// listenersOf gives those of each gateway.
func (t *translation) listenersOf(gateway string) listeners {
	if t.behind == nil {
		t.behind = map[string]listeners{}
		for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
			for _, o := range t.plan.World.Kind(route.Group, kind) {
				for _, d := range resolve.Listeners(o, t.plan.World) {
					if to, ok := controller.Classic(d.Parent, t.plan.World, t.settings); ok {
						t.behind[to] = t.behind[to].with(d, controller.HostsThrough(o, d, t.plan.World), o)
					}
				}
			}
		}
	}
	return t.behind[gateway]
}

func (l listeners) with(d resolve.Listener, hosts []string, o *manifest.Object) listeners {
	if l.routes == nil {
		l.routes = map[resolve.Listener]map[string][]*manifest.Object{}
	}
	if l.routes[d] == nil {
		l.routes[d] = map[string][]*manifest.Object{}
		l.order = append(l.order, d)
	}
	for _, host := range hosts {
		l.routes[d][host] = append(l.routes[d][host], o)
	}
	return l
}

// serving gives the routes that get the requests for a host behind a listener: those
// of the narrowest host that covers it.
func (l listeners) serving(d resolve.Listener, host string) []*manifest.Object {
	for ; host != ""; host = controller.Wider(host) {
		if list := l.routes[d][host]; len(list) > 0 {
			return list
		}
	}
	return nil
}

// listeners finds a listener behind which the requests for a host are not served by
// the routes of its VirtualService, which is for all servers of a gateway.
func (t *translation) listeners(h draft, vhost controller.VirtualHost) string {
	all := t.listenersOf(vhost.Gateway)
	at := t.view.At(vhost)
	for _, d := range all.order {
		serving := all.serving(d, vhost.Host)
		if len(serving) == 0 || slices.Equal(serving, at) {
			continue
		}
		for _, o := range serving {
			if !slices.Contains(at, o) {
				return fmt.Sprintf("%s would lose its requests for %s through %s to a VirtualService for %s", o.ID(), vhost.Host, d, h.routes[0].ID())
			}
		}
		for _, o := range h.routes {
			if slices.Contains(serving, o) {
				continue
			}
			for _, other := range serving {
				if meets(o, other) {
					return fmt.Sprintf("%s serves %s through %s, where %s does not, and a VirtualService is for all listeners", other.ID(), vhost.Host, d, o.ID())
				}
			}
		}
	}
	return ""
}

// meets reports whether two routes have matches that one request may match, whatever
// goes last.
func meets(o, other *manifest.Object) bool {
	for _, rule := range route.Rules(o) {
		for _, m := range rule.Matches {
			for _, beside := range route.Rules(other) {
				if slices.ContainsFunc(beside.Matches, func(n route.Match) bool { return controller.Meet(m, n) }) {
					return true
				}
			}
		}
	}
	return false
}
