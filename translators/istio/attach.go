package istio

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// attachments finds the VirtualServices and DestinationRules that hold for a host.
type attachments struct {
	settings gateway.Settings
	// groups are the http routes that Istio merges: of all VirtualServices for one
	// host on one gateway, or in the mesh.
	groups map[groupKey]*routes
	// rules are the DestinationRules by host and by namespace, the oldest first.
	rules map[ruleKey][]*manifest.Object
	// owners are the namespaces of the ServiceEntries by host.
	owners map[string]string
}

type groupKey struct{ gateway, host string }

// A stretch is one match of one http route.
type stretch struct {
	vs *manifest.Object
	// http is the index of the http route in the VirtualService.
	http    int
	methods behavior.Methods
	key
}

// routes are the matches for one host in the order in which Envoy tries them.
type routes struct {
	stretches []stretch
	byURI     map[string][]int
	// paths are the uris that are paths, in order, and regular the others.
	paths   []pathOf
	regular []string
	// lengths are those of the prefixes among the paths.
	lengths []int
	// rivals are VirtualServices that would have the host in the mesh to themselves
	// if they were older.
	rivals []*manifest.Object
}

// newAttachments reads a world. VirtualServices for one host are merged in the
// order of their age, then of their names, and a match for everything goes last
// (Istio 1.31 pilot/pkg/model/config.go sortByCreationComparator,
// pilot/pkg/networking/core/route/route.go SortVHostRoutes).
func newAttachments(world *manifest.Set, s gateway.Settings) attachments {
	a := attachments{s, map[groupKey]*routes{}, map[ruleKey][]*manifest.Object{}, map[string]string{}}
	for _, vs := range seen(world.Kind(group, "VirtualService")) {
		for _, gateway := range gatewaysOf(vs) {
			for _, host := range hostsOf(vs, s) {
				key := groupKey{gateway, host}
				if a.groups[key] == nil {
					a.groups[key] = &routes{}
				} else if gateway == wholeMesh { // in the mesh the oldest wins as a whole
					a.groups[key].rivals = append(a.groups[key].rivals, vs)
					continue
				}
				a.groups[key].add(vs)
			}
		}
	}
	for _, group := range a.groups {
		group.index()
	}
	for _, rule := range byAge(world.Kind(group, "DestinationRule")) {
		at := ruleKey{rule.ID().Namespace, fullName(rule.At("spec", "host").Text(), rule.ID().Namespace, s)}
		a.rules[at] = append(a.rules[at], rule)
	}
	for _, entry := range world.Kind(group, "ServiceEntry") {
		for _, host := range entry.At("spec", "hosts").Items() {
			a.owners[host.Text()] = entry.ID().Namespace
		}
	}
	return a
}

func byAge(objects []*manifest.Object) []*manifest.Object {
	return slices.SortedStableFunc(slices.Values(objects), func(a, b *manifest.Object) int {
		name := func(o *manifest.Object) string { return o.ID().Name + "." + o.ID().Namespace }
		return cmp.Or(cmp.Compare(age(a), age(b)), cmp.Compare(name(a), name(b)))
	})
}

func age(o *manifest.Object) string {
	if time := o.At("metadata", "creationTimestamp").Text(); time != "" {
		return time
	}
	return "not made yet" // after every time
}

// add takes the http routes of a VirtualService up to the first match for
// everything: Istio writes none behind it (1.31
// pilot/pkg/networking/core/route/route.go BuildHTTPRoutesForVirtualService).
func (r *routes) add(vs *manifest.Object) {
	for n, h := range vs.At("spec", "http").Items() {
		for _, m := range matchers(h) {
			r.stretches = append(r.stretches, stretch{vs, n, m.methods, m.key})
			if r.byURI == nil {
				r.byURI = map[string][]int{}
			}
			r.byURI[m.uri] = append(r.byURI[m.uri], len(r.stretches)-1)
			if m.everything() {
				return
			}
		}
	}
}

