package controller

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
)

// hostConfig finds the VirtualServices and DestinationRules that hold for a host.
type hostConfig struct {
	settings gateway.Settings
	// Groups are the http routes that Istio merges: of all VirtualServices for one
	// host on one gateway, or in the mesh.
	Groups map[VirtualHost]*Routes
	// rules are the DestinationRules by host and by namespace, the oldest first.
	rules map[ruleKey][]*manifest.Object
	// owners are the namespaces of the ServiceEntries by host.
	owners map[string]string
}

// A VirtualHost is a host on a classic gateway, "namespace/name", or in the mesh.
type VirtualHost struct{ Gateway, Host string }

// A match is one match of one http route.
type HTTPMatch struct {
	VS *manifest.Object
	// Http is the index of the http route in the VirtualService.
	HTTP    int
	Methods behavior.Methods
	Key
}

// Routes are the matches for one host in the order in which Envoy tries them.
type Routes struct {
	Matches []HTTPMatch
	byURI   map[string][]int
	// paths are the uris that are paths, in order, and regular the others.
	paths   []pathOf
	regular []string
	// lengths are those of the prefixes among the paths.
	lengths []int
	// rivals are VirtualServices that would have the host in the mesh to themselves
	// if they were older.
	rivals []*manifest.Object
	keys   map[Key]bool
}

// Keys gives what the http routes match.
func (r *Routes) Keys() map[Key]bool {
	if r.keys == nil {
		r.keys = make(map[Key]bool, len(r.Matches))
		for _, m := range r.Matches {
			r.keys[m.Key] = true
		}
	}
	return r.keys
}

// newAttachments reads a world. VirtualServices for one host are merged in the
// order of their age, then of their names, and a match for everything goes last
// (Istio 1.31 pilot/pkg/model/config.go sortByCreationComparator,
// pilot/pkg/networking/core/route/route.go SortVHostRoutes).
func newHostConfig(world *manifest.Set, s gateway.Settings) hostConfig {
	a := hostConfig{s, map[VirtualHost]*Routes{}, map[ruleKey][]*manifest.Object{}, map[string]string{}}
	for _, vs := range seen(world.Kind(api.Group, "VirtualService")) {
		for _, gateway := range GatewaysOf(vs) {
			for _, host := range HostsOf(vs, s) {
				key := VirtualHost{gateway, host}
				if a.Groups[key] == nil {
					a.Groups[key] = &Routes{}
				} else if gateway == api.WholeMesh { // in the mesh the oldest wins as a whole
					a.Groups[key].rivals = append(a.Groups[key].rivals, vs)
					continue
				}
				a.Groups[key].Add(vs)
			}
		}
	}
	for _, group := range a.Groups {
		group.Index()
	}
	for _, rule := range byAge(world.Kind(api.Group, "DestinationRule")) {
		at := ruleKey{rule.ID().Namespace, FullName(rule.At("spec", "host").Text(), rule.ID().Namespace, s)}
		a.rules[at] = append(a.rules[at], rule)
	}
	for _, entry := range world.Kind(api.Group, "ServiceEntry") {
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

// Add takes the http routes of a VirtualService up to the first match for
// everything: Istio writes none behind it (1.31
// pilot/pkg/networking/core/route/route.go BuildHTTPRoutesForVirtualService).
func (r *Routes) Add(vs *manifest.Object) {
	for n, h := range vs.At("spec", "http").Items() {
		for _, m := range Matchers(h) {
			r.Matches = append(r.Matches, HTTPMatch{vs, n, m.Methods, m.Key})
			if r.byURI == nil {
				r.byURI = map[string][]int{}
			}
			r.byURI[m.URI] = append(r.byURI[m.URI], len(r.Matches)-1)
			if m.Everything() {
				return
			}
		}
	}
}

// Index moves what matches everything to the end, and sorts the uris.
func (r *Routes) Index() {
	order := make([]int, 0, len(r.Matches))
	for _, last := range []bool{false, true} {
		for n, s := range r.Matches {
			if s.Everything() == last {
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
	sorted := make([]HTTPMatch, len(order))
	for at, n := range order {
		position[n], sorted[at] = at, r.Matches[n]
	}
	for _, list := range r.byURI {
		for k, n := range list {
			list[k] = position[n]
		}
		slices.Sort(list)
	}
	r.Matches = sorted
}

// A Served part of requests goes to one http route.
type Served struct {
	VS      *manifest.Object
	HTTP    int
	Methods behavior.Methods
}

// Serving gives the http routes that serve the requests of some matchers, each
// with the methods that it serves, and reports whether none of them is left over.
func (r *Routes) Serving(wanted []Matcher) (list []Served, all bool) {
	all = true
	for _, w := range wanted {
		left := w.Methods
		for _, n := range r.covering(w.URI) {
			s := r.Matches[n]
			if left&s.Methods != 0 && (s.Rest == "" || s.Rest == w.Rest) {
				list = Merge(list, Served{s.VS, s.HTTP, left & s.Methods})
				left &^= s.Methods
			}
		}
		all = all && left == 0
	}
	return list, all
}

// covering gives the indexes of what matches every path of a uri, in order: the
// same uri, the prefixes of it, and everything.
func (r *Routes) covering(uri string) []int {
	if r == nil {
		return nil
	}
	indexes := slices.Concat(r.byURI[uri], r.byURI["regex .*"])
	if uri != "" {
		indexes = append(indexes, r.byURI[""]...)
	}
	kind, path, _ := strings.Cut(uri, " ")
	if kind == "prefix" || kind == "exact" {
		whole := "prefix " + path
		for _, n := range r.lengths {
			if n > 0 && n <= len(path) && whole[:len("prefix ")+n] != uri {
				indexes = append(indexes, r.byURI[whole[:len("prefix ")+n]]...)
			}
		}
	} else if kind == "regex" {
		indexes = append(indexes, r.byURI["prefix /"]...) // every path begins with it
	}
	slices.Sort(indexes)
	return indexes
}

// Merge adds what one http route serves to a list.
func Merge(list []Served, one Served) []Served {
	for n := range list {
		if list[n].VS == one.VS && list[n].HTTP == one.HTTP {
			list[n].Methods |= one.Methods
			return list
		}
	}
	return append(list, one)
}

// On gives the routes of a host on a gateway: those of its own name, or of the
// longest wildcard that covers it.
func (a hostConfig) On(gateway, host string) *Routes {
	for host != "" {
		if r := a.Groups[VirtualHost{gateway, host}]; r != nil {
			return r
		}
		host = Wider(host)
	}
	return nil
}

// GatewaysOf gives the gateways of a VirtualService as "namespace/name".
func GatewaysOf(vs *manifest.Object) []string {
	var list []string
	for _, v := range vs.At("spec", "gateways").Items() {
		name := v.Text()
		if name != api.WholeMesh && !strings.Contains(name, "/") {
			name = vs.ID().Namespace + "/" + name
		}
		list = append(list, name)
	}
	if len(list) == 0 {
		return []string{api.WholeMesh}
	}
	return list
}

// HostsOf gives the hosts of a VirtualService by their full names.
func HostsOf(vs *manifest.Object, s gateway.Settings) []string {
	var list []string
	for _, v := range vs.At("spec", "hosts").Items() {
		list = append(list, FullName(v.Text(), vs.ID().Namespace, s))
	}
	return list
}
