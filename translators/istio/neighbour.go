package istio

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// neighbours refuses a route that shares requests with another one. The Gateway
// API sorts the matches of all routes; of VirtualServices the oldest comes first
// as a whole, so that which of the two gets such a request would depend on when
// they were made.
func (t *translation) neighbours(o *manifest.Object, intents []resolve.Intent) (refused bool) {
	if t.behind == nil {
		t.behind = t.routesBehind()
	}
	for _, door := range doors(o, bind(o, t.plan.World, t.settings), t.settings) {
		for _, other := range t.behind[door].near(o) {
			if other.ID() == o.ID() {
				continue
			}
			if a, b, ok := t.overlap(o, other); ok {
				t.refuse(intents, finding.Conflicts, fmt.Sprintf("%s and %s share requests: those for %s and for %s", o.ID(), other.ID(), a, b),
					"of two VirtualServices for one host the older comes first, whatever the matches (Istio 1.31 pilot/pkg/networking/core/gateway.go:497)",
					"make one HTTPRoute of the two")
				return true
			}
		}
	}
	return false
}

// routesBehind gives the routes that become VirtualServices by their doors: those
// with a policy.
func (t *translation) routesBehind() map[groupKey]*street {
	behind := map[groupKey]*street{}
	seen := map[manifest.ID]bool{}
	for _, i := range t.plan.Intents {
		o := i.Object
		if seen[i.ID()] || o == nil || !o.Is(route.Group, "HTTPRoute") && !o.Is(route.Group, "GRPCRoute") {
			continue
		}
		seen[i.ID()] = true
		for _, door := range doors(o, bind(o, t.plan.World, t.settings), t.settings) {
			if behind[door] == nil {
				behind[door] = &street{at: map[string][]int{}, below: map[string][]int{}}
			}
			behind[door].add(o)
		}
	}
	return behind
}

// overlap finds a match of each of two routes that may match one request. What
// matches every request of a host goes last wherever it stands, unless it is
// split by method.
func (t *translation) overlap(o, other *manifest.Object) (a, b string, ok bool) {
	for _, rule := range route.Rules(o) {
		for _, m := range rule.Matches {
			for _, beside := range route.Rules(other) {
				for _, n := range beside.Matches {
					last := everything(m) && !t.splits(o, rule.Index) || everything(n) && !t.splits(other, beside.Index)
					if !last && meet(m, n) {
						return m.Path, n.Path, true
					}
				}
			}
		}
	}
	return "", "", false
}

// splits reports whether a policy asks for some methods of a rule only.
func (t *translation) splits(o *manifest.Object, rule int) bool {
	return slices.ContainsFunc(t.plan.Intents, func(i resolve.Intent) bool {
		_, limited := gateway.Limit(i.Want)
		return limited && i.ID() == o.ID() && i.Rule == rule
	})
}

// meet reports whether a request may match both; of regular expressions nothing
// is known.
func meet(m, n route.Match) bool {
	if m.Method != "" && n.Method != "" && m.Method != n.Method {
		return false
	}
	kind, path, _ := strings.Cut(m.Path, " ")
	otherKind, otherPath, _ := strings.Cut(n.Path, " ")
	below := func(path, prefix string) bool {
		rest, ok := strings.CutPrefix(path, strings.TrimSuffix(prefix, "/"))
		return ok && (rest == "" || rest[0] == '/')
	}
	known := []string{"Exact", "PathPrefix"}
	switch {
	case !slices.Contains(known, kind) || !slices.Contains(known, otherKind):
		return true
	case kind == "Exact" && otherKind == "Exact":
		return path == otherPath
	}
	return otherKind == "PathPrefix" && below(path, otherPath) || kind == "PathPrefix" && below(otherPath, path)
}
