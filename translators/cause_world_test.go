package translators

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// A blow is a cause that is put into every object of a kind at once.
type blow struct {
	about, gateway, kind string
	strike               func(*manifest.Object) *manifest.Object // nil takes the object away
	named                []string                                // a reason has to say one of them
}

// eachRule changes the rules of a route, or the http routes of a VirtualService.
func eachRule(change func(manifest.Value)) func(*manifest.Object) *manifest.Object {
	return func(o *manifest.Object) *manifest.Object {
		for _, list := range []string{"rules", "http"} {
			for _, rule := range o.At("spec", list).Items() {
				if rule.IsMap() {
					change(rule)
				}
			}
		}
		return o
	}
}

func gone(*manifest.Object) *manifest.Object { return nil }

var blows = []blow{
	{"the policies are gone", "envoy-gateway", "BackendTrafficPolicy", gone, []string{"no BackendTrafficPolicy is on it"}},
	{"the policies have no retry", "envoy-gateway", "BackendTrafficPolicy", func(o *manifest.Object) *manifest.Object {
		o.At("spec").Remove("retry")
		return o
	}, []string{"has no retry"}},
	{"a timeout of the route", "envoy-gateway", "HTTPRoute", eachRule(func(rule manifest.Value) { rule.Make("timeouts").Put("request", "1ms") }),
		[]string{"timeouts.request"}},
	{"a stanza of the route", "envoy-gateway", "HTTPRoute", eachRule(func(rule manifest.Value) { rule.Put("retry", manifest.Map("attempts", 9, "codes", manifest.List(418))) }),
		[]string{"the retry stanza of HTTPRoute", "x-envoy-retry-on"}},
	{"a timeout of the VirtualService", "istio", "VirtualService", eachRule(func(rule manifest.Value) { rule.Put("timeout", "1ms") }), []string{"timeout"}},
	{"exportTo", "istio", "VirtualService", func(o *manifest.Object) *manifest.Object {
		o.At("spec").Put("exportTo", manifest.List("elsewhere"))
		return o
	}, []string{"exportTo"}},
	{"no retries in the VirtualService", "istio", "VirtualService", eachRule(func(rule manifest.Value) { rule.Remove("retries") }), []string{"says nothing of retries"}},
	{"the Services are not given", "kong", "Service", gone, []string{"not in the input"}},
	{"the Middlewares are not given", "traefik", "Middleware", gone, []string{"not in the input"}},
	{"no stanza", "gateway-api", "HTTPRoute", eachRule(func(rule manifest.Value) { rule.Remove("retry") }), []string{"no retry stanza"}},
}

// TestTheReasonIsTheCauseInEveryWorld translates the golden cases and random worlds,
// puts one cause into the result, and holds that every difference names it.
func TestTheReasonIsTheCauseInEveryWorld(t *testing.T) {
	seen := map[string]int{}
	for name, text := range everyWorld(t) {
		objects, policies := decoded(t, name, text)
		plan, _ := resolve.Resolve(policies, manifest.NewSet(objects))
		for _, g := range All() {
			s := gateway.Defaults(g.Profile())
			r := Run(g, plan, s, false)
			for _, f := range r.Findings {
				if strings.Contains(f.Reason, "not in the input") && f.Class != "" && f.Got != "unknown" {
					t.Errorf("%s: what is not in the input is no cause of %s, %s: %q", name, f.Want, f.Got, f.Reason)
				}
			}
			world := plan.World.With(r.Objects...)
			intents := (&resolve.Plan{World: world}).Bystanders()
			before := gateway.Read(g, intents, world, s)
			for _, b := range blows {
				if b.gateway != g.Profile().Name {
					continue
				}
				for n, after := range gateway.Read(g, intents, b.struck(world), s) {
					for _, d := range newDifferences(before[n], after) {
						seen[b.about]++
						r := review{profile: g.Profile()}
						if reason := r.reason(d); !slices.ContainsFunc(b.named, func(word string) bool { return strings.Contains(reason, word) }) {
							t.Errorf("%s, %s: %s of %s: %s, %s, because %q", name, b.about, d.Field, intents[n].RuleName(), d.Want, d.Got, reason)
						}
					}
				}
			}
		}
	}
	for _, b := range blows {
		if seen[b.about] < 20 {
			t.Errorf("%s: %d differences in all worlds", b.about, seen[b.about])
		}
	}
}

func everyWorld(t *testing.T) map[string][]byte {
	worlds := map[string][]byte{}
	paths, err := filepath.Glob("../golden/cases/*/in.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, path := range paths {
		if worlds[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for seed := range uint64(30) {
		worlds["random"+string(rune('0'+seed))] = random.Input(seed)
		worlds["wild"+string(rune('0'+seed))] = random.Wild(seed, random.GatewayClass{Name: "other"})
	}
	return worlds
}

func decoded(t *testing.T, name string, text []byte) (objects []*manifest.Object, policies []*schema.RetryPolicy) {
	objects, err := manifest.Read(bytes.NewReader(text), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if p, found := schema.Decode(o); o.Is(schema.Group, schema.Kind) && append(found, schema.Validate(p, nil)...).Count(finding.Error) == 0 {
			policies = append(policies, p)
		}
	}
	return objects, policies
}

// struck gives a world with the cause in it.
func (b blow) struck(world *manifest.Set) *manifest.Set {
	var list []*manifest.Object
	for _, o := range world.All() {
		if o.ID().Kind == b.kind {
			if o = b.strike(o.Clone()); o == nil {
				continue
			}
		}
		list = append(list, o)
	}
	return manifest.NewSet(list)
}

// alone reports whether requests of a rule get one behavior, whatever their listener.
func alone(e behavior.Effect, all []behavior.Effect) bool {
	n := 0
	for _, o := range all {
		if o.Object == e.Object && o.Rule == e.Rule && o.Methods&e.Methods != 0 {
			n++
		}
	}
	return n == 1
}

// newDifferences are those that a world did not have with itself.
func newDifferences(before, after []behavior.Effect) (list []behavior.Diff) {
	for _, b := range before {
		always := behavior.Compare(b.Behavior, b)
		for _, e := range after {
			if b.Methods&e.Methods == 0 || b.Answer != 0 || b.Rule != e.Rule || b.Object != e.Object || !alone(b, before) {
				continue
			}
			e.Methods &= b.Methods
			for _, d := range behavior.Compare(b.Behavior, e) {
				if !slices.ContainsFunc(always, func(o behavior.Diff) bool { return o.Topic == d.Topic && o.Got == d.Got }) {
					list = append(list, d)
				}
			}
		}
	}
	return list
}
