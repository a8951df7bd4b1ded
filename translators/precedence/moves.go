package precedence

import (
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
)

// A Move is requests that other rules serve than before.
type Move struct {
	Request Request
	Method  behavior.Methods
	From    []resolve.RuleID
}

// Moves finds a request of an object that another rule serves once other matches
// have taken the place of the object's, as they have in after; nil where there is
// none. before are the object's matches, and was gives the rule that a rule was
// before.
func (t *Table) Moves(after *Table, before []*Match, was func(resolve.RuleID) resolve.RuleID) *Move {
	changed := slices.Concat(before, after.all())
	for _, m := range changed {
		if m.Example == nil {
			continue
		}
		for _, n := range slices.Concat(changed, t.near(m)) {
			if n.Example == nil || n.Entry != m.Entry || n.Methods&m.Methods == 0 {
				continue
			}
			for _, r := range Together(*m.Example, *n.Example) {
				if m.Holds(r) != Yes || n.Holds(r) != Yes {
					continue
				}
				then, now := t.found(m.Entry, r), after.found(m.Entry, r)
				for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
					from := first(then, method)
					if m.Methods&n.Methods&method != 0 && !same(from, first(now, method), was) {
						return &Move{r, method, from}
					}
				}
			}
		}
	}
	return nil
}

func same(then, now []resolve.RuleID, was func(resolve.RuleID) resolve.RuleID) bool {
	var list []resolve.RuleID
	for _, p := range now {
		if p = was(p); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return len(list) == len(then) && !slices.ContainsFunc(list, func(p resolve.RuleID) bool { return !slices.Contains(then, p) })
}
