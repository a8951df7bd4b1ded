package route

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// Split moves the requests with the given methods from rule i of an HTTPRoute to
// new rules at the end of the route, and gives these: one, or one for each match
// where a rule may have only one. The first has the given name, if it is free, the
// others the name and a number. The object is changed; it is a copy of the caller's.
//
// A match with a method outranks one with more headers, so giving methods to
// one rule could take requests away from another. Split gives the same methods
// to matches of other rules where that keeps the order, and otherwise changes
// nothing and says why not. Foreign are matches of other routes with which this
// one shares requests; they cannot be changed.
func Split(o *manifest.Object, i int, methods behavior.Methods, name string, foreign []Match) ([]manifest.Value, error) {
	return split(o, i, methods, name, foreign, false)
}

// SplitCounting is Split for a gateway with the order of ReachCounting.
func SplitCounting(o *manifest.Object, i int, methods behavior.Methods, name string, foreign []Match) ([]manifest.Value, error) {
	return split(o, i, methods, name, foreign, true)
}

func split(o *manifest.Object, i int, methods behavior.Methods, name string, foreign []Match, counting bool) ([]manifest.Value, error) {
	s := splitter{rules: Rules(o), at: i, methods: methods}
	if s.rules[i].GRPC {
		return nil, errors.New("all requests of a GRPCRoute have the same method")
	}
	if err := s.order(foreign); err != nil {
		return nil, err
	}
	if err := s.limits(); err != nil {
		return nil, err
	}
	if counting && !KeepsCounting(s.rules, s.after(), i) {
		return nil, errors.New("its requests would change places with those of another rule, since the gateway counts a method like a header")
	}
	return s.move(o, name), nil
}

type splitter struct {
	rules   []Rule
	at      int
	methods behavior.Methods
	gains   []gain
}

// An entry is one match of the route, by where it stands.
type entry struct{ rule, match int }

// A gain is a method that a match without one gets: in a copy beside it, or in
// the new rule if the match is of the rule that is split.
type gain struct {
	entry
	method string
}

func (s *splitter) of(e entry) Match { return s.rules[e.rule].Matches[e.match] }

// moves reports whether requests with the method leave the match for the new rule.
func (s *splitter) moves(e entry, method string) bool {
	set := behavior.ParseMethod(method)
	return e.rule == s.at && (s.of(e).Method == method || s.reach(e)&set != 0) && s.methods&set != 0
}

func (s *splitter) reach(e entry) behavior.Methods { return ReachOf(s.rules, e.rule, s.of(e)) }

// order finds the gains, and fails where no such set keeps the order of the
// matches among themselves and with the foreign ones.
func (s *splitter) order(foreign []Match) error {
	for _, tier := range s.tiers() {
		for _, method := range s.methods.Each() {
			before := s.entries(tier, method)
			last := -1 // of the entries that move
			for n, e := range before {
				if s.moves(e, method) {
					last = n
				}
			}
			var gains []gain
			for _, e := range before[:last+1] {
				if s.of(e).Method == "" {
					gains = append(gains, gain{e, method})
				}
			}
			if !s.kept(before, gains, method) {
				return fmt.Errorf("its %s requests would take precedence over another rule's match on %s, or the other way round", method, tier)
			}
			for _, g := range gains {
				if err := s.clear(g, foreign); err != nil {
					return err
				}
			}
			s.gains = append(s.gains, gains...)
		}
	}
	return nil
}

func (s *splitter) tiers() []Path {
	var tiers []Path
	for _, m := range s.rules[s.at].Matches {
		if !slices.Contains(tiers, m.Tier()) {
			tiers = append(tiers, m.Tier())
		}
	}
	return tiers
}

