package write

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// A use is a place that refers to a Middleware; direct says that it does so as
// the middleware of a router, not of a service or in a chain.
type use struct {
	resolve.RuleID
	direct bool
}

// usesOf finds every reference to a Middleware of the input.
func (t *translation) usesOf() map[manifest.ID][]use {
	uses := map[manifest.ID][]use{}
	add := func(refs []controller.Reference, u use) {
		for _, ref := range refs {
			for _, o := range t.Middlewares[ref.ID] {
				uses[o.ID()] = append(uses[o.ID()], u)
			}
		}
	}
	for _, o := range t.World.All() {
		id := o.ID()
		switch {
		case o.Is(route.Group, "HTTPRoute"), o.Is(route.Group, "GRPCRoute"), o.Is(api.Group, "IngressRoute"):
			for n := range max(o.At("spec", "rules").Len(), o.At("spec", "routes").Len()) {
				rule := controller.RuleOf(o, n)
				refs, _ := t.RouterRefs(o, rule)
				add(refs, use{resolve.RuleID{ID: id, Rule: n}, true})
				add(t.serviceRefs(o, rule), use{resolve.RuleID{ID: id, Rule: n}, false})
			}
		case o.Is("networking.k8s.io", "Ingress"):
			refs, _ := t.RouterRefs(o, o.Root())
			add(refs, use{resolve.RuleID{ID: id, Rule: -1}, true})
		case o.Is("", "Service"):
			_, list := controller.Annotation(o, api.ServiceMiddlewares)
			add(controller.QualifiedList(list), use{resolve.RuleID{ID: id, Rule: -1}, false})
		case o.Is(api.Group, "TraefikService"):
			for _, form := range []string{"weighted", "highestRandomWeight"} {
				for _, s := range o.At("spec", form, "services").Items() {
					add(t.ListRefs(controller.OrElse(s.At("namespace").Text(), id.Namespace), s.At("middlewares")), use{resolve.RuleID{ID: id, Rule: -1}, false})
				}
			}
		case o.Is(api.Group, api.Kind):
			add(t.ListRefs(id.Namespace, o.At("spec", "chain", "middlewares")), use{resolve.RuleID{ID: id, Rule: -1}, false})
		}
	}
	return uses
}

// serviceRefs gives the middlewares that a rule has for single services.
func (t *translation) serviceRefs(o *manifest.Object, rule manifest.Value) []controller.Reference {
	var all []controller.Reference
	for _, ref := range rule.At("backendRefs").Items() {
		refs, _ := t.FilterRefs(o, ref.At("filters"))
		all = append(all, refs...)
	}
	for _, s := range rule.At("services").Items() {
		all = append(all, t.ListRefs(controller.OrElse(s.At("namespace").Text(), o.ID().Namespace), s.At("middlewares"))...)
	}
	return all
}

// attach brings the Middlewares and the rules of all jobs together.
func (t *translation) attach() {
	asked := map[resolve.RuleID][]config{}
	for _, j := range t.jobs {
		asked[j.intent.RuleID()] = append(asked[j.intent.RuleID()], j.config)
	}
	for _, j := range t.jobs {
		edited := t.edits.Of(j.intent.Object)
		rule := controller.RuleOf(edited, j.rule)
		refs, _ := t.RouterRefs(edited, rule)
		t.missing(j.intent, slices.Concat(refs, t.serviceRefs(edited, rule)))
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
			j.config.write(t.edits.Of(kept).At("spec"), t.Is37)
		default:
			name := j.intent.Policy.Metadata.Name
			if j.split {
				name += "-retryable"
			}
			made := t.middleware(j.intent, j.config, name).ID()
			if slices.ContainsFunc(refs, func(ref controller.Reference) bool { return ref.ID == t.Id(made.Namespace, made.Name) }) {
				t.setting(j.intent) // an older retryctl, whose edits have no marks, has put it there
			} else {
				t.put(j, edited, rule, made)
			}
		}
	}
}

// missing says which Middlewares a rule refers to that cannot be looked into.
func (t *translation) missing(i resolve.Intent, refs []controller.Reference) {
	for _, name := range t.Resolve(refs).Missing {
		t.out.Say(i, finding.NeedsObject, fmt.Sprintf("Middleware %s, which %s refers to, is not in the input", name, i.RuleName()),
			"one that retries multiplies its tries by those of the policy", finding.Give("its manifest", ""))
	}
}

