package envoygateway

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
)

// found is the trial of a world that retryctl did not write, as a gateway reads
// it; nothing is translated.
func found(t *testing.T, name string, text []byte, g gateway.Target, change func(*gateway.Settings)) trial {
	t.Helper()
	objects, err := manifest.Read(bytes.NewReader(text), name)
	if err != nil {
		t.Fatal(err)
	}
	world := manifest.NewSet(objects)
	var intents []resolve.Intent
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range world.Kind(route.Group, kind) {
			p := &schema.RetryPolicy{Metadata: schema.Metadata{Name: "nobody", Namespace: o.ID().Namespace}}
			p.Spec.TargetRefs = []schema.TargetRef{{Group: route.Group, Kind: kind, Name: o.ID().Name}}
			for n, rule := range resolve.RulesOf(o) {
				intents = append(intents, resolve.Intent{Policy: p, Object: o, Rule: n, Name: rule.Name, Methods: rule.Methods})
			}
		}
	}
	s := gateway.Defaults(g.Profile())
	if change != nil {
		change(&s)
	}
	c := trial{name: name, before: objects, after: objects}
	for n, effects := range gateway.Read(g, intents, world, s) {
		c.places = append(c.places, translators.RuleEffects{Intent: &intents[n], Effects: effects})
	}
	return c
}

func TestConfigurationOfStrangersIsReadAsEnvoyGatewayReadsIt(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files (%v)", err)
	}
	var trials []trial
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		trials = append(trials, found(t, filepath.Base(file), text, envoygateway.Gateway{}, nil))
	}
	judge(t, trials)
}

func TestRandomConfigurationOfStrangersIsReadAsEnvoyGatewayReadsIt(t *testing.T) {
	var trials []trial
	for n := range uint64(2 * *inputs) {
		name := fmt.Sprintf("stranger seed %d", *seed+n)
		trials = append(trials, found(t, name, random.Stranger(*seed+n), envoygateway.Gateway{}, nil))
		if n%3 == 0 {
			trials = append(trials, found(t, name+" (gateway-api)", random.Stranger(*seed+n), standard(t), asEnvoyGateway))
		}
	}
	judge(t, trials)
}
