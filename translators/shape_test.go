package translators_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// TestNoShapeOfAnObjectStopsARun puts values of other shapes in places of objects, and
// takes parts out.
func TestNoShapeOfAnObjectStopsARun(t *testing.T) {
	worlds := inputs(t, 10)
	all := settings()
	rng := rand.New(rand.NewPCG(18, 1))
	odd := decode(t, "odd", []byte("apiVersion: v1\nkind: Odd\nlist: [null, x, 2147483648, -1, true, [], {}, [x], {x: y}, [null], [[]], '*', '']")).objects[0].At("list")
	run := func(text string, in input, s setting, objects []*manifest.Object) {
		defer func() {
			if p := recover(); p != nil {
				t.Fatalf("%s of %s, for %s: %v", text, in.name, s.name, p)
			}
		}()
		plan, _ := resolve.Resolve(in.policies, manifest.NewSet(objects))
		translators.Run(s.Target, plan, s.Settings, false)
	}
	runs := 600
	for range runs {
		in, s := worlds[rng.IntN(len(worlds))], all[rng.IntN(len(all))]
		objects := slices.Clone(in.objects)
		at := rng.IntN(len(objects))
		if objects[at].Is(schema.Group, schema.Kind) {
			continue
		}
		objects[at] = objects[at].Clone()
		path := misshape(rng, objects[at].At("spec"), odd, "spec")
		run(fmt.Sprintf("%s of %s", path, objects[at].ID()), in, s, objects)
	}
}

// misshape changes a place somewhere below a value, and tells it.
func misshape(rng *rand.Rand, v, odd manifest.Value, path string) string {
	if v.Len() == 0 {
		return path
	}
	n := rng.IntN(v.Len())
	other := odd.Index(rng.IntN(odd.Len()))
	if v.IsList() {
		if path = fmt.Sprintf("%s[%d]", path, n); rng.IntN(3) > 0 && v.Index(n).Len() > 0 {
			return misshape(rng, v.Index(n), odd, path)
		}
		if v.RemoveIndex(n); rng.IntN(4) > 0 {
			v.Insert(n, other)
		}
		return path
	}
	for key, value := range v.Fields() {
		if n--; n >= 0 {
			continue
		}
		if path += "." + key.Text(); rng.IntN(4) > 0 && value.Len() > 0 {
			return misshape(rng, value, odd, path)
		}
		if v.Remove(key.Text()); rng.IntN(4) > 0 {
			v.Put(key.Text(), other)
		}
		break
	}
	return path
}
