package translators_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	istio "retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/pipeline"
	"retryctl.dev/translators/stanza"
)

// An input is decoded documents.
type input struct {
	name     string
	policies []*schema.RetryPolicy
	objects  []*manifest.Object
}

func decode(t testing.TB, name string, text []byte) input {
	t.Helper()
	objects, err := pipeline.Read(pipeline.Source{Name: name, Text: text})
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
	return input{name: name, policies: pipeline.Decode(translators.All(), objects).Policies, objects: objects}
}

// inputs are the golden cases and random ones.
func inputs(t testing.TB, seeds uint64) []input {
	t.Helper()
	paths, err := filepath.Glob("../golden/cases/*/in.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	var list []input
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, decode(t, path, text))
	}
	for seed := range seeds {
		nasty := random.Nasty(seed)
		if seed%2 == 1 { // policies on a listener instead of its Gateway
			nasty = bytes.ReplaceAll(nasty, []byte("kind: Gateway, name: edge}]"), []byte("kind: Gateway, name: edge, sectionName: http}]"))
		}
		list = append(list, decode(t, "random", random.Input(seed)), decode(t, "nasty", nasty))
		list[len(list)-2].name += " " + strconv.FormatUint(seed, 10)
		list[len(list)-1].name += " " + strconv.FormatUint(seed, 10)
	}
	return list
}

func (in input) plan() *resolve.Plan {
	plan, _ := resolve.Resolve(in.policies, manifest.NewSet(in.objects))
	return plan
}

// A setting is one way of using a gateway.
type setting struct {
	name string
	gateway.Target
	gateway.Settings
}

// settings are those that change what is written.
func settings() []setting {
	var list []setting
	for _, g := range translators.All() {
		defaults := gateway.Defaults(g.Profile())
		if g.Profile().Name == "envoy-gateway" {
			list = append(list, setting{g.Profile().Name + " known", g, defaults})
		}
		defaults.Split = gateway.SplitAlways
		list = append(list, setting{g.Profile().Name, g, defaults})
		switch g.Profile().Name {
		case "istio":
			for _, api := range []string{"virtualservice", "gateway-api"} {
				s := defaults
				s.Set(istio.WrittenIn.Is(api))
				list = append(list, setting{"istio " + api, g, s})
			}
		case "gateway-api":
			for _, name := range []string{"envoy-gateway", "istio", "cilium", "agentgateway"} {
				s := defaults
				s.Set(stanza.Implementer.Is(name))
				list = append(list, setting{"gateway-api of " + name, g, s})
			}
			s := defaults
			s.Version = gateway.Version{Major: 1, Minor: 6}
			s.Set(stanza.Implementer.Is("kgateway"))
			list = append(list, setting{"gateway-api 1.6", g, s})
		default:
			s := defaults
			s.Version = g.Profile().Oldest
			list = append(list, setting{g.Profile().Name + " " + s.Version.String(), g, s})
		}
	}
	return list
}

// text prints objects.
func text(t testing.TB, objects []*manifest.Object) string {
	t.Helper()
	var b bytes.Buffer
	if err := manifest.WriteYAML(&b, objects); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// source prints an input, for failures.
func (in input) source(t testing.TB) string { return in.name + ":\n" + text(t, in.objects) }
