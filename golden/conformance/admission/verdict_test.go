package admission

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/golden/random"
	shipped "retryctl.dev/schema/admission"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

// A spot is a value in an object and how to change it.
type spot struct {
	value   manifest.Value
	replace func(any)
	remove  func()
}

// spots gives those that a translation may write to.
func spots(k shipped.Kind, v manifest.Value, path string, replace func(any), remove func(), list []spot) []spot {
	if path != "" && written(k, path) {
		list = append(list, spot{v, replace, remove})
	}
	for key, below := range v.Fields() {
		name := key.Text()
		at := strings.TrimPrefix(path+"."+name, ".")
		if at == "apiVersion" || at == "kind" || at == "metadata" {
			continue
		}
		list = spots(k, below, at, func(x any) { v.Put(name, x) }, func() { v.Remove(name) }, list)
	}
	for n, below := range v.Items() {
		list = spots(k, below, path+"[]", func(x any) { v.RemoveIndex(n); v.Insert(n, x) }, func() { v.RemoveIndex(n) }, list)
	}
	return list
}

// written reports whether a place is at or below one that is written, or a list that
// grows.
func written(k shipped.Kind, path string) bool {
	for _, w := range k.Written {
		if rest, ok := strings.CutPrefix(path, w); ok && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			return true
		}
	}
	for _, g := range k.Grown {
		if path == g {
			return true
		}
	}
	return false
}

// odd are values that some schema refuses and another takes.
var odd = []any{"", "x y", "A", "a.b-c", "-a", "1.5s", "0s", "2ms", "99h", "1us", "123456s", "GET", "PROPFIND", "Exact", "PathPrefix", "HTTPRoute", "Service", "RequestRedirect", "503", "reset",
	-1, 0, 1, 100, 399, 503, 600, 1 << 31, 1 << 33, 1.5, 200.0, true, strings.Repeat("a", 300), strings.Repeat("b", 5000), strings.Repeat("c", 64)}

// spoil changes one place of an object, and says how.
func spoil(o *manifest.Object, k shipped.Kind, rng *rand.Rand) (string, bool) {
	list := spots(k, o.Root(), "", nil, nil, nil)
	if len(list) == 0 {
		return "", false
	}
	s := list[rng.IntN(len(list))]
	switch {
	case s.value.IsList() && s.value.Len() > 0 && rng.IntN(3) > 0:
		n := []int{1, 2, 15, 20, 70, 130}[rng.IntN(6)]
		item := s.value.Index(rng.IntN(s.value.Len()))
		for range n {
			s.value.Append(item.Copy())
		}
		return fmt.Sprintf("%d more items", n), true
	case s.value.IsScalar() && rng.IntN(5) > 0:
		value := odd[rng.IntN(len(odd))]
		s.replace(value)
		return fmt.Sprintf("%.20v", value), true
	}
	s.remove()
	return "without something", true
}

// TestBothRefuseTheSame spoils what was written for random worlds, and has the tables
// that ship and the API server's own code judge it.
func TestBothRefuseTheSame(t *testing.T) {
	checker := shipped.NewChecker()
	for _, g := range translators.All() {
		both, neither := 0, 0
		kinds := map[string]int{}
		for n := range uint64(*inputs) / 10 {
			rng := rand.New(rand.NewPCG(*seed+n, 7))
			text := random.Guarded(*seed+n, random.Classes[n%uint64(len(random.Classes))])
			if n%2 == 0 {
				text = random.Nasty(*seed + n)
			}
			in, err := input.Read(fmt.Sprintf("seed %d", *seed+n), text)
			if err != nil {
				t.Fatal(err)
			}
			result, s := in.Run(g, nil)
			for _, o := range result.Objects {
				k, known := kindOf(o)
				if !known {
					continue
				}
				for range 4 {
					spoiled := o.Clone()
					how, ok := spoil(spoiled, k, rng)
					if !ok {
						break
					}
					problems, known := server(t, g.Profile().Name, s).Check(spoiled.JSON())
					refusals := checker.Check(spoiled)
					switch {
					case !known:
					case len(problems) == 0 && len(refusals) == 0:
						neither++
					case len(problems) > 0 && len(refusals) > 0:
						both++
						kinds[o.ID().Kind]++
					default:
						t.Errorf("%s: %s with %s: the server says %v, and what ships %v\n%s", in.Name, o.ID(), how, problems, refusals, spoiled.JSON())
					}
				}
			}
			if t.Failed() {
				return
			}
		}
		t.Logf("%s: %d objects are refused by both, by kind %v, and %d by none", g.Profile().Name, both, kinds, neither)
		if both < 50 || neither < 50 {
			t.Errorf("%s: %d objects are refused by both and %d by none: more are expected", g.Profile().Name, both, neither)
		}
	}
}

func kindOf(o *manifest.Object) (shipped.Kind, bool) {
	for _, k := range shipped.Kinds() {
		if o.Is(k.Group, k.Name) {
			return k, true
		}
	}
	return shipped.Kind{}, false
}

// TestEveryObjectForAGuardedRouteIsTakenAsItIs has routes with all kinds of filters,
// and policies of others, split, and everything that comes of it admitted.
func TestEveryObjectForAGuardedRouteIsTakenAsItIs(t *testing.T) {
	for _, g := range translators.All() {
		checked := 0
		for n := range uint64(*inputs) / 5 {
			in, err := input.Read(fmt.Sprintf("guarded %d", *seed+n), random.Guarded(*seed+n, random.Classes[n%uint64(len(random.Classes))]))
			if err != nil {
				t.Fatal(err)
			}
			result, s := in.Run(g, nil)
			for _, o := range result.Objects {
				problems, known := server(t, g.Profile().Name, s).Check(o.JSON())
				for _, problem := range problems {
					t.Errorf("%s: %s: %s: %s", in.Name, g.Profile().Name, o.ID(), problem)
				}
				if known {
					checked++
				}
			}
		}
		t.Logf("%s: %d objects", g.Profile().Name, checked)
		if checked == 0 {
			t.Errorf("no object of %s was checked", g.Profile().Name)
		}
	}
}
