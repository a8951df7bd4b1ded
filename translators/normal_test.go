package translators_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
	"retryctl.dev/translators"
	"retryctl.dev/translators/impact"
)

// TestWhatNoDiffShowsChangesNothingForRequests changes each value of each object
// that a translation gives, in several ways. Where the normal form stays the same,
// so must everything that the gateway does.
func TestWhatNoDiffShowsChangesNothingForRequests(t *testing.T) {
	same, other := 0, 0
	list := settings()
	rng := rand.New(rand.NewPCG(1, 2))
	for n, in := range inputs(t, 5) {
		for _, s := range []setting{list[n%len(list)], list[(n+3)%len(list)], list[(n+7)%len(list)]} {
			plan := in.plan()
			result := translators.Run(s.Target, plan, s.Settings, false)
			world := plan.World.With(result.Objects...)
			opts := translators.All().Normal()
			opts.StanzaDefaults = s.Target.Profile().Standard && s.Version.AtLeast(1, 7)
			for _, o := range result.Objects {
				for n := rng.IntN(4); ; n += 1 + rng.IntN(8) { // big objects have thousands
					changed, what, ok := mutant(o, n)
					if !ok {
						break
					}
					if a, b := normal.Pair(o, changed, opts); tree(t, a) != tree(t, b) {
						other++
						continue
					}
					same++
					if found := impact.Of(s.Target, world, world.With(changed), s.Settings); len(found) > 0 {
						t.Fatalf("%s: %s: %s of %s makes no difference, and yet\n%s\n%s", in.name, s.name, what, o.ID(), found[0], text(t, []*manifest.Object{changed}))
					}
				}
			}
		}
	}
	t.Logf("%d changes that are no difference, %d that are", same, other)
	if same < 500 || other < 500 {
		t.Errorf("%d changes are no difference and %d are: more of both are expected", same, other)
	}
}

func tree(t *testing.T, v manifest.Value) string {
	t.Helper()
	var out bytes.Buffer
	if err := v.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// mutant gives an object with change number n; ok is false where there are no
// more.
func mutant(o *manifest.Object, n int) (changed *manifest.Object, what string, ok bool) {
	c := o.Clone()
	left := n
	if !mutate(c.Root(), "", &left, &what) {
		return nil, "", false
	}
	// The tree may have another name or kind now, which an object knows for itself.
	var out bytes.Buffer
	if err := c.WriteYAML(&out); err != nil {
		return nil, "", false
	}
	objects, err := manifest.Read(&out, "mutant")
	if err != nil || len(objects) != 1 || objects[0].ID() != o.ID() {
		return mutant(o, n+1)
	}
	return objects[0], what, true
}

// mutate makes the change that is left down to 0 on the way through the tree.
func mutate(v manifest.Value, path string, left *int, what *string) bool {
	turn := func(text string) bool {
		*left--
		*what = text + " at " + path
		return *left < 0
	}
	for key, value := range v.Fields() {
		k := key.Text()
		if path == "" && (k == "apiVersion" || k == "kind") {
			continue
		}
		if turn("removing " + k) {
			v.Remove(k)
			return true
		}
		for _, one := range variants(value) {
			if turn("a variant of " + k) {
				v.Put(k, one)
				return true
			}
		}
		if mutate(value, path+"."+k, left, what) {
			return true
		}
	}
	for _, item := range v.Items() {
		if mutate(item, path+"[]", left, what) {
			return true
		}
	}
	return false
}

// variants are other values in the place of one: some that mean the same, some
// that do not.
func variants(v manifest.Value) []any {
	switch {
	case v.IsList():
		var reversed []manifest.Value
		for _, item := range v.Items() {
			reversed = append([]manifest.Value{item.Copy()}, reversed...)
		}
		twice := v.Copy()
		twice.Append(v.Index(0).Copy())
		return []any{manifest.ListOf(reversed), twice, manifest.List()}
	case v.Tag() == "!!int":
		i, _ := v.Int()
		return []any{i + 1, float64(i) + 0.5, v.Text()}
	case v.Tag() == "!!bool":
		b, _ := v.Bool()
		return []any{!b}
	case v.Tag() == "!!str":
		text := v.Text()
		words := strings.Split(text, ",")
		if whole, ok := strings.CutSuffix(text, "s"); ok && strings.Trim(whole, "0123456789") == "" && whole != "" {
			return []any{whole + "000ms", whole + "1s", whole + ".0s", whole}
		}
		return []any{text + "x", strings.ToUpper(text), words[len(words)-1] + "," + text, ""}
	}
	return nil
}
