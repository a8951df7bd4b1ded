package translators_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// again gives an input with other objects, from which what was written for a setting
// is taken back, and what could not be.
func (in input) again(t *testing.T, s setting, objects []*manifest.Object) (input, undo.Taken) {
	t.Helper()
	taken := undo.TakeBack(objects, []string{s.Target.Profile().Name}, translators.All().Normal())
	in.objects = taken.Objects
	return in, taken
}

func (in input) run(s setting) translators.Result {
	return translators.Run(s.Target, in.plan(), s.Settings, false)
}

// plain gives an input without comments and styles, as clusters give objects back.
func (in input) plain(t *testing.T) input {
	t.Helper()
	objects := make([]*manifest.Object, len(in.objects))
	for n, o := range in.objects {
		objects[n] = reread(t, o, func(manifest.Value) {})
	}
	in.objects = objects
	return in
}

// reread gives an object as it is read again after a change.
func reread(t *testing.T, o *manifest.Object, change func(root manifest.Value)) *manifest.Object {
	t.Helper()
	root, err := manifest.ReadJSON(string(o.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	change(root)
	var out strings.Builder
	if err := root.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	objects, err := manifest.Read(strings.NewReader(out.String()), o.File)
	if err != nil || len(objects) != 1 {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return objects[0]
}

// feeds are the objects that may be in the input of a second run.
var feeds = map[string]func(given, written, all []*manifest.Object) []*manifest.Object{
	"all kinds": func(_, _, all []*manifest.Object) []*manifest.Object { return all },
	"the kinds of the first run": func(given, _, all []*manifest.Object) []*manifest.Object {
		kinds := map[string]bool{}
		for _, o := range given {
			kinds[o.ID().Group+o.ID().Kind] = true
		}
		return slices.DeleteFunc(slices.Clone(all), func(o *manifest.Object) bool { return !kinds[o.ID().Group+o.ID().Kind] })
	},
	"no new objects": func(given, _, all []*manifest.Object) []*manifest.Object {
		there := manifest.NewSet(given)
		return slices.DeleteFunc(slices.Clone(all), func(o *manifest.Object) bool { return there.Get(o.ID()) == nil })
	},
}

// TestTranslatingTheOutputAgainIsTranslatingFromScratch applies the output to the
// input, five times over, whatever part of it is given again.
func TestTranslatingTheOutputAgainIsTranslatingFromScratch(t *testing.T) {
	everyOf(t, append(inputs(t, 6), crowds(t, 2)...), func(t *testing.T, in input, s setting) {
		in = in.plain(t)
		first := in.run(s)
		want := text(t, first.Objects) + fmt.Sprint(first.Findings)
		for name, feed := range feeds {
			world := manifest.NewSet(in.objects)
			runs := 1
			if name == "all kinds" {
				runs = 4
			}
			for run := range runs {
				world = world.With(first.Objects...)
				next, taken := in.again(t, s, feed(in.objects, first.Objects, world.All()))
				second := next.run(s)
				if got := text(t, second.Objects) + fmt.Sprint(second.Findings); got != want || len(taken.Findings) > 0 {
					t.Fatalf("%s\nrun %d, given %s:\n%s\nfrom scratch (-) and again (+):\n%s\n%v", in.source(t), run+2, name, text(t, world.All()), cmp.Diff(want, got), taken.Findings)
				}
			}
		}
	})
}

// TestAChangeOfThePoliciesLeavesNothingBehind changes the policies again and again,
// each time over the output of the last.
func TestAChangeOfThePoliciesLeavesNothingBehind(t *testing.T) {
	for _, served := range []bool{false, true} {
		t.Run(fmt.Sprintf("defaults filled in is %v", served), func(t *testing.T) {
			everyOf(t, append(inputs(t, 4), crowds(t, 2)...), func(t *testing.T, in input, s setting) { changePolicies(t, in.plain(t), s, served) })
		})
	}
}

func changePolicies(t *testing.T, in input, s setting, served bool) {
	target := s.Target.Profile().Name
	rng := rand.New(rand.NewPCG(uint64(len(in.name)), 7))
	asServed := func(objects []*manifest.Object) []*manifest.Object {
		if !served {
			return objects
		}
		list := make([]*manifest.Object, len(objects))
		for n, o := range objects {
			list[n] = reread(t, o, serve)
		}
		return list
	}
	in.objects = asServed(in.objects)
	original := manifest.NewSet(in.objects)
	world := original
	for range 3 {
		changed := in
		changed.policies = mutated(rng, in.policies)
		want := changed.run(s)
		next, taken := changed.again(t, s, asServed(world.All()))
		got := next.run(s)
		fail := func(format string, args ...any) {
			t.Fatalf("%s\npolicies\n%s\nworld\n%s\n%s\nwant (-) got (+)\n%s", in.source(t), policyTexts(changed.policies), text(t, world.All()), fmt.Sprintf(format, args...), cmp.Diff(text(t, want.Objects), text(t, got.Objects)))
		}
		if len(taken.Findings) > 0 {
			fail("%v", taken.Findings)
		}
		if a, b := text(t, want.Objects), text(t, got.Objects); a != b {
			fail("not as from scratch")
		}
		if a, b := fmt.Sprint(want.Findings), fmt.Sprint(got.Findings); a != b {
			fail("other findings:\n%s\n%s", a, b)
		}
		for _, o := range next.objects {
			if was := original.Get(o.ID()); was == nil || !manifest.Equal(was, o) {
				fail("%s is not as it was:\n%s", o.ID(), text(t, []*manifest.Object{o}))
			}
		}
		for _, o := range taken.Made {
			if original.Get(o.ID()) != nil || !undo.Marked(o, target) {
				fail("%s is not of an earlier run", o.ID())
			}
		}
		world = original.With(got.Objects...)
	}
}

// crowds are worlds in which much stands around the rules: routes that share hosts and
// paths, policies of others, plugins and middlewares. RETRYCTL_SEED is the first seed.
func crowds(t *testing.T, seeds uint64) (list []input) {
	first, _ := strconv.ParseUint(os.Getenv("RETRYCTL_SEED"), 10, 64)
	for seed := first; seed < first+seeds; seed++ {
		class := random.Classes[seed%uint64(len(random.Classes))]
		strange := append(random.Stranger(seed), fmt.Sprintf(strangersPolicies, seed%4, 1+seed%3)...)
		for kind, text := range map[string][]byte{"wild": random.Wild(seed, class), "stranger": strange, "guarded": random.Guarded(seed, class)} {
			list = append(list, decode(t, fmt.Sprintf("%s %d", kind, seed), text))
		}
	}
	return list
}

const strangersPolicies = `---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: all, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  maxRetries: %d
  retryOn: {statusCodes: [503], conditions: [ConnectFailure], methods: [GET, PUT]}
  circuitBreaker: {maxParallelRetries: 7}
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: one, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: route0}]
  maxRetries: %d
  retryOn: {statusCodes: [502, 504], methods: [GET]}
  attemptTimeout: 2s
  totalTimeout: 9s
`

func policyTexts(policies []*schema.RetryPolicy) string {
	var out strings.Builder
	for _, p := range policies {
		fmt.Fprintf(&out, "%s %+v retries %d\n", resolve.PolicyID(p), p.Spec, *p.Spec.MaxRetries)
	}
	return out.String()
}

// mutated gives some of the policies, changed.
func mutated(rng *rand.Rand, policies []*schema.RetryPolicy) []*schema.RetryPolicy {
	var list []*schema.RetryPolicy
	for _, p := range policies {
		c := *p
		if c.Spec.RetryOn != nil {
			retryOn := *c.Spec.RetryOn
			c.Spec.RetryOn = &retryOn
			switch rng.IntN(4) {
			case 0:
				retryOn.Methods = []string{"GET"}
			case 1:
				retryOn.Methods = []string{"*"}
			case 2:
				retryOn.StatusCodes = retryOn.StatusCodes[:len(retryOn.StatusCodes)/2]
			}
		}
		switch rng.IntN(5) {
		case 0:
			continue
		case 1:
			c.Spec.TotalTimeout, c.Spec.AttemptTimeout = nil, nil
		case 2:
			c.Spec.Budget, c.Spec.CircuitBreaker, c.Spec.IdempotencyKey = nil, nil, nil
		}
		list = append(list, &c)
	}
	return list
}

// serve writes into an object what an API server does.
func serve(root manifest.Value) {
	meta := root.Make("metadata")
	for key, value := range map[string]any{"resourceVersion": "12", "uid": "1b", "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 3,
		"managedFields": manifest.List(manifest.Map("manager", "kubectl", "operation", "Update"))} {
		meta.Put(key, value)
	}
	root.Put("status", manifest.Map("parents", manifest.List()))
	fill := func(v manifest.Value, key string, value any) {
		if !v.At(key).Exists() {
			v.Put(key, value)
		}
	}
	spec := root.At("spec")
	switch root.At("kind").Text() {
	case "HTTPRoute":
		for _, ref := range spec.At("parentRefs").Items() {
			fill(ref, "group", route.Group)
			fill(ref, "kind", "Gateway")
		}
		for _, rule := range spec.At("rules").Items() {
			if rule.At("matches").Len() == 0 {
				rule.Put("matches", manifest.List(manifest.Map()))
			}
			for _, match := range rule.At("matches").Items() {
				path := match.Make("path")
				fill(path, "type", "PathPrefix")
				fill(path, "value", "/")
				for _, header := range match.At("headers").Items() {
					fill(header, "type", "Exact")
				}
			}
			for _, ref := range rule.At("backendRefs").Items() {
				fill(ref, "group", "")
				fill(ref, "kind", "Service")
				fill(ref, "weight", 1)
			}
		}
	case "BackendTrafficPolicy":
		if breaker := spec.At("circuitBreaker"); breaker.IsMap() {
			for _, limit := range []string{"maxConnections", "maxParallelRequests", "maxParallelRetries", "maxPendingRequests"} {
				fill(breaker, limit, 1024)
			}
		}
		if retry := spec.At("retry"); retry.IsMap() {
			fill(retry, "numRetries", 2)
		}
	case "Service":
		fill(spec, "type", "ClusterIP")
		for _, port := range spec.At("ports").Items() {
			fill(port, "protocol", "TCP")
			fill(port, "targetPort", port.At("port").Text())
		}
	}
}

// TestWithoutMarksNothingIsReferredToTwice gives the routes again as an older retryctl
// wrote them, without what they refer to.
func TestWithoutMarksNothingIsReferredToTwice(t *testing.T) {
	every(t, 6, func(t *testing.T, in input, s setting) {
		if name := s.Target.Profile().Name; name != "kong" && name != "traefik" {
			return
		}
		for range 3 {
			var edited []*manifest.Object
			for _, o := range in.run(s).Objects {
				if o.Original != nil {
					edited = append(edited, reread(t, o, func(root manifest.Value) {
						root.At("metadata", "annotations").Remove(undo.Annotation(s.Target.Profile().Name))
					}))
				}
			}
			in.objects = manifest.NewSet(in.objects).With(edited...).All()
		}
		for _, o := range in.objects {
			for _, rule := range o.At("spec", "rules").Items() {
				seen := map[string]bool{}
				for _, filter := range rule.At("filters").Items() {
					key := string(filter.JSON())
					if filter.At("extensionRef").Exists() && seen[key] {
						t.Fatalf("%s\n%s refers twice to %s:\n%s", in.name, o.ID(), key, text(t, []*manifest.Object{o}))
					}
					seen[key] = true
				}
			}
		}
	})
}

// TestASplitWithoutItsMarkIsNamed takes the marks off what is written, as an older
// retryctl left it.
func TestASplitWithoutItsMarkIsNamed(t *testing.T) {
	lists := map[string]string{"HTTPRoute": "rules", "VirtualService": "http", "IngressRoute": "routes"}
	var all atomic.Int64
	t.Cleanup(func() {
		if all.Load() == 0 {
			t.Error("nothing was split")
		}
	})
	everyOf(t, append(inputs(t, 6), crowds(t, 1)...), func(t *testing.T, in input, s setting) {
		s.Settings.Split = gateway.SplitAlways
		in = in.plain(t)
		for _, o := range in.run(s).Objects {
			list := lists[o.ID().Kind]
			if o.Original == nil || list == "" {
				continue
			}
			parts := o.At("spec", list).Len() - max(1, o.Original.At("spec", list).Len()) // none is one that takes all
			all.Add(int64(parts))
			bare := reread(t, o, func(root manifest.Value) {
				root.At("metadata", "annotations").Remove(undo.Annotation(s.Target.Profile().Name))
			})
			before, after := undo.TakeBack([]*manifest.Object{o.Original}, nil, translators.All().Normal()).Findings, undo.TakeBack([]*manifest.Object{bare}, nil, translators.All().Normal()).Findings
			if named := len(after) - len(before); named != parts {
				t.Errorf("%s: %s has %d parts, and %d are named: %v\nof\n%s\nis\n%s", in.name, o.ID(), parts, named, after, text(t, []*manifest.Object{o.Original}), text(t, []*manifest.Object{bare}))
			}
		}
	})
}
