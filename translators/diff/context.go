package diff

import (
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators"
)

// The kinds that carry retries. Those that name what they are for stand alone, the
// others count where something refers to them.
var (
	standing  = []string{"BackendTrafficPolicy", "XBackendTrafficPolicy", "VirtualService", "DestinationRule"}
	referable = []string{"Middleware", "MiddlewareTCP", "ServersTransport", "TraefikService", "KongPlugin", "KongUpstreamPolicy"}
)

// contextOf gives the existing objects that a translation may use as if they had
// been given: routes and what is around them, what policies target, and what these
// refer to. Others that carry retries are left out: what retryctl wrote there
// earlier would come back as something to edit, with all that it says. Where marks
// tell what it wrote, a policy of somebody else's counts, since new ones repeat it.
func contextOf(given, existing []*manifest.Object) []*manifest.Object {
	have, used := manifest.NewSet(given), map[manifest.ID]bool{}
	told, targets := slices.ContainsFunc(existing, marked), targetsOf(given)
	left := func(o *manifest.Object) bool {
		somebodys := told && o.ID().Kind == "BackendTrafficPolicy" && !marked(o)
		return slices.Contains(standing, o.ID().Kind) && !targets[o.ID()] && !somebodys
	}
	var list, waiting []*manifest.Object
	for _, o := range existing {
		switch kind := o.ID().Kind; {
		case have.Get(o.ID()) != nil, used[o.ID()], schema.Ours(o), left(o):
		case slices.Contains(referable, kind):
			waiting = append(waiting, o)
		default:
			used[o.ID()], list = true, append(list, o)
		}
	}
	named := map[string][]int{} // the places in waiting, by what others call the object
	for n, o := range waiting {
		for _, name := range calledBy(o.ID()) {
			named[name] = append(named[name], n)
		}
	}
	for n := 0; n < len(list) && len(waiting) > 0; n++ { // it grows on the way
		var found []int
		for name := range mentionsOf(list[n]) {
			found = append(found, named[name]...)
		}
		slices.Sort(found)
		for _, at := range found {
			if o := waiting[at]; !used[o.ID()] {
				used[o.ID()], list = true, append(list, o)
			}
		}
	}
	return list
}

// marked reports whether a translation has written an object, or edited it.
func marked(o *manifest.Object) bool {
	for key := range o.At("metadata", "annotations").Fields() {
		if undo.IsMark(key.Text()) {
			return true
		}
	}
	return false
}

// surroundings leaves out what carries retries.
func surroundings(objects []*manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(manifests(objects), func(o *manifest.Object) bool {
		return slices.Contains(standing, o.ID().Kind) || slices.Contains(referable, o.ID().Kind)
	})
}

// targetsOf gives what policies are for.
func targetsOf(given []*manifest.Object) map[manifest.ID]bool {
	targets := map[manifest.ID]bool{}
	for _, o := range given {
		if !o.Is(schema.Group, schema.Kind) {
			continue
		}
		for _, ref := range o.At("spec", "targetRefs").Items() {
			targets[manifest.ID{Group: ref.At("group").Text(), Kind: ref.At("kind").Text(), Namespace: o.ID().Namespace, Name: ref.At("name").Text()}] = true
		}
	}
	return targets
}

// mentions are the names that an object refers to others by: in annotations of Kong
// and Traefik, and in fields for references. Traefik has the namespace before some.
type mentions map[string]bool

func mentionsOf(o *manifest.Object) mentions {
	m := mentions{}
	m.add(o.Root())
	return m
}

// calledBy are the names by which others refer to an object.
func calledBy(id manifest.ID) [2]string { return [2]string{id.Name, id.Namespace + "-" + id.Name} }

func (m mentions) add(v manifest.Value) {
	for key, value := range v.Fields() {
		switch k := key.Text(); {
		case strings.HasPrefix(k, "konghq.com/"), strings.HasPrefix(k, "traefik.ingress.kubernetes.io/"), k == "serversTransport":
			for _, word := range strings.FieldsFunc(value.Text(), func(r rune) bool { return strings.ContainsRune(", :@", r) }) {
				m[word] = true
			}
		case k == "extensionRef" || k == "backendRefs" || k == "services" || k == "middlewares" || k == "chain" || k == "targetRef":
			m[value.At("name").Text()] = true
			for _, item := range value.Items() {
				m[item.At("name").Text()] = true
			}
		}
		m.add(value)
	}
	for _, item := range v.Items() {
		m.add(item)
	}
}

// A mentioning is which of several objects refer to others, by the names that they use:
// the first two for each, of which one is not the object itself.
type mentioning map[string][]referrer

type referrer struct {
	at int // its place among the objects
	by *manifest.Object
}

func mentionsIn(objects []*manifest.Object) mentioning {
	m := mentioning{}
	for n, o := range objects {
		for name := range mentionsOf(o) {
			if known := m[name]; len(known) == 0 || len(known) == 1 && known[0].by.ID() != o.ID() {
				m[name] = append(m[name], referrer{n, o})
			}
		}
	}
	return m
}

// of gives the first of the objects that refers to another one; nil if there is none.
func (m mentioning) of(id manifest.ID) *manifest.Object {
	var first referrer
	for _, name := range calledBy(id) {
		for _, r := range m[name] {
			if r.by.ID() != id && (first.by == nil || r.at < first.at) {
				first = r
			}
		}
	}
	return first.by
}

// hidden reports whether an object carries retries and nothing in its world says
// for whom: what a change of it means cannot be seen then.
func hidden(id manifest.ID, world *manifest.Set, mentions mentioning) bool {
	return world.Get(id) != nil && slices.Contains(referable, id.Kind) && mentions.of(id) == nil
}

// concerned gives the gateways that the objects which differ are for: by their own
// kinds and annotations, and for a route by those of the objects beside it; the
// Gateway API where nothing says more.
func concerned(all translators.Gateways, differing []Object, world *manifest.Set) []translators.Target {
	var names []string
	for _, o := range differing {
		for _, v := range []manifest.Value{o.From, o.To} {
			names = append(names, gatewaysOf(all, o.ID, v)...)
		}
	}
	if len(differing) > 0 && len(names) == 0 {
		for _, o := range world.All() {
			names = append(names, gatewaysOf(all, o.ID(), o.Root())...)
		}
	}
	if len(names) == 0 {
		names = []string{"gateway-api"}
	}
	targets, err := all.ParseTargets(names)
	if err != nil {
		panic(err) // they are names of gateways
	}
	return targets
}

func gatewaysOf(all translators.Gateways, id manifest.ID, v manifest.Value) []string {
	names := all.SignsOf(id, v)
	for _, rule := range v.At("spec", "rules").Items() {
		if id.Kind == "HTTPRoute" && (rule.At("retry").Exists() || rule.At("timeouts").Exists()) {
			names = append(names, "gateway-api")
		}
	}
	return names
}