// retries gives the Middleware of a reference if all that it does is retry.
func (t *translation) retries(ref controller.Reference) *manifest.Object {
	for _, o := range t.Middlewares[ref.ID] {
		if kinds := controller.KindsOf(o); len(kinds) == 1 && kinds[0] == "retry" {
			return o
		}
	}
	return nil
}

// keep gives the Middleware of a rule that can be edited: every rule that uses it
// is to get the same.
func (t *translation) keep(refs []controller.Reference, c config, asked map[resolve.RuleID][]config) *manifest.Object {
	for _, ref := range refs {
		o := t.retries(ref)
		if o == nil || c == (config{}) || count(refs, ref.ID) > 1 {
			continue
		}
		same := func(u use) bool {
			return u.direct && len(asked[u.RuleID]) > 0 && !slices.ContainsFunc(asked[u.RuleID], func(other config) bool { return other != c })
		}
		if !slices.ContainsFunc(t.uses[o.ID()], func(u use) bool { return !same(u) }) {
			return o
		}
	}
	return nil
}

func count(refs []controller.Reference, id string) int {
	n := 0
	for _, ref := range refs {
		if ref.ID == id {
			n++
		}
	}
	return n
}

// left says that other rules still use a Middleware which a rule no longer has.
func (t *translation) left(j job, o *manifest.Object) {
	for _, u := range t.uses[o.ID()] {
		if u.RuleID == j.intent.RuleID() {
			continue
		}
		t.out.Say(j.intent, finding.Shadows, fmt.Sprintf("%s no longer uses %s, which others use as well", j.intent.RuleName(), o.ID()),
			"two retry middlewares on one rule would multiply the tries", finding.Hint{})
		t.out.Said[len(t.out.Said)-1].Severity = finding.Note // nothing but its retries is hidden
		return
	}
}

// chains refuses a retry within a chain: taking it out there would take it from
// every other rule, and leaving it in would multiply the tries.
func (t *translation) chains(j job, refs []controller.Reference) {
	for _, ref := range refs {
		for _, o := range t.Middlewares[ref.ID] {
			if o.At("spec", "chain").IsMap() && len(t.Resolve([]controller.Reference{ref}).Retries) > 0 {
				t.out.Say(j.intent, finding.Conflicts, fmt.Sprintf("%s is on %s, and retries by a middleware within it", o.ID(), j.intent.RuleName()),
					"two retry middlewares on one rule multiply the tries", finding.Do("take the retry out of the chain"))
			}
		}
	}
}

// detach takes a reference out of a rule, wherever it stands.
func (t *translation) detach(o *manifest.Object, rule manifest.Value, ref controller.Reference) {
	drop := func(element manifest.Value, key string, is func(manifest.Value) bool) {
		list := element.At(key)
		for n := list.Len() - 1; n >= 0; n-- {
			if is(list.Index(n)) {
				list.RemoveIndex(n)
			}
		}
		if list.Exists() && list.Len() == 0 {
			element.Remove(key)
		}
	}
	namespace := o.ID().Namespace
	filter := func(f manifest.Value) bool {
		name, ok := controller.Extension(f)
		return ok && t.To(namespace, name).ID == ref.ID
	}
	middleware := func(namespace string) func(manifest.Value) bool {
		return func(m manifest.Value) bool {
			return t.To(controller.OrElse(m.At("namespace").Text(), namespace), m.At("name").Text()).ID == ref.ID
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
			drop(s, "middlewares", middleware(controller.OrElse(s.At("namespace").Text(), namespace)))
		}
	default:
		key, list := controller.Annotation(o, api.RouterMiddlewares)
		var kept []string
		for _, one := range strings.Split(list, ",") {
			if one = strings.TrimSpace(one); one != "" && controller.Qualified(one).ID != ref.ID {
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
		if rule.At("filters").Len() >= api.MaxFilters {
			t.out.Say(j.intent, finding.CannotEdit, fmt.Sprintf("%s has %d filters already", j.intent.RuleName(), api.MaxFilters),
				"the Gateway API takes no more in one rule", finding.Do("gather Middlewares in a chain"))
			return
		}
		add("filters", manifest.Map("type", "ExtensionRef", "extensionRef", manifest.Map("group", api.Group, "kind", api.Kind, "name", id.Name)))
	case "IngressRoute":
		add("middlewares", manifest.Map("name", id.Name))
	default:
		key, list := controller.Annotation(o, api.RouterMiddlewares)
		mine := t.Id(id.Namespace, id.Name) + api.CrdProvider
		if list != "" {
			mine = list + "," + mine
		}
		o.Root().Make("metadata", "annotations").Put(key, mine)
	}
}
