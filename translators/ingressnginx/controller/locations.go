package controller

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/ingressnginx/api"
)

// A Location is a path of a host, which one Ingress serves.
type Location struct {
	class, host, path, kind string
}

// String gives the location for people: "shop.example/api".
func (l Location) String() string { return l.host + l.path }

// locationsOf gives those that an Ingress asks for; one without rules asks for every path
// of every host.
func locationsOf(o *manifest.Object) []Location {
	class := o.At("spec", "ingressClassName").Text()
	if class == "" {
		class, _ = o.Annotation("kubernetes.io/ingress.class")
	}
	var list []Location
	add := func(host, path, kind string) {
		if path == "" {
			path = "/"
		}
		if l := (Location{class, strings.ToLower(host), path, kind}); !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	for _, rule := range o.At("spec", "rules").Items() {
		for _, p := range rule.At("http", "paths").Items() {
			kind := p.At("pathType").Text()
			if kind == "" {
				kind = "ImplementationSpecific"
			}
			add(rule.At("host").Text(), p.At("path").Text(), kind)
		}
	}
	if len(list) == 0 && o.At("spec", "defaultBackend").Exists() {
		add("", "/", "Prefix")
	}
	return list
}

// Locations are those of a world, with the Ingresses that ask for each.
type Locations map[Location][]*manifest.Object

// LocationsIn gives those of a world.
func LocationsIn(world *manifest.Set) Locations {
	all := Locations{}
	for _, o := range world.Kind("networking.k8s.io", "Ingress") {
		if IsCanary(o) {
			continue
		}
		for _, l := range locationsOf(o) {
			all[l] = append(all[l], o)
		}
	}
	return all
}

// IsCanary reports whether an Ingress only takes a share of another's requests.
func IsCanary(o *manifest.Object) bool {
	text, _ := o.Annotation(api.Prefix + api.Canary)
	return text == "true"
}

// A Served part of an Ingress is the locations of it that one Ingress serves.
type Served struct {
	By *manifest.Object
	At []Location
	// Rival may serve them as well, since nothing tells which of the two is older; nil
	// without one.
	Rival *manifest.Object
}

// Of gives what serves the locations of an Ingress: itself, older ones, and of a canary
// those whose requests it shares.
func (all Locations) Of(o *manifest.Object) []Served {
	var list []Served
	for _, l := range locationsOf(o) {
		var s Served
		if IsCanary(o) {
			s.By = all.shared(l)
		} else {
			s.By, s.Rival = oldest(o, all[l])
		}
		if s.By == nil {
			continue
		}
		at := slices.IndexFunc(list, func(other Served) bool { return other.By == s.By && other.Rival == s.Rival })
		if at < 0 {
			at = len(list)
			list = append(list, s)
		}
		list[at].At = append(list[at].At, l)
	}
	return list
}

// shared gives the Ingress with the host and path of a canary's.
func (all Locations) shared(l Location) *manifest.Object {
	for _, kind := range []string{l.kind, "Prefix", "Exact", "ImplementationSpecific"} {
		l.kind = kind
		if len(all[l]) > 0 {
			by, _ := oldest(all[l][0], all[l])
			return by
		}
	}
	return nil
}

// oldest gives the oldest of several Ingresses, of which one is asked about; where that
// cannot be told it is the one, with a rival.
func oldest(one *manifest.Object, all []*manifest.Object) (by, rival *manifest.Object) {
	age := func(o *manifest.Object) string { return o.At("metadata", "creationTimestamp").Text() }
	by = one
	for _, o := range all {
		switch {
		case o.ID() == one.ID():
		case age(o) == "" || age(one) == "":
			rival = o
		case age(o) < age(by), age(o) == age(by) && name(o) > name(by): // store.go, ListIngresses
			by = o
		}
	}
	if by != one {
		return by, nil
	}
	return by, rival
}

func name(o *manifest.Object) string { return o.ID().Namespace + "/" + o.ID().Name }
