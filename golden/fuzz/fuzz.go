// Package fuzz is what the fuzz targets of all gateways have in common: seeds, and
// a check that a gateway's Read copes with manifests of any kind.
package fuzz

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// Seeds adds the golden inputs and some random ones. It is called from a folder
// two levels below the module's.
func Seeds(f *testing.F) {
	paths, err := filepath.Glob("../../golden/cases/*/in.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no golden cases: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for seed := range uint64(10) {
		f.Add(random.Input(seed))
		f.Add(random.Nasty(seed))
		f.Add(random.Stranger(seed))
	}
}

// Read has a gateway read manifests, for every rule in them and for a Gateway of
// which nothing is known, and uses what it gives.
func Read(t *testing.T, g gateway.Target, text []byte) {
	objects, err := manifest.Read(bytes.NewReader(text), "fuzz.yaml")
	if err != nil {
		return
	}
	world := manifest.NewSet(objects)
	intents := append((&resolve.Plan{World: world}).Bystanders(), unknown())
	for _, s := range []gateway.Settings{gateway.Defaults(g.Profile()), oldest(g)} {
		effects := gateway.Read(g, intents, world, s)
		if len(effects) != len(intents) {
			t.Fatalf("%d effects for %d intents", len(effects), len(intents))
		}
		for n, list := range effects {
			for _, e := range list {
				behavior.Compare(wish(), e)
				e.Worst()
				for _, m := range e.Methods.Each() {
					behavior.Changes(wish(), e.Behavior.For(behavior.ParseMethod(m)))
				}
				if e.Object == "" || e.Origin == nil {
					t.Fatalf("%s: an effect of nothing: %+v", intents[n].RuleName(), e)
				}
			}
		}
	}
}

// unknown is a policy on a Gateway that is not in the input.
func unknown() resolve.Intent {
	target := schema.TargetRef{Group: "gateway.networking.k8s.io", Kind: "Gateway", Name: "edge"}
	return resolve.Intent{
		Policy: &schema.RetryPolicy{Metadata: schema.Metadata{Name: "p", Namespace: "shop"}, Spec: schema.Spec{TargetRefs: []schema.TargetRef{target}}},
		Rule:   -1, Methods: behavior.AllMethods,
	}
}

func oldest(g gateway.Target) gateway.Settings {
	s := gateway.Defaults(g.Profile())
	s.Version = g.Profile().Oldest
	return s
}

// wish has every field set.
func wish() behavior.Behavior {
	b := behavior.Behavior{
		MaxRetries: behavior.Is(3), AttemptTimeout: behavior.Is(time.Second),
		Backoff: behavior.Is(behavior.Backoff{Base: 100 * time.Millisecond, Growth: 2, Jitter: behavior.FullJitter}),
		Budget:  behavior.Is(behavior.Budget{Percent: 20, MinConcurrent: 3}), IdempotencyKey: behavior.Is("Idempotency-Key"),
	}
	b.Causes.Add(behavior.IdempotentMethods, behavior.Reset)
	return b
}
