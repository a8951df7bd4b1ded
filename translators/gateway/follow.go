package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A Reference is a place where an object of the input names a section of another
// one, as policies name the rule of a route that they are for (GEP-713).
type Reference struct {
	Object *manifest.Object
	// At is the entry of spec.targetRefs; it is below 0 for a reference of another
	// form, to which no second one can be added.
	At int
}

// References are all that a world has, and the namespaces of which it shows what
// refers to sections of routes, and to http routes of VirtualServices.
type References struct {
	bySection     map[section][]reference
	shown, istios map[string]bool
}

type section struct{ kind, name string }

// A reference is one with the mapping that is it.
type reference struct {
	Reference
	value manifest.Value
}

// ReferencesOf finds the references of a world, in its order: those of objects of all
// kinds, whether retryctl knows them or not, RetryPolicies apart. A mapping with a kind
// and a sectionName is one wherever it stands: a selector may have them.
func ReferencesOf(world *manifest.Set) References {
	r := References{bySection: map[section][]reference{}, shown: map[string]bool{}, istios: map[string]bool{}}
	for _, o := range world.All() {
		if o.ID().Group == schema.Group {
			continue
		}
		spec := o.At("spec")
		for key, v := range spec.Fields() {
			entries := key.Text() == "targetRefs" && v.IsList()
			for n, entry := range v.Items() {
				if entries {
					r.add(entry, Reference{o, n})
				} else {
					r.within(entry, o)
				}
			}
			if !v.IsList() {
				r.within(v, o)
			}
		}
		attached := spec.At("targetRef").IsMap() || spec.At("targetRefs").Len() > 0 || spec.At("targetSelectors").Len() > 0
		if attached && !slices.ContainsFunc(written, func(k kind) bool { return o.Is(k.group, k.name) }) {
			r.shown[o.ID().Namespace] = true
		}
		if attached && namesKind(spec, "VirtualService") || o.Is("argoproj.io", "Rollout") || o.Is("networking.istio.io", "EnvoyFilter") {
			r.istios[o.ID().Namespace] = true
		}
	}
	return r
}

// namesKind reports whether a policy is for an object of a kind.
func namesKind(spec manifest.Value, kind string) bool {
	for _, entries := range []string{"targetRefs", "targetSelectors"} {
		for _, entry := range spec.At(entries).Items() {
			if entry.At("kind").Text() == kind {
				return true
			}
		}
	}
	return spec.At("targetRef", "kind").Text() == kind
}

func (r References) add(v manifest.Value, ref Reference) {
	if name := v.At("sectionName").Text(); name != "" {
		at := section{v.At("kind").Text(), name}
		r.bySection[at] = append(r.bySection[at], reference{ref, v})
	}
}

func (r References) within(v manifest.Value, o *manifest.Object) {
	if v.IsMap() {
		r.add(v, Reference{o, -1})
	}
	for _, below := range v.Fields() {
		r.within(below, o)
	}
	for _, item := range v.Items() {
		r.within(item, o)
	}
}

// To gives those to a section of an object. A group or a name that a reference leaves
// out may be any.
func (r References) To(id manifest.ID, name string) []Reference {
	var list []Reference
	for _, ref := range r.bySection[section{id.Kind, name}] {
		namespace := ref.value.At("namespace").Text()
		if namespace == "" {
			namespace = ref.Object.ID().Namespace
		}
		group, named := ref.value.At("group"), ref.value.At("name")
		if ref.Object.ID() != id && namespace == id.Namespace && (!group.Exists() || group.Text() == id.Group) && (!named.Exists() || named.Text() == id.Name) {
			list = append(list, ref.Reference)
		}
	}
	return list
}

// Shown reports whether the input shows what refers to sections of an object: whether
// it has policies in the namespace of kinds that retryctl does not write, and for a
// VirtualService, Rollouts, EnvoyFilters, or policies for one.
func (r References) Shown(id manifest.ID) bool {
	if id.Kind == "VirtualService" {
		return r.istios[id.Namespace]
	}
	return r.shown[id.Namespace]
}

// written are the kinds of policies that retryctl writes itself.
var written = []kind{
	{"gateway.envoyproxy.io", "BackendTrafficPolicy"},
	{"gateway.networking.x-k8s.io", "XBackendTrafficPolicy"},
}

type kind struct{ group, name string }

