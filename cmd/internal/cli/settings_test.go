package cli

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
)

// of gives the settings of a target after a Config and flags.
func of(t *testing.T, config schema.ConfigSpec, args ...string) gateway.Settings {
	t.Helper()
	var flags targeting
	cmd := &cobra.Command{}
	flags.flags(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	spec, err := flags.spec(cmd)
	if err != nil {
		t.Fatal(err)
	}
	targets, err := translators.All().ParseTargets([]string{"istio"})
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Input{Configs: []*schema.Config{{Spec: config}}}.Settings(targets[0], spec)
}

func TestEveryFlagWinsOverTheConfig(t *testing.T) {
	config := schema.ConfigSpec{
		ClusterDomain: "a.example",
		Split:         "never",
		Istio:         &schema.IstioConfig{API: "auto", Gateways: []schema.IstioGateway{{Parent: "a/b", Gateway: "a/x"}, {Parent: "a/c", Gateway: "a/y"}}},
		GatewayAPI:    &schema.GatewayAPIConfig{Channel: "standard", Implementation: "istio"},
		Traefik:       &schema.TraefikConfig{SafeNaming: true},
		Kong:          &schema.KongConfig{UntrustedLua: "Strict"},
	}
	got := of(t, config, "--cluster-domain=b.example", "--split=always", "--istio-api=gateway-api", "--istio-gateway=a/b=a/z",
		"--gateway-api-channel=experimental", "--gateway-api-implementation=none", "--traefik-safe-naming=false", "--kong-untrusted-lua=Lax")
	got.Version = gateway.Version{}
	want := gateway.Settings{
		ClusterDomain: "b.example",
		Split:         gateway.SplitAlways,
		Istio:         gateway.Istio{API: "gateway-api", Gateways: map[string]string{"a/b": "a/z", "a/c": "a/y"}},
		GatewayAPI:    gateway.GatewayAPI{Channel: "experimental", Implementation: "none"},
		Kong:          gateway.Kong{UntrustedLua: "Lax"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFlagsThatAreNotGivenChangeNothing(t *testing.T) {
	config := schema.ConfigSpec{
		ClusterDomain: "a.example",
		Traefik:       &schema.TraefikConfig{SafeNaming: true},
		Kong:          &schema.KongConfig{UntrustedLua: "Strict"},
	}
	got := of(t, config)
	if got.ClusterDomain != "a.example" || !got.Traefik.SafeNaming || got.Kong.UntrustedLua != "Strict" || got.Istio.API != "auto" {
		t.Errorf("settings %+v", got)
	}
}

// TestTheWordsOfFlagsAreThoseOfTheConfig looks them up in its JSON Schema.
func TestTheWordsOfFlagsAreThoseOfTheConfig(t *testing.T) {
	var flags targeting
	cmd := &cobra.Command{}
	flags.flags(cmd)
	raw, err := schema.JSONSchema(schema.ConfigKind)
	if err != nil {
		t.Fatal(err)
	}
	for name, w := range map[string]word{
		"api": flags.istioAPI, "channel": flags.channel, "implementation": flags.implementation, "untrustedLua": flags.untrustedLua, "split": flags.split,
	} {
		var tree any
		if err := json.Unmarshal(raw, &tree); err != nil {
			t.Fatal(err)
		}
		words := enum(tree, name)
		slices.Sort(words)
		if got := slices.Sorted(slices.Values(w.allowed)); len(got) < 2 || !slices.Equal(got, words) {
			t.Errorf("the flag takes %q, the Config's %s takes %q", got, name, words)
		}
	}
}

// enum finds the words of a property anywhere in a schema.
func enum(tree any, name string) []string {
	node, _ := tree.(map[string]any)
	if property, ok := node[name].(map[string]any); ok {
		var words []string
		list, _ := property["enum"].([]any)
		for _, one := range list {
			words = append(words, one.(string))
		}
		return words
	}
	for _, below := range node {
		if words := enum(below, name); words != nil {
			return words
		}
	}
	return nil
}
