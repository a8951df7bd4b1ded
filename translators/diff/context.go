package diff

import (
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// A view is what the gateways say of kinds.
type view struct {
	all   translators.Sources
	kinds map[[2]string]gateway.Kind
	// names are the fields, and annotations how the annotations begin, by which objects
	// name others that say something of retries.
	names       map[string]bool
	annotations []string
}

func viewOf(all translators.Sources) view {
	v := view{all: all, kinds: map[[2]string]gateway.Kind{}, names: map[string]bool{}}
	for _, name := range []string{"extensionRef", "backendRefs", "targetRef"} {
		v.names[name] = true
	}
	for _, g := range all {
		p := g.Profile()
		for _, k := range p.Kinds {
			v.kinds[[2]string{k.Group, k.Name}] = k
		}
		for _, name := range p.ReferenceFields {
			v.names[name] = true
		}
		v.annotations = append(v.annotations, p.Signs.Annotations...)
	}
	return v
}

// role is how retries in an object come to hold.
func (v view) role(id manifest.ID) gateway.Role { return v.kinds[[2]string{id.Group, id.Kind}].Role }

// contextOf gives the existing objects that a translation may use as if they had
// been given: routes and what is around them, what policies target, and what these
// refer to. Others that carry retries are left out: what retryctl wrote there
// earlier would come back as something to edit, with all that it says. Where marks
// tell what it wrote, a policy of somebody else's counts, since new ones repeat it.
func (v view) contextOf(given, existing []*manifest.Object) []*manifest.Object {
	have, used := manifest.NewSet(given), map[manifest.ID]bool{}
	told, targets := slices.ContainsFunc(existing, marked), targetsOf(given)
	left := func(o *manifest.Object) bool {
		somebodys := told && o.ID().Kind == "BackendTrafficPolicy" && !marked(o)
		return v.role(o.ID()) == gateway.Attached && !targets[o.ID()] && !somebodys
	}
	var list, waiting []*manifest.Object
	for _, o := range existing {
		switch {
		case have.Get(o.ID()) != nil, used[o.ID()], schema.Ours(o), left(o):
		case v.role(o.ID()) == gateway.Referred:
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
		for name := range v.mentionsOf(list[n]) {
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
func (v view) surroundings(objects []*manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(manifests(objects), func(o *manifest.Object) bool {
		return v.role(o.ID()) == gateway.Attached || v.role(o.ID()) == gateway.Referred
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

// mentionsOf gives the names that an object refers to others by: in annotations, and in
// fields for references. Traefik has the namespace before some.
func (v view) mentionsOf(o *manifest.Object) map[string]bool {
	names := map[string]bool{}
	v.mentions(o.Root(), names)
	return names
}

// calledBy are the names by which others refer to an object.
func calledBy(id manifest.ID) [2]string { return [2]string{id.Name, id.Namespace + "-" + id.Name} }

func (v view) mentions(in manifest.Value, names map[string]bool) {
	for key, value := range in.Fields() {
		switch k := key.Text(); {
		case slices.ContainsFunc(v.annotations, func(prefix string) bool { return strings.HasPrefix(k, prefix) }), v.names[k] && value.IsScalar():
			for _, word := range strings.FieldsFunc(value.Text(), func(r rune) bool { return strings.ContainsRune(", :@", r) }) {
				names[word] = true
			}
		case v.names[k]:
			names[value.At("name").Text()] = true
			for _, item := range value.Items() {
				names[item.At("name").Text()] = true
			}
		}
		v.mentions(value, names)
	}
	for _, item := range in.Items() {
		v.mentions(item, names)
	}
}

// A mentioning is which of several objects refer to others, by the names that they use:
// the first two for each, of which one is not the object itself.
type mentioning map[string][]referrer

type referrer struct {
	at int // its place among the objects
	by *manifest.Object
}

func (v view) mentionsIn(objects []*manifest.Object) mentioning {
	m := mentioning{}
	for n, o := range objects {
		for name := range v.mentionsOf(o) {
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
func (v view) hidden(id manifest.ID, world *manifest.Set, mentions mentioning) bool {
	return world.Get(id) != nil && v.role(id) == gateway.Referred && mentions.of(id) == nil
}

// concerned gives the gateways that the objects which differ are for: by their own
// kinds and annotations, and for a route by those of the objects beside it; the
// Gateway API where nothing says more.
func (v view) concerned(differing []Object, world *manifest.Set) []translators.Source {
	var names []string
	for _, o := range differing {
		for _, state := range []manifest.Value{o.From, o.To} {
			names = append(names, v.gatewaysOf(o.ID, state)...)
		}
	}
	if len(differing) > 0 && len(names) == 0 {
		for _, o := range world.All() {
			names = append(names, v.gatewaysOf(o.ID(), o.Root())...)
		}
	}
	if len(names) == 0 {
		names = v.standard()
	}
	sources, err := v.all.ParseSources(names)
	if err != nil {
		panic(err) // they are names of gateways
	}
	return sources
}

func (v view) gatewaysOf(id manifest.ID, state manifest.Value) []string {
	names := v.all.SignsOf(id, state)
	for _, rule := range state.At("spec", "rules").Items() {
		if id.Kind == "HTTPRoute" && (rule.At("retry").Exists() || rule.At("timeouts").Exists()) {
			names = append(names, v.standard()...)
		}
	}
	return names
}

// standard gives the gateways for which what stands in routes of the Gateway API is.
func (v view) standard() []string {
	var names []string
	for _, g := range v.all {
		if p := g.Profile(); p.Standard {
			names = append(names, p.Name)
		}
	}
	return names
}
