package precedence

import (
	"cmp"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A Match is one way by which requests come to a rule. One that holds for several
// hostnames, or comes in by several entries, is several.
type Match struct {
	resolve.RuleID
	// Entry is where the requests come in, in the gateway's own terms: only matches
	// with the same entry can get the same request.
	Entry string
	// Host is the hostname: exact, with a wildcard as its first label, or empty
	// where every hostname may do.
	Host string
	// Under is a path below which, or at which, every path of the match is, without
	// a slash at its end; empty where any may do.
	Under string
	// Methods are those that the match lets through.
	Methods behavior.Methods
	// Rank says where the gateway places the match: the larger comes first, and the
	// first number that differs decides. Of matches with equal ranks either may
	// come first.
	Rank []int
	// Standard is the same by the Gateway API; nil where it leaves the order open
	// or says nothing. Of equal ones the older route's comes first, then the
	// earlier rule's.
	Standard []int
	// Gateway is the one by which the requests come, for which Standard holds, and
	// Class the name of its class. Of a match that is no Gateway API route's both are
	// empty: by the Gateway API none of the requests of a Gateway are its own.
	Gateway manifest.ID
	Class   string
	// Perhaps says that it is not known whether the match is at its entry at all: what
	// comes in there may be served by it, and is not counted among its requests.
	Perhaps bool
	// Age orders routes by age; empty where it is not known.
	Age string
	// Example is the least request that the match takes; nil where none was found.
	Example *Request
	// Outside are requests that the match leaves to others though they have more than
	// it asks for, because it asks for something not to be there.
	Outside []Request
	// Holds says whether a request belongs to the match as far as its hostname,
	// path, headers and query go.
	Holds func(Request) Answer
}

// A Table is the matches of a world.
type Table struct {
	index  map[spot][]*Match
	byRule map[resolve.RuleID][]*Match
	// base is the table that this one changes, without the matches of an object.
	base    *Table
	without manifest.ID
	paths   map[hosts][]string // in order
}

type hosts struct{ entry, host string }

type spot struct {
	hosts
	under string
}

// New gives the table of matches.
func New(matches []Match) *Table {
	t := &Table{index: map[spot][]*Match{}, byRule: map[resolve.RuleID][]*Match{}, paths: map[hosts][]string{}}
	for n := range matches {
		m := &matches[n]
		at := spot{hosts{m.Entry, m.Host}, m.Under}
		if len(t.index[at]) == 0 {
			t.paths[at.hosts] = append(t.paths[at.hosts], m.Under)
		}
		t.index[at] = append(t.index[at], m)
		t.byRule[m.RuleID] = append(t.byRule[m.RuleID], m)
	}
	for _, list := range t.paths {
		slices.Sort(list)
	}
	return t
}

// With gives the table with other matches in the place of those of an object.
func (t *Table) With(id manifest.ID, matches []Match) *Table {
	changed := New(matches)
	changed.base, changed.without = t, id
	return changed
}

// Entries gives where requests come in, in order.
func (t *Table) Entries() []string {
	var list []string
	for at := range t.paths {
		list = append(list, at.entry)
	}
	if t.base != nil {
		list = append(list, t.base.Entries()...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Matches gives those of a rule.
func (t *Table) Matches(p resolve.RuleID) []*Match {
	if list := t.byRule[p]; len(list) > 0 || t.base == nil || p.ID == t.without {
		return list
	}
	return t.base.Matches(p)
}

// Serving gives the rules of which one serves a request: one, or several where it
// cannot be told; none where no rule does.
func (t *Table) Serving(entry string, r Request, method behavior.Methods) []resolve.RuleID {
	return first(t.found(entry, r), method)
}

// Reach gives the methods of the requests that may reach a rule.
func (t *Table) Reach(p resolve.RuleID) behavior.Methods {
	var reach behavior.Methods
	for _, m := range t.Matches(p) {
		if m.Perhaps {
			continue
		}
		if m.Example == nil {
			reach |= m.Methods
		}
		for _, w := range t.reaching(m) {
			reach |= w.methods
		}
	}
	return reach
}

// Served is the requests that a rule serves: the methods that they have, and
// whether another rule may serve them as well.
type Served struct {
	resolve.RuleID
	Methods behavior.Methods
	Open    bool
}

// Goes gives the rules that serve in another table what may reach a rule in this
// one. Requests of which no example is found stay where they are.
func (t *Table) Goes(p resolve.RuleID, now *Table) []Served {
	var list []Served
	add := func(to resolve.RuleID, methods behavior.Methods, open bool) {
		n := slices.IndexFunc(list, func(s Served) bool { return s.RuleID == to })
		if n < 0 {
			n = len(list)
			list = append(list, Served{RuleID: to})
		}
		list[n].Methods |= methods
		list[n].Open = list[n].Open || open
	}
	for _, m := range t.Matches(p) {
		if m.Perhaps {
			continue
		}
		if m.Example == nil {
			add(p, m.Methods, true)
		}
		for _, w := range t.reaching(m) {
			found := w.found
			if now != t {
				found = now.found(m.Entry, w.request)
			}
			for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
				if w.methods&method != 0 {
					rules := first(found, method)
					for _, to := range rules {
						add(to, method, len(rules) > 1)
					}
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Served) int {
		return cmp.Or(cmp.Compare(beside(a, p), beside(b, p)), cmp.Compare(a.ID.String(), b.ID.String()), cmp.Compare(a.Rule, b.Rule))
	})
	return list
}

// beside is 0 for the rules of an object, and 1 for those of others.
func beside(s Served, p resolve.RuleID) int {
	if s.ID == p.ID {
		return 0
	}
	return 1
}

// A reaching request is one of a match that its rule may serve.
type reaching struct {
	request Request
	found   []candidate
	methods behavior.Methods
}

// reaching gives requests of a match that its rule may serve: the least one, and
// where that is left to a match which asks for something not to be there, those
// that have it.
func (t *Table) reaching(m *Match) []reaching {
	if m.Example == nil {
		return nil
	}
	least := t.found(m.Entry, *m.Example)
	list := []reaching{{*m.Example, least, served(m, least)}}
	for _, c := range least {
		for _, outside := range c.Outside {
			if list[0].methods == m.Methods {
				return list
			}
			for _, r := range Together(*m.Example, outside) {
				if m.Holds(r) != No {
					found := t.found(m.Entry, r)
					list = append(list, reaching{r, found, served(m, found)})
				}
			}
		}
	}
	return list
}

// served gives the methods for which a match's rule may serve a request.
func served(m *Match, list []candidate) behavior.Methods {
	var methods behavior.Methods
	for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
		if m.Methods&method == 0 {
			continue
		}
		for c := range foremost(list, method) {
			if c.RuleID == m.RuleID {
				methods |= method
				break
			}
		}
	}
	return methods
}
