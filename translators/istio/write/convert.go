package write

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/controller"
)

// A conversion makes the http routes of a VirtualService out of the rules of a
// route. Each match becomes an http route of its own, in the order in which the
// Gateway API has them take precedence, because in a VirtualService the first
// match wins; neighbours of one rule are drawn together again.
type conversion struct {
	routes   []*manifest.Object // those preferred first
	world    *manifest.Set
	settings gateway.Settings
	// wishes are what is asked for each rule; a rule without one keeps what it has.
	wishes map[resolve.RuleID]behavior.Behavior
	put    func(manifest.Value, behavior.Behavior)
}

// http gives the http routes, or what cannot be carried over.
func (c conversion) http() ([]manifest.Value, error) {
	var candidates []controller.Candidate
	for at, o := range c.routes {
		for _, rule := range route.Rules(o) {
			for n, m := range rule.Matches {
				candidates = append(candidates, controller.Candidate{O: o, Route: at, Rule: rule, Match: m, Value: rule.Value.At("matches").Index(n)})
			}
		}
	}
	slices.SortStableFunc(candidates, precedence)
	var https []manifest.Value
	for n := 0; n < len(candidates); {
		last := n + 1
		for last < len(candidates) && candidates[last].RuleID() == candidates[n].RuleID() && !c.parts(candidates[n:last], candidates[last]) {
			last++
		}
		some, err := c.rule(candidates[n:last])
		if err != nil {
			return nil, fmt.Errorf("rule %d: %w", candidates[n].Rule.Index, err)
		}
		https = append(https, some...)
		n = last
	}
	return reached(https), nil
}

// rule gives the http routes for neighbouring matches of one rule: two where the
// wish is limited to some of their methods.
func (c conversion) rule(matches []controller.Candidate) ([]manifest.Value, error) {
	name := c.name(matches[0])
	want, wished := c.wishes[matches[0].RuleID()]
	methods, limited := gateway.Limit(want)
	rule := matches[0].Rule.Value
	if !wished || !limited || controller.Redirects(rule) || !route.HasBackend(rule) { // the latter two answer by themselves
		h, err := c.one(name, matches, behavior.AllMethods)
		if wished && err == nil {
			c.put(h, want)
		}
		return []manifest.Value{h}, err
	}
	var https []manifest.Value
	for _, part := range []struct {
		suffix  string
		methods behavior.Methods
		want    behavior.Behavior
	}{{"-retryable", methods, want}, {"", behavior.AllMethods &^ methods, gateway.SafeOnly(want)}} {
		var some []controller.Candidate
		for _, m := range matches {
			if controller.Allowed(m.Match)&part.methods != 0 {
				some = append(some, m)
			}
		}
		if len(some) == 0 {
			continue
		}
		only := behavior.AllMethods
		if part.suffix != "" {
			only = methods
		}
		h, err := c.one(name+part.suffix, some, only)
		if err != nil {
			return nil, err
		}
		c.put(h, part.want)
		https = append(https, h)
	}
	return https, nil
}

// name gives the name of an http route: that of the rule, and before it the route's
// where there are several.
func (c conversion) name(m controller.Candidate) string {
	name := m.Rule.Name
	if name == "" {
		name = fmt.Sprintf("rule-%d", m.Rule.Index)
	}
	if len(c.routes) == 1 {
		return name
	}
	id := m.O.ID()
	if slices.ContainsFunc(c.routes, func(o *manifest.Object) bool { return o.ID().Name == id.Name && o != m.O }) {
		name = id.Namespace + "-" + name
	}
	return id.Name + "-" + name
}

// one gives an http route for some matches, with only some methods where the
// match itself has none.
func (c conversion) one(name string, matches []controller.Candidate, only behavior.Methods) (manifest.Value, error) {
	list := manifest.List()
	for _, m := range matches {
		for _, v := range m.Matches(only) {
			list.Append(v)
		}
	}
	h := manifest.Map("name", name)
	if list.Len() != 1 || list.Index(0).Len() > 0 {
		h.Put("match", list)
	}
	if err := c.action(h, matches[0].O, matches[0].Rule.Value); err != nil {
		return h, err
	}
	keep(h, matches[0].Rule)
	return h, nil
}
