package route_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

const tested = behavior.GET | behavior.HEAD | behavior.POST | behavior.PATCH

func text(t testing.TB, o *manifest.Object) string {
	var b strings.Builder
	if err := o.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReachIsWhatTheStandardGivesARule(t *testing.T) {
	for seed := range uint64(800) {
		rng := rand.New(rand.NewPCG(seed, 1))
		o := nastyRoute(t, rng, "route")
		places := served(t, o)
		rules := route.Rules(o)
		for i := range rules {
			if got, want := route.Reach(rules, i)&tested, reached(places, place{0, i}); got != want {
				t.Fatalf("seed %d: rule %d is reached by %s, and the standard says %s:\n%s", seed, i, got, want, text(t, o))
			}
		}
	}
}

// TestASplitMovesItsRequestsAndNoOther splits a rule of a route beside another
// route, and asks of every request where it went before and goes now.
func TestASplitMovesItsRequestsAndNoOther(t *testing.T) {
	split, refused := 0, map[string]int{}
	for seed := range uint64(800) {
		rng := rand.New(rand.NewPCG(seed, 2))
		o, other := nastyRoute(t, rng, "route"), nastyRoute(t, rng, "other")
		rules := route.Rules(o)
		at, set := rng.IntN(len(rules)), behavior.ParseMethods([]string{methods[rng.IntN(4)], methods[rng.IntN(4)], methods[rng.IntN(4)]})
		if reach := route.Reach(rules, at) & tested; reach&set == 0 || reach&^set == 0 {
			continue // nothing to split
		}
		var foreign []route.Match
		beside := rng.IntN(2) == 0
		if beside {
			for _, r := range route.Rules(other) {
				foreign = append(foreign, r.Matches...)
			}
		}
		edited := o.Clone()
		_, err := route.Split(edited, at, set, "moved", foreign)
		if err != nil {
			if !manifest.Equal(o, edited) {
				t.Fatalf("seed %d: a refused split has changed the route:\n%s", seed, text(t, edited))
			}
			refused[cause(err)]++
			continue
		}
		split++
		// The other route is the older one in one order and the younger in the other.
		both := [][2][]*manifest.Object{{{o}, {edited}}}
		if beside {
			both = [][2][]*manifest.Object{{{o, other}, {edited, other}}, {{other, o}, {other, edited}}}
		}
		for _, pair := range both {
			self := slices.Index(pair[0], o)
			before, after := served(t, pair[0]...), served(t, pair[1]...)
			for n, r := range requests() {
				want := before[n]
				if want == (place{self, at}) && set&behavior.ParseMethod(r.method) != 0 {
					want.rule = len(rules)
				}
				if after[n] != want {
					t.Fatalf("seed %d: %s of rule %d: request %v goes to %v instead of %v\n%s---\n%s---\n%s", seed, set, at, r, after[n], want, text(t, o), text(t, edited), text(t, other))
				}
			}
		}
		checkServing(t, o, edited)
	}
	t.Logf("%d split, refused %v", split, refused)
	if split < 250 {
		t.Errorf("only %d of the random rules could be split: %v", split, refused)
	}
}

func cause(err error) string {
	if strings.Contains(err.Error(), "another route") {
		return "another route"
	}
	if strings.Contains(err.Error(), "another rule") {
		return "another rule"
	}
	return err.Error()
}

// checkServing compares Serving with where the requests of each rule go.
func checkServing(t *testing.T, original, edited *manifest.Object) {
	before, after := served(t, original), served(t, edited)
	for i := range route.Rules(original) {
		want := map[int]behavior.Methods{}
		for n, r := range requests() {
			if before[n] == (place{0, i}) {
				want[after[n].rule] |= behavior.ParseMethod(r.method)
			}
		}
		indexes, sets := route.Serving(route.Rules(original), route.Rules(edited), i)
		got := map[int]behavior.Methods{}
		for n, at := range indexes {
			if sets[n]&tested != 0 {
				got[at] = sets[n] & tested
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("rule %d is served by %v, and the standard says %v:\n%s---\n%s", i, got, want, text(t, original), text(t, edited))
		}
	}
}

func TestARuleOfItsOwnPathsIsAlwaysSplit(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 3))
		o := nastyRoute(t, rng, "route")
		rules := route.Rules(o)
		tiers := map[route.Path]int{}
		for _, r := range rules {
			for _, m := range r.Matches {
				tiers[m.Tier()]++
			}
		}
		for i, r := range rules {
			alone := !slices.ContainsFunc(r.Matches, func(m route.Match) bool { return tiers[m.Tier()] > 1 })
			reach := route.Reach(rules, i)
			if !alone || reach&behavior.GET == 0 || reach == behavior.GET {
				continue
			}
			if _, err := route.Split(o.Clone(), i, behavior.GET, "moved", nil); err != nil {
				t.Errorf("seed %d: rule %d shares no path and is refused: %v\n%s", seed, i, err, text(t, o))
			}
		}
	}
}
