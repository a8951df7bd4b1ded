package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	istio "retryctl.dev/translators/istio/api"
	kong "retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/pipeline"
	traefik "retryctl.dev/translators/traefik/api"
)

// of gives the settings of a target after a Config and flags.
func of(t *testing.T, config schema.ConfigSpec, args ...string) gateway.Settings {
	t.Helper()
	var flags targeting
	cmd := &cobra.Command{}
	flags.flags(cmd, translators.All().Documents())
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
	return pipeline.Input{Configs: []*schema.Config{{Spec: config}}}.Settings(targets[0].Source(), spec)
}

func TestEveryFlagWinsOverTheConfig(t *testing.T) {
	config := schema.ConfigSpec{ClusterDomain: "a.example", Split: "never"}
	args := []string{"--cluster-domain=b.example", "--split=always"}
	want := gateway.Settings{ClusterDomain: "b.example", Split: gateway.SplitAlways}
	for _, g := range translators.All().Documents() {
		for _, o := range g.Options {
			switch {
			case o.Maps():
				config.Settings = append(config.Settings, schema.Setting{Option: o.Field, From: "a/b", Value: "a/x"}, schema.Setting{Option: o.Field, From: "a/c", Value: "a/y"})
				args = append(args, "--"+o.Flag+"=a/b=a/z")
				want.Set(schema.Setting{Option: o.Field, From: "a/b", Value: "a/z"}, schema.Setting{Option: o.Field, From: "a/c", Value: "a/y"})
			case o.Switch():
				config.Settings = append(config.Settings, o.Is("true"))
				args = append(args, "--"+o.Flag+"=false")
				want.Set(o.Is("false"))
			default:
				config.Settings = append(config.Settings, o.Is(o.Words[0]))
				args = append(args, "--"+o.Flag+"="+o.Words[1])
				want.Set(o.Is(o.Words[1]))
			}
		}
	}
	got := of(t, config, args...)
	got.Version = gateway.Version{}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(gateway.Settings{}, gateway.Version{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFlagsThatAreNotGivenChangeNothing(t *testing.T) {
	config := schema.ConfigSpec{ClusterDomain: "a.example", Settings: []schema.Setting{traefik.SafeNaming.Is("true"), kong.UntrustedLua.Is("Strict")}}
	got := of(t, config)
	if got.ClusterDomain != "a.example" || !got.On(traefik.SafeNaming) || got.Word(kong.UntrustedLua) != "Strict" || got.Word(istio.WrittenIn) != istio.Auto {
		t.Errorf("settings %+v", got)
	}
}

// TestTheWordsOfFlagsAreThoseOfTheConfig looks them up in its JSON Schema.
func TestTheWordsOfFlagsAreThoseOfTheConfig(t *testing.T) {
	var flags targeting
	flags.flags(&cobra.Command{}, translators.All().Documents())
	raw, err := schema.JSONSchema(schema.ConfigKind, translators.All().Documents())
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]word{"split": flags.split}
	for _, one := range flags.options {
		if !one.Maps() && !one.Switch() {
			taken[one.Name()] = one.word
		}
	}
	if len(taken) < 6 {
		t.Fatalf("%d flags take words: at least 6 are expected", len(taken))
	}
	for name, w := range taken {
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
		if pattern, versioned := property["pattern"].(string); versioned && strings.HasPrefix(pattern, "^(") {
			within, _, _ := strings.Cut(pattern[len("^("):], ")")
			return strings.Split(within, "|")
		}
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
