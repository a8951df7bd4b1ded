package write

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/istio/controller"
)

// TestNearbyFindsEveryRouteThatMayShareRequests compares each of many routes with
// each other one by hand.
func TestNearbyFindsEveryRouteThatMayShareRequests(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	s := nearby{at: map[string][]int{}, below: map[string][]int{}}
	for n := range 150 {
		path := strings.Repeat("/", rng.IntN(2)) + pick("", "a", "b", "a/b", "a/b/", "a//b", "ab", "a/", "/", "a/b/c/d") + pick("", "", "/c")
		kind := pick("Exact", "PathPrefix", "PathPrefix", "Exact", "PathPrefix", "RegularExpression")
		text := fmt.Sprintf("apiVersion: %s/v1\nkind: HTTPRoute\nmetadata: {name: r%d}\nspec: {rules: [{matches: [{path: {type: %s, value: %q}}]}]}\n", route.Group, n, kind, path)
		objects, err := manifest.Read(strings.NewReader(text), "in")
		if err != nil {
			t.Fatal(err)
		}
		s.add(objects[0])
	}
	left := 0
	for _, a := range s.routes {
		near := s.near(a)
		left += len(s.routes) - len(near)
		for _, b := range s.routes {
			m, n := route.Rules(a)[0].Matches[0], route.Rules(b)[0].Matches[0]
			if controller.Meet(m, n) && !slices.Contains(near, b) {
				t.Errorf("%s and %s may get one request, and the second is not found", m.Path, n.Path)
			}
		}
	}
	if left < len(s.routes)*len(s.routes)/4 {
		t.Errorf("only %d of %d pairs are left out", left, len(s.routes)*len(s.routes))
	}
}
