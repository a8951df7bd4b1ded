package importing

import (
	"cmp"
	"fmt"
	"slices"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// mostTargets is how many a policy may have.
const mostTargets = 16

// A policy is what is written.
type policy struct {
	namespace, name string
	targets         []target
	wish            wish
	gateway         string
}

// A target is an object, or a rule of it.
type target struct {
	id      manifest.ID
	section string
	place   string // where it stands, for people
}

// group gives the fewest policies for rules, in the order of what they are for.
func (in *importing) group(rules []wanted) []policy {
	var policies []policy
	at := map[string]int{}
	add := func(t target, w wanted) {
		key := w.Gateway.Name + "\n" + w.Implementation + "\n" + t.id.Namespace + "\n" + w.wish.key()
		n, known := at[key]
		if !known || len(policies[n].targets) == mostTargets {
			n = len(policies)
			at[key] = n
			policies = append(policies, policy{namespace: t.id.Namespace, wish: w.wish, gateway: w.Gateway.Name})
		}
		policies[n].targets = append(policies[n].targets, t)
	}
	for _, one := range in.objects(rules) {
		if len(one.rules) == 0 {
			continue
		}
		first := one.rules[0]
		if one.alike() {
			add(target{id: one.id, place: first.At()}, first)
			continue
		}
		wishes := one.byName()
		for _, w := range one.rules {
			switch name := w.Intent.Name; {
			case name == "":
				in.loses(w.Rule, finding.Warning, "it has no name, and the object's rules do not all do the same: a policy cannot be for it alone; give the rule a name")
			case len(wishes[name]) > 1:
				in.loses(w.Rule, finding.Warning, "several rules have its name, and do not do the same: a policy cannot be for it alone; give each a name of its own")
			case len(wishes[name]) == 1:
				add(target{one.id, name, w.At()}, w)
				delete(wishes, name) // a target stands once
			}
		}
	}
	name(policies)
	return policies
}

// An object is one that carries rules; others is how many more it has that are not
// imported.
type object struct {
	id     manifest.ID
	rules  []wanted
	others int
}

// alike reports whether all rules of an object do the same.
func (o object) alike() bool {
	return o.others == 0 && !slices.ContainsFunc(o.rules, func(w wanted) bool { return w.wish.key() != o.rules[0].wish.key() })
}

// byName gives what the rules of each name do.
func (o object) byName() map[string]map[string]bool {
	names := map[string]map[string]bool{}
	for _, w := range o.rules {
		if names[w.Intent.Name] == nil {
			names[w.Intent.Name] = map[string]bool{}
		}
		names[w.Intent.Name][w.wish.key()] = true
	}
	return names
}

// objects gives the objects of rules, in their order; where all routes of a Gateway do the
// same, it is the Gateway.
func (in *importing) objects(rules []wanted) []object {
	var list []object
	at := map[manifest.ID]int{}
	for _, w := range rules {
		id := w.Intent.ID()
		n, known := at[id]
		if !known {
			n = len(list)
			at[id] = n
			list = append(list, object{id: id, others: len(resolve.RulesOf(w.Intent.Object))})
		}
		list[n].rules = append(list[n].rules, w)
	}
	for n := range list {
		if list[n].others > 0 {
			list[n].others = max(0, list[n].others-len(list[n].rules))
		}
	}
	return in.raised(list)
}

// raised puts a Gateway in the place of the routes that are attached to it and to nothing
// else, where there are several, they stand in its namespace and all do the same.
func (in *importing) raised(list []object) []object {
	byParent := map[manifest.ID][]int{}
	mixed := map[manifest.ID]bool{}
	here := map[manifest.ID]int{}
	for n, o := range list {
		here[o.id] = n
	}
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range in.world.Kind(route.Group, kind) {
			parents, _ := resolve.ParentRefs(o)
			for _, id := range parents {
				n, imported := here[o.ID()]
				if len(parents) != 1 || !imported || id.Namespace != o.ID().Namespace || o.At("spec", "parentRefs").Index(0).At("sectionName").Exists() {
					mixed[id] = true
					continue
				}
				byParent[id] = append(byParent[id], n)
			}
		}
	}
	gone := map[int]bool{}
	for _, gateway := range in.world.Kind(route.Group, "Gateway") {
		routes := byParent[gateway.ID()]
		if len(routes) < 2 || mixed[gateway.ID()] {
			continue
		}
		first := list[routes[0]]
		same := !slices.ContainsFunc(routes, func(n int) bool {
			return !list[n].alike() || list[n].rules[0].wish.key() != first.rules[0].wish.key() || list[n].rules[0].Gateway.Name != first.rules[0].Gateway.Name
		})
		if !same {
			continue
		}
		for _, n := range routes {
			gone[n] = true
		}
		list = append(list, object{id: gateway.ID(), rules: first.rules[:1]})
	}
	kept := make([]object, 0, len(list))
	for n, o := range list {
		if !gone[n] {
			kept = append(kept, o)
		}
	}
	return kept
}

// name gives policies the names of what they are for, each once in a namespace.
func name(policies []policy) {
	taken := map[[2]string]bool{}
	for n := range policies {
		p := &policies[n]
		first := p.targets[0]
		want := first.id.Name
		if first.section != "" {
			want += "-" + first.section
		}
		want = want[:min(len(want), 240)]
		p.name = want
		for k := 2; taken[[2]string{p.namespace, p.name}]; k++ {
			p.name = fmt.Sprintf("%s-%d", want, k)
		}
		taken[[2]string{p.namespace, p.name}] = true
	}
	slices.SortStableFunc(policies, func(a, b policy) int { return cmp.Compare(a.namespace, b.namespace) })
}
