package traefik

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// A use is a place that refers to a Middleware; direct says that it does so as
// the middleware of a router, not of a service or in a chain.
type use struct {
	place
	direct bool
}

// usesOf finds every reference to a Middleware of the input.
func (c cluster) usesOf() map[manifest.ID][]use {
	uses := map[manifest.ID][]use{}
	add := func(refs []reference, u use) {
		for _, ref := range refs {
			for _, o := range c.middlewares[ref.id] {
				uses[o.ID()] = append(uses[o.ID()], u)
			}
		}
	}
	for _, o := range c.world.All() {
		id := o.ID()
		switch {
		case o.Is(route.Group, "HTTPRoute"), o.Is(route.Group, "GRPCRoute"), o.Is(group, "IngressRoute"):
			for n := range max(o.At("spec", "rules").Len(), o.At("spec", "routes").Len()) {
				rule := ruleOf(o, n)
				refs, _ := c.routerRefs(o, rule)
				add(refs, use{place{id, n}, true})
				add(c.serviceRefs(o, rule), use{place{id, n}, false})
			}
		case o.Is("networking.k8s.io", "Ingress"):
			refs, _ := c.routerRefs(o, o.Root())
			add(refs, use{place{id, -1}, true})
		case o.Is("", "Service"):
			_, list := annotation(o, serviceMiddlewares)
			add(qualifiedList(list), use{place{id, -1}, false})
		case o.Is(group, "TraefikService"):
			for _, form := range []string{"weighted", "highestRandomWeight"} {
				for _, s := range o.At("spec", form, "services").Items() {
					add(c.listRefs(orElse(s.At("namespace").Text(), id.Namespace), s.At("middlewares")), use{place{id, -1}, false})
				}
			}
		case o.Is(group, kind):
			add(c.listRefs(id.Namespace, o.At("spec", "chain", "middlewares")), use{place{id, -1}, false})
		}
	}
	return uses
}

// serviceRefs gives the middlewares that a rule has for single services.
func (c cluster) serviceRefs(o *manifest.Object, rule manifest.Value) []reference {
	var all []reference
	for _, ref := range rule.At("backendRefs").Items() {
		refs, _ := c.filterRefs(o, ref.At("filters"))
		all = append(all, refs...)
	}
	for _, s := range rule.At("services").Items() {
		all = append(all, c.listRefs(orElse(s.At("namespace").Text(), o.ID().Namespace), s.At("middlewares"))...)
	}
	return all
}

// attach brings the Middlewares and the rules of all jobs together.
func (t *translation) attach() {
	asked := map[place][]config{}
	for _, j := range t.jobs {
		asked[placeOf(j.intent)] = append(asked[placeOf(j.intent)], j.config)
	}
	for _, j := range t.jobs {
		edited := t.edits.Of(j.intent.Object)
		rule := ruleOf(edited, j.rule)
		refs, _ := t.routerRefs(edited, rule)
		kept := t.keep(refs, j.config, asked)
		t.chains(j, refs)
		for _, ref := range append(refs, t.serviceRefs(edited, rule)...) {
			if o := t.retries(ref); o != nil && o != kept {
				t.detach(edited, rule, ref)
				t.left(j, o)
			}
		}
		switch {
		case j.config == (config{}):
		case kept != nil:
			j.config.write(t.edits.Of(kept).At("spec"), t.is37)
		default:
			name := j.intent.Policy.Metadata.Name
			if j.split {
				name += "-retryable"
			}
			made := t.middleware(j.intent, j.config, name).ID()
			if slices.ContainsFunc(refs, func(ref reference) bool { return ref.id == t.id(made.Namespace, made.Name) }) {
				t.setting(j.intent) // an older retryctl, whose edits have no marks, has put it there
			} else {
				t.put(j, edited, rule, made)
			}
		}
	}
}

// retries gives the Middleware of a reference if all that it does is retry.
func (t *translation) retries(ref reference) *manifest.Object {
	for _, o := range t.middlewares[ref.id] {
		if held := kindsOf(o); len(held) == 1 && held[0] == "retry" {
			return o
		}
	}
	return nil
}

// keep gives the Middleware of a rule that can be edited: every rule that uses it
// is to get the same.
func (t *translation) keep(refs []reference, c config, asked map[place][]config) *manifest.Object {
	for _, ref := range refs {
		o := t.retries(ref)
		if o == nil || c == (config{}) || count(refs, ref.id) > 1 {
			continue
		}
		same := func(u use) bool {
			return u.direct && len(asked[u.place]) > 0 && !slices.ContainsFunc(asked[u.place], func(other config) bool { return other != c })
		}
		if !slices.ContainsFunc(t.uses[o.ID()], func(u use) bool { return !same(u) }) {
			return o
		}
	}
	return nil
}

