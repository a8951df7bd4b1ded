package write

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/controller"
)

// fits says why a split of a route would change which rule serves a request: with a
// condition on the method a match comes before others with longer paths. It is nil
// where nothing that is known shares requests with the route.
func (t *translation) fits(i resolve.Intent) func(edited *manifest.Object, fresh []int) error {
	table := t.table()
	own := false
	for n := range i.Object.At("spec", "rules").Len() {
		own = own || table.Shares(resolve.RuleID{ID: i.ID(), Rule: n}, n == i.Rule)
	}
	if !own {
		return nil
	}
	return func(edited *manifest.Object, fresh []int) error { return t.keeps(i, edited, fresh) }
}

// keeps compares where requests go after the splits of a route so far with where
// they go in the input.
func (t *translation) keeps(i resolve.Intent, edited *manifest.Object, fresh []int) error {
	origins := t.origins[i.ID()]
	was := func(p resolve.RuleID) resolve.RuleID {
		if p.ID != i.ID() {
			return p
		}
		if slices.Contains(fresh, p.Rule) {
			return resolve.RuleID{ID: p.ID, Rule: i.Rule}
		}
		if at, split := origins[p.Rule]; split {
			p.Rule = at
		}
		return p
	}
	table := t.table()
	var before []*precedence.Match
	for n := range route.Rules(i.Object) {
		before = append(before, table.Matches(resolve.RuleID{ID: i.ID(), Rule: n})...)
	}
	if m := table.Moves(table.With(i.ID(), t.MatchesOf(edited)), before, was); m != nil {
		by := "no rule"
		for _, p := range m.From {
			by = resolve.RuleName(p.ID, controller.RuleOf(t.World.Get(p.ID), p.Rule).At("name").Text(), p.Rule)
		}
		return fmt.Errorf("by what Traefik adds up for conditions %s %s would no longer be served by %s", m.Method, m.Request, by)
	}
	if origins == nil {
		origins = map[int]int{}
		t.origins[i.ID()] = origins
	}
	for _, n := range fresh {
		origins[n] = i.Rule
	}
	return nil
}

// table is that of the input, made when it is first asked for.
func (t *translation) table() *precedence.Table {
	if t.inOrder == nil {
		t.inOrder = t.Order(t.World)
	}
	return t.inOrder
}
