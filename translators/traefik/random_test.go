package traefik_test

import (
	"bytes"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik"
)

func TestRandomInputsComeOutTheSameTwiceAndStay(t *testing.T) {
	carried := 0
	for seed := range uint64(200) {
		text := string(random.Input(seed))
		var setups []setup
		if seed%4 == 3 {
			setups = append(setups, version(3, 5))
		}
		r, again := translate(t, text, setups...), translate(t, text, setups...)
		if all(t, r) != all(t, again) {
			t.Fatalf("seed %d comes out differently", seed)
		}
		failed := map[manifest.ID]bool{}
		for _, f := range r.Findings {
			failed[f.Object] = failed[f.Object] || f.Severity == finding.Error
		}
		for _, place := range r.Rules {
			sound(t, seed, place)
		}
		if len(failed) > 0 && hasTrue(failed) {
			continue
		}
		carried += len(r.Objects)
		// of two objects of one name the later one counts
		if second := translate(t, text+"---\n"+all(t, r), setups...); len(second.Objects) > 0 {
			t.Fatalf("seed %d: translated again, it changes\n%s", seed, all(t, second))
		}
	}
	if carried < 200 {
		t.Errorf("only %d objects were written", carried)
	}
}

func hasTrue(m map[manifest.ID]bool) bool {
	for _, v := range m {
		if v {
			return true
		}
	}
	return false
}

// sound checks that the effects serve the requests of the place, and that nothing
// is retried that must not run twice.
func sound(t *testing.T, seed uint64, place translators.RuleEffects) {
	t.Helper()
	var served behavior.Methods
	for _, e := range place.Effects {
		served |= e.Methods
		if strings.Contains(notes(e), "404") || e.MaxRetries.State != behavior.Set {
			t.Fatalf("seed %d: %v retries, %q", seed, e.MaxRetries, e.Notes)
		}
		for c, methods := range e.Causes {
			if code, ok := behavior.Cause(c).Status(); ok && methods&e.Methods&^place.Intent.Want.Causes[c]&^behavior.IdempotentMethods != 0 {
				t.Fatalf("seed %d: %d is retried for %s", seed, code, methods)
			}
		}
	}
	if served != place.Intent.Methods {
		t.Fatalf("seed %d: %s reach the rule, and %s are served", seed, place.Intent.Methods, served)
	}
}

func FuzzReadTraefik(f *testing.F) {
	f.Add([]byte(routeWith("{retry: {attempts: 3, initialInterval: 90, status: [\"500-503\"], timeout: 5s}}")))
	f.Add([]byte(routeWith("{chain: {middlewares: [{name: again}, {name: other, namespace: x}]}}")))
	f.Add([]byte(ingress("a@file, shop-again@kubernetescrd") + middleware("again", "{retry: {attempts: 2000000000, initialInterval: 1ns}}")))
	f.Add([]byte(ingressRoute("{match: 'Host(`a`) && !(Method(`GET`) || Method(`PUT`))', priority: 5, middlewares: [{name: x}], services: [{name: t, kind: TraefikService}, {name: api, serversTransport: s}]}") + transport +
		"apiVersion: traefik.io/v1alpha1\nkind: TraefikService\nmetadata: {name: t, namespace: shop}\nspec: {weighted: {services: [{name: t, kind: TraefikService}, {name: api, port: 1}]}}\n"))
	f.Add(random.Input(7))
	f.Fuzz(func(t *testing.T, in []byte) {
		objects, err := manifest.Read(bytes.NewReader(in), "in.yaml")
		if err != nil {
			return
		}
		world := manifest.NewSet(objects)
		var intents []resolve.Intent
		for _, o := range objects {
			intents = append(intents, resolve.Intent{Object: o, Rule: -1, Methods: behavior.AllMethods})
			for n, rule := range resolve.RulesOf(o) {
				intents = append(intents, resolve.Intent{Object: o, Rule: n, Methods: rule.Methods})
			}
		}
		for _, setups := range [][]setup{nil, {safeNaming}, {version(3, 2)}} {
			effects := gateway.Read(traefik.Gateway{}, intents, world, settings(setups))
			if len(effects) != len(intents) {
				t.Fatalf("%d effects for %d intents", len(effects), len(intents))
			}
			for _, list := range effects {
				for _, e := range list {
					if e.MaxRetries.State == behavior.Unset || e.MaxRetries.Value < 0 || e.Breaker.MaxConnections.State != behavior.Off {
						t.Fatalf("%+v", e)
					}
				}
			}
		}
	})
}

var _ gateway.Target = traefik.Gateway{}