// maxTargets is the most entries that spec.targetRefs takes by the convention of
// the Gateway API; a CRD of Envoy Gateway knows no limit (v1.9.1).
const maxTargets = 16

// Followers are what names a rule that is to be split, and is to name its parts.
type Followers struct {
	edits  *Edits
	intent resolve.Intent
	refs   []Reference
}

// Followers finds what names the rule of an intent, or says why the rule must not be
// split: because nobody wants it, or because something names the rule that could not
// name its parts.
func (e *Edits) Followers(i resolve.Intent) (Followers, error) {
	f := Followers{edits: e, intent: i}
	if e.settings.Split == SplitNever {
		return f, errors.New("the setting is to split none")
	}
	name := i.Name
	if name == "" && e.Names {
		name = nameOf(i.Rule)
	}
	for _, ref := range e.references().To(i.ID(), name) {
		if e.Own != nil && e.Own(ref.Object) {
			continue
		}
		if ref.At < 0 {
			return f, fmt.Errorf("%s is for rule %s alone, and has no list of targetRefs in which a part of the rule could be named too", ref.Object.ID(), name)
		}
		f.refs = append(f.refs, ref)
	}
	return f, nil
}

func (e *Edits) references() References {
	if e.referring == nil {
		all := ReferencesOf(e.world)
		e.referring = &all
	}
	return *e.referring
}

// Fit fails where one of the followers could not name some more sections.
func (f Followers) Fit(more int) error {
	for _, ref := range f.refs {
		if n := f.edits.now(ref.Object).At("spec", "targetRefs").Len() + more; n > maxTargets {
			return fmt.Errorf("%s would have %d targetRefs, and %d is the most that it may have", ref.Object.ID(), n, maxTargets)
		}
	}
	return nil
}

// Name has each follower name the parts of the rule beside it, and says what may
// name the rule and cannot be seen.
func (f Followers) Name(parts []string, out *Output) {
	if f.intent.Name == "" && len(f.refs) == 0 {
		return
	}
	var policies []string
	for _, ref := range f.refs {
		f.edits.first(ref.Object)
		list := f.edits.Of(ref.Object).At("spec", "targetRefs")
		for _, part := range parts {
			entry := list.Index(ref.At).Copy()
			entry.Put("sectionName", part)
			same := false
			for _, there := range list.Items() {
				same = same || there.Equal(entry)
			}
			if !same {
				list.Append(entry)
			}
		}
		if id := ref.Object.ID().String(); len(policies) == 0 || policies[len(policies)-1] != id {
			policies = append(policies, id)
		}
	}
	message := fmt.Sprintf("%s is split: what names it must name %s too", f.intent.RuleName(), strings.Join(parts, ", "))
	if len(policies) > 0 {
		message += "; " + strings.Join(policies, ", ") + " does now"
	}
	names := namesOf(f.intent.ID().Kind)
	switch {
	case f.edits.settings.Split == SplitAlways:
		out.Note(f.intent, finding.ReferredByName, message, names.reason, finding.Do(names.look))
	case f.edits.references().Shown(f.intent.ID()):
		out.Say(f.intent, finding.ReferredByName, message, names.reason, finding.Do(names.look+"; --split always says that there are none"))
	default:
		out.Fail(f.intent, finding.ReferredByName, message, names.reason, names.give)
	}
}

// naming says what names the rules of a kind of objects: why that matters, where to
// look for it, and what to give or to decide.
type naming struct {
	reason, look string
	give         finding.Hint
}

func namesOf(kind string) naming {
	if kind == "VirtualService" {
		return naming{
			reason: "a Rollout that shifts the weights of the http route by its name leaves the new one as it is, and an EnvoyFilter for the name does not change it; metrics and alerts that have the name in them cannot be seen",
			look:   "look for Rollouts, EnvoyFilters, metrics and alerts that name the http route, in other repositories too",
			give:   finding.Give("the manifests of the Rollouts and EnvoyFilters", "; or decide: --split always if nothing else names the http route, --split never to leave it whole"),
		}
	}
	return naming{
		reason: "a policy that is for the rule by its sectionName is not for the requests that a new rule serves; a limit counts for each rule of its own; EnvoyPatchPolicies, metrics and alerts that have the name in them cannot be seen",
		look:   "look for policies, patches, metrics and alerts that name the rule, in other repositories too",
		give:   finding.Give("the manifests of the policies in its namespace", "; or decide: --split always if no policy names the rule, --split never to leave it whole"),
	}
}
