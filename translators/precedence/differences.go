package precedence

import (
	"cmp"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A Difference is requests that by the Gateway API belong to one rule and are
// served by another.
type Difference struct {
	Rule, By resolve.RuleID
	// Methods are those of the requests; Request is one of them.
	Methods behavior.Methods
	Request Request
	// Open says that the gateway may serve them by the right rule too: nothing
	// orders the two. Perhaps says that it does so where the other one is not at the
	// same entry, which is not known.
	Open, Perhaps bool
}

// Differences finds them, once for each pair of rules.
func (t *Table) Differences() []Difference {
	d := differing{table: t, at: map[[2]resolve.RuleID]int{}, asked: map[requestKey]*asked{}}
	seen := map[*Match]bool{}
	for _, m := range t.all() {
		clear(seen)
		for _, n := range t.meeting(m) {
			if n.RuleID != m.RuleID && !seen[n] {
				seen[n] = true
				d.pair(m, n)
				d.pair(n, m)
			}
		}
	}
	return d.list
}

// all gives the matches in an order that depends on nothing but them.
func (t *Table) all() []*Match {
	var list []*Match
	for _, matches := range t.byRule {
		list = append(list, matches...)
	}
	slices.SortStableFunc(list, func(a, b *Match) int {
		return cmp.Or(cmp.Compare(a.ID.String(), b.ID.String()), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}

type differing struct {
	table *Table
	list  []Difference
	at    map[[2]resolve.RuleID]int
	asked map[requestKey]*asked
}

// asked is what became of a request, which may be an example of many pairs of matches.
type asked struct {
	found []candidate
	first map[behavior.Methods][]resolve.RuleID
	right map[*Match]behavior.Methods // with which the request belongs to a match
}

func (d *differing) ask(entry string, r Request) *asked {
	key := r.key(entry)
	a, known := d.asked[key]
	if !known {
		a = &asked{d.table.found(entry, r), map[behavior.Methods][]resolve.RuleID{}, map[*Match]behavior.Methods{}}
		for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
			a.first[method] = first(a.found, method)
		}
		d.asked[key] = a
	}
	return a
}

// rightly gives the methods with which the request belongs to a match by the Gateway
// API: it comes before all others that hold for them.
func (a *asked) rightly(m *Match) behavior.Methods {
	methods, known := a.right[m]
	if !known {
		methods = m.Methods
		for _, c := range a.found {
			if c.RuleID != m.RuleID && c.Gateway == m.Gateway && standard(m, c.Match) >= 0 {
				methods &^= c.Methods
			}
		}
		a.right[m] = methods
	}
	return methods
}

// pair looks at the requests of two matches of which the first comes first by the
// standard, and by the gateway not.
func (d *differing) pair(m, n *Match) {
	if m.Methods&n.Methods == 0 || m.Example == nil || n.Example == nil || !belongs(m, n) || slices.Compare(m.Rank, n.Rank) > 0 {
		return
	}
	for _, r := range Together(*m.Example, *n.Example) {
		if holds := n.Holds(r); m.Holds(r) != Yes || holds == No || holds == Maybe && !n.Perhaps {
			continue
		}
		a := d.ask(m.Entry, r)
		rightly := a.rightly(m)
		for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
			if n.Methods&rightly&method == 0 {
				continue
			}
			rules := a.first[method]
			for _, by := range rules {
				if by != m.RuleID {
					d.add(Difference{m.RuleID, by, method, r, slices.Contains(rules, m.RuleID), perhaps(a.found, by)})
				}
			}
		}
	}
}

func (d *differing) add(one Difference) {
	pair := [2]resolve.RuleID{one.Rule, one.By}
	n, known := d.at[pair]
	if !known {
		d.at[pair] = len(d.list)
		d.list = append(d.list, one)
		return
	}
	d.list[n].Methods |= one.Methods
	if d.list[n].Open && !one.Open {
		d.list[n].Open, d.list[n].Request = false, one.Request
	}
	d.list[n].Perhaps = d.list[n].Perhaps && one.Perhaps
}

// perhaps reports whether a rule is among candidates only where it is at their entry.
func perhaps(list []candidate, by resolve.RuleID) bool {
	return !slices.ContainsFunc(list, func(c candidate) bool { return c.RuleID == by && !c.Perhaps })
}

// belongs reports whether requests that two matches take are the first one's by the
// Gateway API: it comes first there, or the other has no part in its Gateway, to which
// they come.
func belongs(m, n *Match) bool {
	switch none := (manifest.ID{}); {
	case m.Gateway == none:
		return n.Gateway == none && standard(m, n) < 0
	case n.Gateway == none:
		return true
	case m.Gateway != n.Gateway:
		return m.Class != "" && m.Class == n.Class // which have one controller
	}
	return standard(m, n) < 0
}

// standard compares by the Gateway API: below 0, the first comes first; 0 where
// that is not known. It wants GRPCRoutes and HTTPRoutes to have hostnames of their own;
// where they share one, a call is the GRPCRoute's that it is written for.
func standard(a, b *Match) int {
	if a.Standard == nil || b.Standard == nil {
		return 0
	}
	if a.ID.Kind != b.ID.Kind {
		switch "GRPCRoute" {
		case a.ID.Kind:
			return -1
		case b.ID.Kind:
			return 1
		}
		return 0
	}
	if c := slices.Compare(b.Standard, a.Standard); c != 0 {
		return c
	}
	if a.ID == b.ID {
		return cmp.Compare(a.Rule, b.Rule)
	}
	if a.Age == "" || b.Age == "" {
		return 0
	}
	return cmp.Compare(a.Age, b.Age)
}