// entries gives the matches of a tier that requests with the method can reach, in
// the order of precedence that the standard gives them. Those that have the
// method and are shadowed by an equal one are among them.
func (s *splitter) entries(tier Path, method string) []entry {
	var list []entry
	for r, rule := range s.rules {
		for m, match := range rule.Matches {
			e := entry{r, m}
			if match.Tier() == tier && (match.Method == method || s.reach(e)&behavior.ParseMethod(method) != 0) {
				list = append(list, e)
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

// kept reports whether the entries stand in the same order with the gains, and
// with the new rule behind all others.
func (s *splitter) kept(before []entry, gains []gain, method string) bool {
	rank := func(e entry) (Match, int) {
		m, rule := s.of(e), e.rule
		if slices.Contains(gains, gain{e, method}) {
			m.Method = method
		}
		if s.moves(e, method) {
			rule = len(s.rules)
		}
		return m, rule
	}
	after := slices.Clone(before)
	slices.SortStableFunc(after, func(a, b entry) int {
		x, xRule := rank(a)
		y, yRule := rank(b)
		return outranks(x, y, xRule, yRule)
	})
	return slices.EqualFunc(before, after, func(a, b entry) bool { return a.rule == b.rule })
}

// clear refuses a gain that would change which of two routes gets a request.
func (s *splitter) clear(g gain, foreign []Match) error {
	now, then := s.of(g.entry), s.of(g.entry)
	then.Method = g.method
	for _, f := range foreign {
		if f.Tier() != now.Tier() || f.methods()&behavior.ParseMethod(g.method) == 0 {
			continue
		}
		if first := outranks(now, f, 0, 0); first != -1 && first != outranks(then, f, 0, 0) {
			return fmt.Errorf("its requests would take precedence over another route's match on %s", now.Tier())
		}
	}
	return nil
}

// after gives the matches of the rules as they are after move.
func (s *splitter) after() []Rule {
	rules := make([]Rule, len(s.rules)+1)
	moved, kept := &rules[len(s.rules)], &rules[s.at]
	for r, rule := range s.rules {
		if r != s.at {
			rules[r].Matches = slices.Clip(rule.Matches)
		}
	}
	for _, m := range s.rules[s.at].Matches {
		if m.Method != "" && m.methods()&s.methods != 0 {
			moved.Matches = append(moved.Matches, m)
		} else {
			kept.Matches = append(kept.Matches, m)
		}
	}
	for _, g := range s.gains {
		m, to := s.of(g.entry), &rules[g.rule]
		if m.Method = g.method; g.rule == s.at {
			to = moved
		}
		to.Matches = append(to.Matches, m)
	}
	return rules
}

// move carries the split out: matches that already have one of the methods leave
// the rule, and every gain is written.
func (s *splitter) move(o *manifest.Object, name string) []manifest.Value {
	rule := s.rules[s.at].Value
	list := s.written(s.at)
	kept := manifest.List()
	var moved []manifest.Value
	for n, m := range s.rules[s.at].Matches {
		if m.Method != "" && m.methods()&s.methods != 0 {
			moved = append(moved, list.Index(n))
		} else {
			kept.Append(list.Index(n))
		}
	}
	for _, g := range s.gains {
		copied := s.written(g.rule).Index(g.match).Shallow()
		copied.Put("method", g.method)
		if g.rule == s.at {
			moved = append(moved, copied)
		} else {
			s.written(g.rule).Append(copied)
		}
	}
	rule.Put("matches", manifest.List()) // not to be copied
	var fresh []manifest.Value
	for group := range slices.Chunk(moved, s.together(len(moved))) {
		part := rule.Copy()
		part.Put("matches", manifest.List())
		for _, match := range group {
			part.At("matches").Append(match)
		}
		part.Put("name", FreeName(Rules(o), name))
		o.At("spec", "rules").Append(part)
		fresh = append(fresh, part)
	}
	rule.Put("matches", kept)
	return fresh
}

// written gives the matches of a rule in the object, the standard's default in
// writing where there are none.
func (s *splitter) written(rule int) manifest.Value {
	v := s.rules[rule].Value
	if v.At("matches").Len() == 0 {
		v.Put("matches", manifest.List(manifest.Map("path", manifest.Map("type", "PathPrefix", "value", "/"))))
	}
	return v.At("matches")
}
