package write

import (
	"cmp"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/controller"
)

// parts reports whether a match does not go with those before it of its rule:
// where they are split by method Istio's webhook would take the first half of a
// shorter prefix for one that covers the second half of a longer one, since it
// reads a list of methods as GET (1.31 pkg/config/validation/validation.go:1942).
func (c conversion) parts(before []controller.Candidate, next controller.Candidate) bool {
	_, limited := gateway.Limit(c.wishes[next.RuleID()])
	return limited && slices.ContainsFunc(before, func(b controller.Candidate) bool {
		return b.Match.Path != next.Match.Path && controller.Meet(route.Match{Path: b.Match.Path}, route.Match{Path: next.Match.Path})
	})
}

// reached takes the matches out that an earlier one has the requests of, such as
// the exact half of a prefix behind an exact path; Istio warns of them.
func reached(https []manifest.Value) (list []manifest.Value) {
	seen := map[string]bool{}
	for _, h := range https {
		kept := manifest.List()
		for _, m := range h.At("match").Items() {
			same := strings.Join(controller.Flat("", m), "\x00")
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
func precedence(a, b controller.Candidate) int {
	kind := func(m route.Match) (int, int) {
		kinds := [][]route.PathKind{{route.Exact, route.GRPCExact}, {route.Prefix}, {route.Pattern, route.GRPCPattern}}
		return slices.IndexFunc(kinds, func(equal []route.PathKind) bool { return slices.Contains(equal, m.Path.Kind) }), len(m.Path.Value)
	}
	aKind, aLength := kind(a.Match)
	bKind, bLength := kind(b.Match)
	return cmp.Or(
		cmp.Compare(boolean(controller.Everything(a.Match)), boolean(controller.Everything(b.Match))),
		cmp.Compare(aKind, bKind), cmp.Compare(bLength, aLength),
		cmp.Compare(boolean(b.Match.Method != ""), boolean(a.Match.Method != "")),
		cmp.Compare(b.Match.Headers, a.Match.Headers), cmp.Compare(b.Match.Queries, a.Match.Queries),
		cmp.Compare(a.Route, b.Route), cmp.Compare(a.Rule.Index, b.Rule.Index),
	)
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
