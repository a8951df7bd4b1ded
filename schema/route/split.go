package route

import (
	"cmp"
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// Limits of the Gateway API's CRDs (v1.6, HTTPRoute spec).
const (
	maxRules           = 16
	maxMatches         = 64
	maxMatchesPerRoute = 128
)

// Split moves the requests with the given methods from rule i of an HTTPRoute to
// a new rule of that name at the end of the route, and gives the new rule. The
// object is changed; it is a copy of the caller's.
//
// A match with a method outranks one with more headers, so giving methods to
// one rule could take requests away from another. Split gives the same methods
// to matches of other rules where that keeps the order, and otherwise changes
// nothing and says why not. Foreign are matches of other routes with which this
// one shares requests; they cannot be changed.
func Split(o *manifest.Object, i int, methods behavior.Methods, name string, foreign []Match) (manifest.Value, error) {
	for _, rule := range o.At("spec", "rules").Items() {
		if rule.At("matches").Len() == 0 { // the standard's default, in writing
			rule.Put("matches", manifest.List(manifest.Map("path", manifest.Map("type", "PathPrefix", "value", "/"))))
		}
	}
	s := splitter{rules: Rules(o), at: i, methods: methods}
	if err := s.foreign(foreign); err != nil {
		return manifest.Value{}, err
	}
	promoted, err := s.promoted()
	if err != nil {
		return manifest.Value{}, err
	}
	if err := s.limits(promoted); err != nil {
		return manifest.Value{}, err
	}
	for _, p := range promoted {
		p.list(s.rules).Append(withMethod(p.match(s.rules), p.method))
	}
	return s.move(o, name), nil
}

type splitter struct {
	rules   []Rule
	at      int
	methods behavior.Methods
}

// An entry is one match of the route, by where it stands.
type entry struct{ rule, match int }

// A promotion gives a method to a copy of a match that has none.
type promotion struct {
	entry
	method string
}

func (p promotion) list(rules []Rule) manifest.Value { return rules[p.rule].Value.At("matches") }

func (p promotion) match(rules []Rule) manifest.Value { return p.list(rules).Index(p.entry.match) }

func (s *splitter) of(e entry) Match { return s.rules[e.rule].Matches[e.match] }

// leaving gives the methods with which requests leave a match of the rule that
// has none of its own: those that reach it, and are not listed beside it.
func (s *splitter) leaving(m Match) behavior.Methods {
	leaving := ReachOf(s.rules, s.at, m) & s.methods
	for _, own := range s.rules[s.at].Matches {
		if own.Method != "" && own.Path == m.Path && own.Conditions == m.Conditions {
			leaving &^= own.methods()
		}
	}
	return leaving
}

// splits reports whether the match is one whose requests with the method move.
func (s *splitter) splits(e entry, method string) bool {
	m := s.of(e)
	return e.rule == s.at && m.Method == "" && s.leaving(m)&behavior.ParseMethod(method) != 0
}

// promoted gives the matches of other rules that must get a method as well, or
// an error where no such set keeps the order of the matches.
func (s *splitter) promoted() ([]promotion, error) {
	var promoted []promotion
	for _, path := range s.paths() {
		for _, method := range s.methods.Each() {
			before := s.entries(path, method)
			last := -1 // of the entries that move
			for n, e := range before {
				if s.splits(e, method) {
					last = n
				}
			}
			for n, e := range before {
				if n < last && e.rule != s.at && s.of(e).Method == "" {
					promoted = append(promoted, promotion{e, method})
				}
			}
			if !s.kept(before, method, promoted) {
				return nil, fmt.Errorf("its %s requests would take precedence over another rule's match on %s", method, path)
			}
		}
	}
	return promoted, nil
}

func (s *splitter) paths() []string {
	var paths []string
	for _, m := range s.rules[s.at].Matches {
		if m.Method == "" && !slices.Contains(paths, m.Path) {
			paths = append(paths, m.Path)
		}
	}
	return paths
}

// entries gives the matches on a path that let the method through, in the order
// of precedence that the standard gives them.
func (s *splitter) entries(path, method string) []entry {
	var list []entry
	for r, rule := range s.rules {
		for m, match := range rule.Matches {
			if match.Path == path && match.methods()&behavior.ParseMethod(method) != 0 {
				list = append(list, entry{r, m})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int { return outranks(s.of(a), s.of(b), a.rule, b.rule) })
	return list
}

// outranks orders by precedence: a method, more headers, more query parameters,
// the earlier rule.
func outranks(a, b Match, aRule, bRule int) int {
	return cmp.Or(
		cmp.Compare(with(b.Method), with(a.Method)),
		cmp.Compare(b.Headers, a.Headers),
		cmp.Compare(b.Queries, a.Queries),
		cmp.Compare(aRule, bRule),
	)
}

func with(method string) int {
	if method == "" {
		return 0
	}
	return 1
}

// kept reports whether the entries stand in the same order once the moving and
// the promoted ones have a method.
func (s *splitter) kept(before []entry, method string, promoted []promotion) bool {
	after := slices.Clone(before)
	rank := func(e entry) (Match, int) {
		m, rule := s.of(e), e.rule
		if s.splits(e, method) {
			m.Method, rule = method, len(s.rules)
		} else if slices.Contains(promoted, promotion{e, method}) {
			m.Method = method
		}
		return m, rule
	}
	slices.SortStableFunc(after, func(a, b entry) int {
		x, xRule := rank(a)
		y, yRule := rank(b)
		return outranks(x, y, xRule, yRule)
	})
	for n := range before {
		if before[n].rule != after[n].rule {
			return false
		}
	}
	return true
}

// foreign refuses a split that would change which of two routes gets a request.
func (s *splitter) foreign(matches []Match) error {
	for _, m := range s.rules[s.at].Matches {
		moved := m
		moved.Method = "GET" // any method: precedence asks only whether there is one
		for _, f := range matches {
			if m.Method != "" || f.Path != m.Path || f.methods()&s.methods == 0 {
				continue
			}
			if first := outranks(m, f, 0, 0); first != outranks(moved, f, 0, 0) && first != -1 {
				return fmt.Errorf("its requests would take precedence over another route's match on %s", m.Path)
			}
		}
	}
	return nil
}

func (s *splitter) limits(promoted []promotion) error {
	count := make([]int, len(s.rules)+1)
	for r, rule := range s.rules {
		count[r] += len(rule.Matches)
	}
	for _, p := range promoted {
		count[p.rule]++
	}
	for _, m := range s.rules[s.at].Matches {
		if m.Method == "" {
			count[len(s.rules)] += len(s.leaving(m).Each())
		} else if m.methods()&s.methods != 0 {
			count[len(s.rules)]++
			count[s.at]--
		}
	}
	total := 0
	for _, n := range count {
		total += n
		if n > maxMatches {
			return fmt.Errorf("a rule would have %d matches, and %d is the most that the Gateway API takes", n, maxMatches)
		}
	}
	switch {
	case len(count) > maxRules:
		return fmt.Errorf("the route would have %d rules, and %d is the most that the Gateway API takes", len(count), maxRules)
	case total > maxMatchesPerRoute:
		return fmt.Errorf("the route would have %d matches, and %d is the most that the Gateway API takes", total, maxMatchesPerRoute)
	}
	return nil
}

// move appends the new rule; matches that already have one of the methods leave
// the old one.
func (s *splitter) move(o *manifest.Object, name string) manifest.Value {
	rule := s.rules[s.at]
	moved := manifest.List()
	kept := manifest.List()
	for n, m := range rule.Matches {
		source := rule.Value.At("matches").Index(n)
		if m.Method != "" && m.methods()&s.methods != 0 {
			moved.Append(source)
			continue
		}
		kept.Append(source)
		if m.Method != "" {
			continue
		}
		for _, method := range s.leaving(m).Each() {
			moved.Append(withMethod(source, method))
		}
	}
	fresh := rule.Value.Copy()
	fresh.Put("matches", moved)
	fresh.Put("name", name)
	rule.Value.Put("matches", kept)
	o.At("spec", "rules").Append(fresh)
	return fresh
}

func withMethod(match manifest.Value, method string) manifest.Value {
	c := match.Copy()
	c.Put("method", method)
	return c
}

// FreeName gives the name, with a number behind it where a rule has it already.
func FreeName(rules []Rule, name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(rules, func(r Rule) bool { return r.Name == name })
	}
	free := name
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}