func count(refs []reference, id string) int {
	n := 0
	for _, ref := range refs {
		if ref.id == id {
			n++
		}
	}
	return n
}

// left says that other rules still use a Middleware which a rule no longer has.
func (t *translation) left(j job, o *manifest.Object) {
	for _, u := range t.uses[o.ID()] {
		if u.place == placeOf(j.intent) {
			continue
		}
		t.out.Say(j.intent, finding.Shadows, fmt.Sprintf("%s no longer uses %s, which others use as well", j.intent.Place(), o.ID()),
			"two retry middlewares on one rule would multiply the tries", "")
		t.out.Said[len(t.out.Said)-1].Severity = finding.Note // nothing but its retries is hidden
		return
	}
}

// chains refuses a retry within a chain: taking it out there would take it from
// every other rule, and leaving it in would multiply the tries.
func (t *translation) chains(j job, refs []reference) {
	for _, ref := range refs {
		for _, o := range t.middlewares[ref.id] {
			if o.At("spec", "chain").IsMap() && len(t.resolve([]reference{ref}).retries) > 0 {
				t.out.Say(j.intent, finding.Conflicts, fmt.Sprintf("%s is on %s, and retries by a middleware within it", o.ID(), j.intent.Place()),
					"two retry middlewares on one rule multiply the tries", "take the retry out of the chain")
			}
		}
	}
}

// detach takes a reference out of a rule, wherever it stands.
func (t *translation) detach(o *manifest.Object, rule manifest.Value, ref reference) {
	drop := func(holder manifest.Value, key string, is func(manifest.Value) bool) {
		list := holder.At(key)
		for n := list.Len() - 1; n >= 0; n-- {
			if is(list.Index(n)) {
				list.RemoveIndex(n)
			}
		}
		if list.Exists() && list.Len() == 0 {
			holder.Remove(key)
		}
	}
	namespace := o.ID().Namespace
	filter := func(f manifest.Value) bool {
		name, ok := extension(f)
		return ok && t.to(namespace, name).id == ref.id
	}
	middleware := func(namespace string) func(manifest.Value) bool {
		return func(m manifest.Value) bool {
			return t.to(orElse(m.At("namespace").Text(), namespace), m.At("name").Text()).id == ref.id
		}
	}
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		drop(rule, "filters", filter)
		for _, b := range rule.At("backendRefs").Items() {
			drop(b, "filters", filter)
		}
	case "IngressRoute":
		drop(rule, "middlewares", middleware(namespace))
		for _, s := range rule.At("services").Items() {
			drop(s, "middlewares", middleware(orElse(s.At("namespace").Text(), namespace)))
		}
	default:
		key, list := annotation(o, routerMiddlewares)
		var kept []string
		for _, one := range strings.Split(list, ",") {
			if one = strings.TrimSpace(one); one != "" && qualified(one).id != ref.id {
				kept = append(kept, one)
			}
		}
		if len(kept) > 0 {
			o.Root().Make("metadata", "annotations").Put(key, strings.Join(kept, ","))
		} else if o.At("metadata", "annotations").Remove(key) && o.At("metadata", "annotations").Len() == 0 {
			o.At("metadata").Remove("annotations")
		}
	}
}

// put adds a reference as the last one, the nearest to the backend.
func (t *translation) put(j job, o *manifest.Object, rule manifest.Value, id manifest.ID) {
	t.setting(j.intent)
	add := func(key string, item manifest.Value) {
		if !rule.At(key).IsList() {
			rule.Put(key, manifest.List())
		}
		rule.At(key).Append(item)
	}
	switch o.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		if rule.At("filters").Len() >= maxFilters {
			t.out.Say(j.intent, finding.CannotEdit, fmt.Sprintf("%s has %d filters already", j.intent.Place(), maxFilters),
				"the Gateway API takes no more in one rule", "gather Middlewares in a chain")
			return
		}
		add("filters", manifest.Map("type", "ExtensionRef", "extensionRef", manifest.Map("group", group, "kind", kind, "name", id.Name)))
	case "IngressRoute":
		add("middlewares", manifest.Map("name", id.Name))
	default:
		key, list := annotation(o, routerMiddlewares)
		mine := t.id(id.Namespace, id.Name) + crdProvider
		if list != "" {
			mine = list + "," + mine
		}
		o.Root().Make("metadata", "annotations").Put(key, mine)
	}
}
