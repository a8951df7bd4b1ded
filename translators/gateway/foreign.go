package gateway

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A virtualHost is where requests come in: a hostname of one listener of a parent.
type virtualHost struct {
	parent         manifest.ID
	listener, host string
}

// sharedPath is where the matches of several routes meet.
type sharedPath struct {
	virtualHost
	tier route.Path
}

// A foreignMatch is a match of a route at a virtual host.
type foreignMatch struct {
	route manifest.ID
	match route.Match
}

// foreignTo gives the matches of other routes that can get the same requests as a
// rule: below the same listener, for the same hostname, on an equal path. Of two
// hostnames that cover a request the more specific one decides before any match
// is looked at, so that routes with different ones do not meet.
func (e *Edits) foreignTo(o *manifest.Object, rule int) []route.Match {
	if e.foreign == nil {
		e.foreign = foreignMatches(e.world)
	}
	_, asked := virtualHosts(e.world, o)
	var matches []route.Match
	for _, m := range route.RuleAt(o, rule).Matches {
		for _, d := range asked {
			for _, f := range e.foreign[sharedPath{d, m.Tier()}] {
				if f.route != o.ID() && !slices.Contains(matches, f.match) {
					matches = append(matches, f.match)
				}
			}
		}
	}
	return matches
}

func foreignMatches(world *manifest.Set) map[sharedPath][]foreignMatch {
	foreign := map[sharedPath][]foreignMatch{}
	for _, o := range world.Kind(route.Group, "HTTPRoute") {
		found, _ := virtualHosts(world, o)
		for _, r := range route.Rules(o) {
			for _, m := range r.Matches {
				for _, d := range found {
					at := sharedPath{d, m.Tier()}
					foreign[at] = append(foreign[at], foreignMatch{o.ID(), m})
				}
			}
		}
	}
	return foreign
}

// Hostnames that stand for others below a parent that is not in the input, whose
// listeners are not known: there a route without hostnames may have any.
const (
	anyHost    = "any"    // every route is found at it
	withoutAny = "no own" // routes without hostnames are
)

// virtualHosts gives those at which a route is found, and those at which it finds the
// routes that it shares requests with.
func virtualHosts(world *manifest.Set, o *manifest.Object) (found, asked []virtualHost) {
	ids, sections := resolve.ParentRefs(o)
	own := o.At("spec", "hostnames").Len() > 0
	for n, id := range ids {
		parent := world.Get(id)
		if parent != nil {
			for _, l := range listenersOf(parent, sections[n]) {
				for _, h := range route.Hosts(l.At("hostname").Text(), o) {
					found = append(found, virtualHost{id, l.At("name").Text(), h})
				}
			}
			continue
		}
		found = append(found, virtualHost{id, "", anyHost})
		if !own {
			asked = append(asked, virtualHost{id, "", anyHost})
			found = append(found, virtualHost{id, "", withoutAny})
			continue
		}
		asked = append(asked, virtualHost{id, "", withoutAny})
		for _, h := range route.Hosts("", o) {
			found, asked = append(found, virtualHost{id, "", h}), append(asked, virtualHost{id, "", h})
		}
	}
	for _, d := range found {
		if world.Get(d.parent) != nil {
			asked = append(asked, d)
		}
	}
	return found, asked
}

// listenersOf gives the listeners of a parent that a route is attached to: the one
// it names, or all. A Service is one without a name.
func listenersOf(parent *manifest.Object, section string) []manifest.Value {
	if parent.At("spec", "listeners").Len() == 0 {
		return []manifest.Value{{}}
	}
	var list []manifest.Value
	for _, l := range parent.At("spec", "listeners").Items() {
		if section == "" || l.At("name").Text() == section {
			list = append(list, l)
		}
	}
	return list
}
