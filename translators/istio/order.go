package istio

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// parts reports whether a match does not go with those before it of its rule:
// where they are split by method Istio's webhook would take the first half of a
// shorter prefix for one that covers the second half of a longer one, since it
// reads a list of methods as GET (1.31 pkg/config/validation/validation.go:1942).
func (c conversion) parts(before []candidate, next candidate) bool {
	_, limited := gateway.Limit(c.wishes[next.place()])
	return limited && slices.ContainsFunc(before, func(b candidate) bool {
		return b.match.Path != next.match.Path && meet(route.Match{Path: b.match.Path}, route.Match{Path: next.match.Path})
	})
}

// reached takes the matches out that an earlier one has the requests of, such as
// the exact half of a prefix behind an exact path; Istio warns of them.
func reached(https []manifest.Value) (list []manifest.Value) {
	seen := map[string]bool{}
	for _, h := range https {
		kept := manifest.List()
		for _, m := range h.At("match").Items() {
			same := strings.Join(flat("", m), "\x00")
			if !seen[same] {
				kept.Append(m)
			}
			seen[same] = true
		}
		if h.At("match").Exists() {
			h.Put("match", kept)
		}
		if !h.At("match").Exists() || kept.Len() > 0 {
			list = append(list, h)
		}
	}
	return list
}

// precedence is that of Istio itself (1.31
// pilot/pkg/config/kube/gateway/conversion.go:462): exact paths, prefixes, regular
// expressions; longer paths; a method; more headers; more query parameters. What
// matches everything goes last, as Istio has it (route.go, SortVHostRoutes): split
// by method it matches less, and would otherwise go before regular expressions.
func precedence(a, b candidate) int {
	kind := func(m route.Match) (int, int) {
		kind, path, _ := strings.Cut(strings.TrimPrefix(m.Path, "grpc "), " ")
		return slices.Index([]string{"Exact", "PathPrefix", "RegularExpression"}, kind), len(path)
	}
	aKind, aLength := kind(a.match)
	bKind, bLength := kind(b.match)
	return cmp.Or(
		cmp.Compare(boolean(everything(a.match)), boolean(everything(b.match))),
		cmp.Compare(aKind, bKind), cmp.Compare(bLength, aLength),
		cmp.Compare(boolean(b.match.Method != ""), boolean(a.match.Method != "")),
		cmp.Compare(b.match.Headers, a.match.Headers), cmp.Compare(b.match.Queries, a.match.Queries),
		cmp.Compare(a.route, b.route), cmp.Compare(a.rule.Index, b.rule.Index),
	)
}

// reachOf is route.ReachOf in that order: a prefix / with a method, or with the
// conditions of a regular expression, comes before that.
func reachOf(rules []route.Rule, i int, m route.Match) behavior.Methods {
	methods := route.ReachOf(rules, i, m)
	if strings.HasPrefix(m.Path, "RegularExpression ") {
		methods &^= before(rules, "PathPrefix /", m)
	}
	return methods
}

// before gives the methods that matches for a path take from one that comes behind
// them. What matches everything goes last, and takes none.
func before(rules []route.Rule, path string, m route.Match) (methods behavior.Methods) {
	for _, rule := range rules {
		for _, n := range rule.Matches {
			if n.Path == path && !everything(n) && within(n.Conditions, m.Conditions) {
				methods |= allowed(n)
			}
		}
	}
	return methods
}

func everything(m route.Match) bool {
	return m.Path == "PathPrefix /" && m.Method == "" && m.Conditions == ""
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