// index moves what matches everything to the end, and sorts the uris.
func (r *routes) index() {
	order := make([]int, 0, len(r.stretches))
	for _, last := range []bool{false, true} {
		for n, s := range r.stretches {
			if s.everything() == last {
				order = append(order, n)
			}
		}
	}
	for uri := range r.byURI {
		switch kind, path, _ := strings.Cut(uri, " "); kind {
		case "prefix", "exact":
			r.paths = append(r.paths, pathOf{path, uri})
			if kind == "prefix" {
				r.lengths = append(r.lengths, len(path))
			}
		case "regex":
			r.regular = append(r.regular, uri)
		}
	}
	slices.SortFunc(r.paths, func(a, b pathOf) int { return cmp.Or(strings.Compare(a.path, b.path), strings.Compare(a.uri, b.uri)) })
	slices.Sort(r.regular)
	slices.Sort(r.lengths)
	r.lengths = slices.Compact(r.lengths)
	position := make([]int, len(order))
	sorted := make([]stretch, len(order))
	for at, n := range order {
		position[n], sorted[at] = at, r.stretches[n]
	}
	for _, list := range r.byURI {
		for k, n := range list {
			list[k] = position[n]
		}
		slices.Sort(list)
	}
	r.stretches = sorted
}

// A served part of requests goes to one http route.
type served struct {
	vs      *manifest.Object
	http    int
	methods behavior.Methods
}

// serving gives the http routes that serve the requests of some matchers, each
// with the methods that it serves, and reports whether none of them is left over.
func (r *routes) serving(wanted []matcher) (list []served, all bool) {
	all = true
	for _, w := range wanted {
		left := w.methods
		for _, n := range r.covering(w.uri) {
			s := r.stretches[n]
			if left&s.methods != 0 && (s.rest == "" || s.rest == w.rest) {
				list = merge(list, served{s.vs, s.http, left & s.methods})
				left &^= s.methods
			}
		}
		all = all && left == 0
	}
	return list, all
}

// covering gives the places of what matches every path of a uri, in order: the
// same uri, the prefixes of it, and everything.
func (r *routes) covering(uri string) []int {
	if r == nil {
		return nil
	}
	places := slices.Concat(r.byURI[uri], r.byURI["regex .*"])
	if uri != "" {
		places = append(places, r.byURI[""]...)
	}
	kind, path, _ := strings.Cut(uri, " ")
	if kind == "prefix" || kind == "exact" {
		whole := "prefix " + path
		for _, n := range r.lengths {
			if n > 0 && n <= len(path) && whole[:len("prefix ")+n] != uri {
				places = append(places, r.byURI[whole[:len("prefix ")+n]]...)
			}
		}
	} else if kind == "regex" {
		places = append(places, r.byURI["prefix /"]...) // every path begins with it
	}
	slices.Sort(places)
	return places
}

func merge(list []served, one served) []served {
	for n := range list {
		if list[n].vs == one.vs && list[n].http == one.http {
			list[n].methods |= one.methods
			return list
		}
	}
	return append(list, one)
}

// on gives the routes of a host on a gateway: those of its own name, or of the
// longest wildcard that covers it.
func (a attachments) on(gateway, host string) *routes {
	for host != "" {
		if r := a.groups[groupKey{gateway, host}]; r != nil {
			return r
		}
		host = wider(host)
	}
	return nil
}

// gatewaysOf gives the gateways of a VirtualService as "namespace/name".
func gatewaysOf(vs *manifest.Object) []string {
	var list []string
	for _, v := range vs.At("spec", "gateways").Items() {
		name := v.Text()
		if name != wholeMesh && !strings.Contains(name, "/") {
			name = vs.ID().Namespace + "/" + name
		}
		list = append(list, name)
	}
	if len(list) == 0 {
		return []string{wholeMesh}
	}
	return list
}

func hostsOf(vs *manifest.Object, s gateway.Settings) []string {
	var list []string
	for _, v := range vs.At("spec", "hosts").Items() {
		list = append(list, fullName(v.Text(), vs.ID().Namespace, s))
	}
	return list
}
