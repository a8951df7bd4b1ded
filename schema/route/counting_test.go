package route_test

import (
	"math/rand/v2"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// TestACountingSplitIsASplitThatKeepsTheOrder splits random routes both ways and
// looks at what Split has written.
func TestACountingSplitIsASplitThatKeepsTheOrder(t *testing.T) {
	refused, done := 0, 0
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 7))
		o := nastyRoute(t, rng, "route")
		rules := route.Rules(o)
		at, set := rng.IntN(len(rules)), behavior.GET
		if rng.IntN(2) == 0 {
			set |= behavior.PUT | behavior.POST
		}
		plain, counting := o.Clone(), o.Clone()
		_, err := route.Split(plain, at, set, "new", nil)
		if err != nil {
			plain = o
		}
		keeps := err == nil && route.KeepsCounting(rules, route.Rules(plain), at)
		_, errCounting := route.SplitCounting(counting, at, set, "new", nil)
		want := o
		if keeps {
			want = plain
			done++
		} else if err == nil {
			refused++
		}
		if keeps != (errCounting == nil) || !manifest.Equal(counting, want) {
			t.Fatalf("seed %d: a split keeps the order: %t, and the counting one says %v\n%s", seed, keeps, errCounting, text(t, o))
		}
	}
	if done < 300 || refused < 20 {
		t.Errorf("only %d were split and %d refused for the order", done, refused)
	}
}
