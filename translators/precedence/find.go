package precedence

import (
	"iter"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A candidate is a match that a request may belong to.
type candidate struct {
	*Match
	answer Answer
}

// found gives the candidates for a request, in the order in which they are tried.
func (t *Table) found(entry string, r Request) []candidate {
	var list []candidate
	for _, host := range above(r.Host) {
		at := spot{hosts{entry, host}, ""}
		if len(t.index) == 0 {
			break
		}
		for _, under := range parents(r.Path) {
			at.under = under
			for _, m := range t.index[at] {
				if answer := m.Holds(r); answer != No {
					list = append(list, candidate{m, answer})
				}
			}
		}
	}
	if t.base != nil {
		for _, c := range t.base.found(entry, r) {
			if c.ID != t.without {
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return slices.Compare(b.Rank, a.Rank) })
	return list
}

// first gives the rules of which one serves the requests with a method.
func first(list []candidate, method behavior.Methods) []resolve.RuleID {
	var rules []resolve.RuleID
	for c := range foremost(list, method) {
		if !slices.Contains(rules, c.RuleID) {
			rules = append(rules, c.RuleID)
		}
	}
	return rules
}

// foremost yields the candidates of which one serves the requests with a method.
func foremost(list []candidate, method behavior.Methods) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		sure := false
		for n, c := range list {
			switch {
			case sure && slices.Compare(c.Rank, list[n-1].Rank) != 0:
				return
			case c.Methods&method == 0:
				continue
			case !yield(c):
				return
			}
			sure = sure || c.answer == Yes
		}
	}
}

// above gives the hostnames that cover one.
func above(host string) []string {
	list := []string{host}
	for rest, found := host, true; found; {
		if _, rest, found = strings.Cut(rest, "."); found {
			list = append(list, "*."+rest)
		}
	}
	if host != "" {
		list = append(list, "")
	}
	return list
}

// parents gives the paths that a path is below or at, as Under has them.
func parents(path string) []string {
	path = strings.TrimRight(path, "/")
	list := []string{path}
	for path != "" {
		path = strings.TrimRight(path[:max(0, strings.LastIndexByte(path, '/'))], "/")
		list = append(list, path)
	}
	return list
}

// meeting gives the matches that may share requests with one: those above it, and
// those below it for wider hostnames. Of two matches at least one finds the other.
func (t *Table) meeting(m *Match) []*Match {
	return t.around(m, above(m.Host), func(host string) bool { return host != m.Host })
}

// near gives all matches that may share requests with one.
func (t *Table) near(m *Match) []*Match {
	list := above(m.Host)
	if m.Host == "" || strings.HasPrefix(m.Host, "*") {
		wide := len(list)
		for at := range t.paths {
			if at.entry == m.Entry && at.host != m.Host && (m.Host == "" || route.Covers(m.Host, at.host)) {
				list = append(list, at.host)
			}
		}
		slices.Sort(list[wide:])
	}
	return t.around(m, list, func(string) bool { return true })
}

// around gives the matches for some hostnames whose paths are above that of a match
// or, where below says so, below it.
func (t *Table) around(m *Match, names []string, below func(host string) bool) []*Match {
	var list []*Match
	for _, host := range names {
		at := hosts{m.Entry, host}
		for _, under := range parents(m.Under) {
			list = append(list, t.index[spot{at, under}]...)
		}
		if !below(host) {
			continue
		}
		paths := t.paths[at]
		from, _ := slices.BinarySearch(paths, m.Under+"/")
		for _, under := range paths[from:] {
			if !strings.HasPrefix(under, m.Under+"/") {
				break
			}
			list = append(list, t.index[spot{at, under}]...)
		}
	}
	return list
}

// Shares reports whether other rules may serve requests with the conditions of a
// rule: those of other objects, or with others also the rest of its own.
func (t *Table) Shares(p resolve.RuleID, others bool) bool {
	for _, m := range t.Matches(p) {
		if slices.ContainsFunc(t.near(m), func(n *Match) bool { return n.ID != p.ID || others && n.RuleID != p }) {
			return true
		}
	}
	return false
}
