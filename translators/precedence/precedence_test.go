package precedence_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/precedence"
)

// A ruled match is one of the random world, by which a second reading of it, made
// without the package under test, tells who serves a request.
type ruled struct {
	rank                              int
	standard                          []int
	host, path, method, header, query string
	exact                             bool
	place                             resolve.RuleID
}

var (
	hosts   = []string{"", "*.example.com", "a.example.com", "b.example.com"}
	paths   = []string{"/", "/a", "/a/b", "/a/b/c", "/c"}
	methods = []string{"GET", "POST"}
)

func (m ruled) holds(host, path, method, header, query string) bool {
	suffix, wild := strings.CutPrefix(m.host, "*")
	prefix := strings.TrimSuffix(m.path, "/")
	return (m.host == "" || m.host == host || wild && strings.HasSuffix(host, suffix)) &&
		(path == m.path || !m.exact && strings.HasPrefix(path, prefix+"/")) &&
		(m.method == "" || m.method == method) &&
		(m.header == "" || m.header == header) && (m.query == "" || m.query == query)
}

// world gives a random world of routes under one Gateway, and its matches.
func world(t *testing.T, rng *rand.Rand) (*manifest.Set, []ruled) {
	var text strings.Builder
	var matches []ruled
	for n := range 1 + rng.IntN(3) {
		host := hosts[rng.IntN(len(hosts))]
		id := manifest.ID{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Namespace: "default", Name: fmt.Sprintf("r%d", n)}
		fmt.Fprintf(&text, "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r%d, creationTimestamp: '2026-01-0%dT00:00:00Z'}\nspec:\n  parentRefs: [{name: edge}]\n", n, n+1)
		if host != "" {
			fmt.Fprintf(&text, "  hostnames: ['%s']\n", host)
		}
		text.WriteString("  rules:\n")
		for rule := range 1 + rng.IntN(3) {
			text.WriteString("  - matches:\n")
			for range 1 + rng.IntN(2) {
				m := ruled{host: host, exact: rng.IntN(3) == 0, path: paths[rng.IntN(len(paths))], place: resolve.RuleID{ID: id, Rule: rule}}
				form := map[bool]string{true: "Exact", false: "PathPrefix"}[m.exact]
				fmt.Fprintf(&text, "    - {path: {type: %s, value: %s}", form, m.path)
				if rng.IntN(3) == 0 {
					m.method = methods[rng.IntN(2)]
					text.WriteString(", method: " + m.method)
				}
				if rng.IntN(3) == 0 {
					m.header = fmt.Sprint(1 + rng.IntN(2))
					text.WriteString(", headers: [{name: X-V, value: '" + m.header + "'}]")
				}
				if rng.IntN(4) == 0 {
					m.query = "1"
					text.WriteString(", queryParams: [{name: q, value: '1'}]")
				}
				text.WriteString("}\n")
				is := func(s string) int { return min(1, len(s)) }
				length := len(strings.TrimSuffix(m.path, "/"))
				spec := len(host)
				if host != "" && host[0] != '*' {
					spec += 1000
				}
				exact := map[bool]int{true: 1}[m.exact]
				m.standard = []int{spec, exact, length, is(m.method), is(m.header), is(m.query), -n, -rule}
				m.rank = 3*length + 7*is(m.method) + 2*is(m.header) + len(host)/4 + exact
				matches = append(matches, m)
			}
		}
	}
	objects, err := manifest.Read(strings.NewReader(text.String()), "world")
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	return manifest.NewSet(objects), matches
}

// table reads the world, and has the gateway add up what a match is worth.
func table(w *manifest.Set) *precedence.Table {
	g := precedence.Routing{
		Entry: func(resolve.Listener, manifest.Value) string { return "in" },
		Rank: func(e precedence.Entry) []int {
			path := e.Match.Path
			longest := len(e.Hosts[0]) / 4
			if e.Hosts[0] == "*" {
				longest = 0
			}
			return []int{3*len(strings.TrimSuffix(path.Value, "/")) + 7*min(1, len(e.Match.Method)) + 2*e.Match.Headers + longest + map[route.PathKind]int{route.Exact: 1}[path.Kind]}
		},
	}
	return precedence.New(g.Routes(w))
}

// TestTheTableSaysWhatEveryRequestSays compares the methods that reach each rule, and
// the rules between which two orders differ, with what all requests get that the
// random matches can tell apart.
func TestTheTableSaysWhatEveryRequestSays(t *testing.T) {
	differing, reached := 0, 0
	for seed := range uint64(1500) {
		w, matches := world(t, rand.New(rand.NewPCG(seed, 4)))
		reach := map[resolve.RuleID]behavior.Methods{}
		pairs := map[string]behavior.Methods{}
		for _, host := range []string{"a.example.com", "b.example.com", "c.example.com", "elsewhere"} {
			for _, path := range append([]string{"/x", "/a/x", "/a/b/x", "/a/b/c/x", "/c/x"}, paths...) {
				for _, method := range methods {
					for _, header := range []string{"", "1", "2"} {
						for _, query := range []string{"", "1"} {
							var holding []ruled
							for _, m := range matches {
								if m.holds(host, path, method, header, query) {
									holding = append(holding, m)
								}
							}
							if len(holding) == 0 {
								continue
							}
							right := slices.MaxFunc(holding, func(a, b ruled) int { return slices.Compare(a.standard, b.standard) })
							top := slices.MaxFunc(holding, func(a, b ruled) int { return cmp.Compare(a.rank, b.rank) })
							for _, m := range holding {
								if m.rank != top.rank {
									continue
								}
								reach[m.place] |= behavior.ParseMethod(method)
								if m.place != right.place {
									pairs[fmt.Sprint(right.place, m.place)] |= behavior.ParseMethod(method)
								}
							}
						}
					}
				}
			}
		}
		got := table(w)
		for _, m := range matches {
			if now := got.Reach(m.place) & (behavior.GET | behavior.POST); now != reach[m.place] {
				t.Fatalf("seed %d: %v is reached by %s, and not by %s", seed, m.place, now, reach[m.place])
			}
			reached++
		}
		found := map[string]behavior.Methods{}
		for _, d := range got.Differences() {
			if methods := d.Methods & (behavior.GET | behavior.POST); methods != 0 {
				found[fmt.Sprint(d.Rule, d.By)] = methods
			}
		}
		if fmt.Sprint(found) != fmt.Sprint(pairs) {
			t.Fatalf("seed %d: the orders differ for\n%v\nand were found to differ for\n%v", seed, pairs, found)
		}
		differing += len(pairs)
	}
	if differing < 500 {
		t.Errorf("only %d pairs of %d rules differ", differing, reached)
	}
}
