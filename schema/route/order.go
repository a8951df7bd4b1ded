package route

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
)

// A ReachFunc is ReachOf, or what takes its place for a gateway that orders
// matches in another way than the standard does.
type ReachFunc func(rules []Rule, i int, m Match) behavior.Methods

// ReachCounting is ReachOf for a gateway that counts a method as one header more
// instead of placing it above all headers, as Envoy Gateway does (v1.9.1
// internal/gatewayapi/sort.go:53, route.go, where the method becomes a header): a
// match with a method takes only requests from matches with no more headers.
func ReachCounting(rules []Rule, i int, m Match) behavior.Methods {
	return reachOf(rules, i, m, func(n Match) bool { return n.Headers == m.Headers })
}

// ServingBy is Serving under another order of matches.
func ServingBy(reach ReachFunc, original, edited []Rule, i int) (indexes []int, methods []behavior.Methods) {
	serves := make([]behavior.Methods, len(edited))
	for _, m := range original[i].Matches {
		reached := reach(original, i, m)
		for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
			if reached&method == 0 {
				continue
			}
			if at := server(edited, m, method); at >= 0 {
				serves[at] |= method
			}
		}
	}
	for at, set := range serves {
		if set != 0 {
			indexes, methods = append(indexes, at), append(methods, set)
		}
	}
	return indexes, methods
}

// ReachBy is Reach under another order of matches; nothing reaches a rule that does
// not exist.
func ReachBy(reach ReachFunc, rules []Rule, i int) (methods behavior.Methods) {
	if i < 0 || i >= len(rules) {
		return 0
	}
	for _, m := range rules[i].Matches {
		methods |= reach(rules, i, m)
	}
	return methods
}

// KeepsCounting reports whether a split that has moved matches of a rule to a new
// one at the end keeps every request where it was under the order of
// ReachCounting. There a method and a header weigh the same, so that the order of
// the rules decides where by the standard the method would.
func KeepsCounting(before, after []Rule, split int) bool {
	if !meeting(before) {
		return true
	}
	origin := func(e ranked) int {
		if e.rule >= len(before) {
			return split
		}
		return e.rule
	}
	for method := behavior.GET; method <= behavior.CONNECT; method <<= 1 {
		now := byPath(after, method)
		for path, was := range byPath(before, method) {
			is := now[path]
			for n, a := range was {
				for _, b := range was[n+1:] {
					if origin(a) == origin(b) || exclusive(a.Conditions, b.Conditions) {
						continue
					}
					at := func(e ranked) int {
						return slices.IndexFunc(is, func(now ranked) bool { return origin(now) == e.rule && now.Conditions == e.Conditions })
					}
					if at(a) > at(b) {
						return false
					}
				}
			}
		}
	}
	return true
}

// meeting reports whether two rules have matches on one path.
func meeting(rules []Rule) bool {
	owners := map[Path]int{}
	for r, rule := range rules {
		for _, m := range rule.Matches {
			if owner, known := owners[m.Tier()]; known && owner != r {
				return true
			}
			owners[m.Tier()] = r
		}
	}
	return false
}

type ranked struct {
	Match
	rule int
}

// byPath gives the matches that let a method through, by path and in the order in
// which a gateway that counts tries them. Regular expressions may overlap, so they
// count as one path.
func byPath(rules []Rule, method behavior.Methods) map[Path][]ranked {
	paths := map[Path][]ranked{}
	for r, rule := range rules {
		for _, m := range rule.Matches {
			if m.methods()&method == 0 {
				continue
			}
			paths[m.Tier()] = append(paths[m.Tier()], ranked{m, r})
		}
	}
	for _, list := range paths {
		slices.SortStableFunc(list, func(a, b ranked) int {
			return cmp.Or(
				cmp.Compare(b.Headers+named(b.Method), a.Headers+named(a.Method)),
				cmp.Compare(exact(b.Match), exact(a.Match)),
				cmp.Compare(b.Queries, a.Queries),
			)
		})
	}
	return paths
}

func named(method string) int { return min(1, len(method)) }

// exact counts the header conditions, the method included, that are no regular
// expressions.
func exact(m Match) int {
	n := named(m.Method)
	for _, c := range strings.Split(m.Conditions, "\x00") {
		if strings.HasPrefix(c, "h ") && strings.Contains(c, " Exact ") {
			n++
		}
	}
	return n
}

// exclusive reports whether no request can meet both conditions: they want two
// values of one header or query parameter.
func exclusive(a, b string) bool {
	for _, x := range strings.Split(a, "\x00") {
		name, value, ok := strings.Cut(x, " Exact ")
		for _, y := range strings.Split(b, "\x00") {
			other, different, also := strings.Cut(y, " Exact ")
			if ok && also && name == other && value != different {
				return true
			}
		}
	}
	return false
}
