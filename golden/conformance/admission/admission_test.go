package admission

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"

	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/golden/random"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

var (
	inputs = flag.Int("admission.inputs", 500, "random `inputs` whose output is checked")
	seed   = flag.Uint64("admission.seed", 1, "`seed` of the first random input")
)

// servers are loaded once for each gateway, version and channel.
var servers sync.Map

func server(t *testing.T, name string, s gateway.Settings) *Server {
	t.Helper()
	load, _ := servers.LoadOrStore(fmt.Sprint(name, s.Version, s.Word(stanza.Channel)), sync.OnceValues(func() (*Server, error) { return For(name, s) }))
	found, err := load.(func() (*Server, error))()
	if err != nil {
		t.Fatalf("the CRDs of %s %s cannot be had: %v", name, s.Version, err)
	}
	return found
}

// elsewhere are the API groups of objects whose CRDs no gateway brings: those of
// Kubernetes itself, and those of controllers that name a rule or route of the input,
// in which only that name is changed.
var elsewhere = map[string]bool{"": true, "networking.k8s.io": true, "limits.example": true, "argoproj.io": true}

// taken has an object admitted by a gateway's API server: one of Envoy Gateway's kinds,
// which the Gateway API's does not have, by Envoy Gateway's.
func taken(t *testing.T, o *manifest.Object, name string, s gateway.Settings) (problems []string, known bool) {
	t.Helper()
	own := envoygateway.Gateway{}.Profile()
	if name == "gateway-api" && o.ID().Group == "gateway.envoyproxy.io" {
		name, s = own.Name, gateway.Defaults(own)
	}
	return server(t, name, s).Check(o.JSON())
}

// check has every object of a result admitted, and tells how many there were.
func check(t *testing.T, in input.Input, g gateway.Target, change func(*gateway.Settings)) (checked int) {
	t.Helper()
	result, s := in.Run(g, change)
	for _, o := range result.Objects {
		problems, known := taken(t, o, g.Profile().Name, s)
		if !known && !(elsewhere[o.ID().Group] && in.Plan.World.Get(o.ID()) != nil) {
			t.Errorf("%s: %s %s: no CRD for %s", in.Name, g.Profile().Name, s.Version, o.ID())
		}
		for _, problem := range problems {
			t.Errorf("%s: %s %s: %s: %s", in.Name, g.Profile().Name, s.Version, o.ID(), problem)
		}
		if known {
			checked++
		}
	}
	return checked
}

func TestEveryObjectOfTheGoldenCasesIsTakenAsItIs(t *testing.T) {
	cases, err := input.Golden("../../cases")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range translators.All() {
		checked := 0
		for _, in := range cases {
			checked += check(t, in, g, nil)
		}
		if checked == 0 {
			t.Errorf("no object of %s was checked", g.Profile().Name)
		}
		t.Logf("%s: %d objects", g.Profile().Name, checked)
	}
}

func TestEveryObjectForARandomPolicyIsTakenAsItIs(t *testing.T) {
	for _, g := range translators.All() {
		checked := 0
		for n := range uint64(*inputs) {
			checked += check(t, one(t, *seed+n), g, nil)
		}
		if checked == 0 {
			t.Errorf("no object of %s was checked", g.Profile().Name)
		}
		t.Logf("%s: %d objects", g.Profile().Name, checked)
	}
}

func TestOlderVersionsGetOnlyWhatTheirSchemaHas(t *testing.T) {
	versions := map[string][]gateway.Version{
		"envoy-gateway": {{Major: 1, Minor: 3}, {Major: 1, Minor: 5}, {Major: 1, Minor: 7}, {Major: 1, Minor: 8}},
		"gateway-api":   {{Major: 1, Minor: 2}, {Major: 1, Minor: 5}, {Major: 1, Minor: 6}},
	}
	for _, g := range translators.All() {
		for _, version := range versions[g.Profile().Name] {
			checked := 0
			for n := range uint64(*inputs) / 5 {
				checked += check(t, one(t, *seed+n), g, func(s *gateway.Settings) { s.Version = version })
			}
			if checked == 0 {
				t.Errorf("no object of %s %s was checked", g.Profile().Name, version)
			}
		}
	}
}

func one(t *testing.T, seed uint64) input.Input {
	t.Helper()
	in, err := input.Read(fmt.Sprintf("seed %d", seed), random.Input(seed))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestTheServerRefusesWhatItMust shows that the checks above can fail.
func TestTheServerRefusesWhatItMust(t *testing.T) {
	const policy = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: a, namespace: b}\nspec:\n"
	const route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: b}\nspec:\n"
	const ref = "  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r%s}]\n"
	budget := "apiVersion: gateway.networking.x-k8s.io/v1alpha1\nkind: XBackendTrafficPolicy\nmetadata: {name: a, namespace: b}\nspec:\n  targetRefs: [{group: '', kind: Service, name: s}]\n"
	for _, c := range []struct {
		about, gateway string
		version        gateway.Version
		channel        string
		text, want     string
	}{
		{"a right one", "envoy-gateway", gateway.Version{Major: 1, Minor: 9}, "", policy + fmt.Sprintf(ref, "") + "  retry: {numRetries: 2}", ""},
		{"an unknown field", "envoy-gateway", gateway.Version{Major: 1, Minor: 9}, "", policy + fmt.Sprintf(ref, "") + "  retry: {perRetryPolicy: {}}", "spec.retry.perRetryPolicy: unknown field"},
		{"a fraction of a second", "envoy-gateway", gateway.Version{Major: 1, Minor: 9}, "", policy + fmt.Sprintf(ref, "") + "  retry: {perRetry: {timeout: 1.5s}}", "should match"},
		{"a rule of CEL", "envoy-gateway", gateway.Version{Major: 1, Minor: 9}, "", policy + "  retry: {numRetries: 2}", "either targetRef or targetRefs must be used"},
		{"sectionName before 1.6", "envoy-gateway", gateway.Version{Major: 1, Minor: 5}, "", policy + fmt.Sprintf(ref, ", sectionName: x") + "  retry: {numRetries: 2}", "sectionName"},
		{"retry in the standard channel", "gateway-api", gateway.Version{Major: 1, Minor: 6}, "standard", route + "  rules: [{retry: {attempts: 1}}]", "unknown field"},
		{"no attempts before 1.7", "gateway-api", gateway.Version{Major: 1, Minor: 6}, "experimental", route + "  rules: [{retry: {attempts: 0}}]", "greater than or equal to 1"},
		{"no attempts in 1.7", "gateway-api", gateway.Version{Major: 1, Minor: 7}, "standard", route + "  rules: [{retry: {attempts: 0}}]", ""},
		{"the same code twice", "gateway-api", gateway.Version{Major: 1, Minor: 6}, "experimental", route + "  rules: [{retry: {codes: [500, 500]}}]", "Duplicate value"},
		{"a budget of one", "gateway-api", gateway.Version{Major: 1, Minor: 6}, "experimental", budget + "  retryConstraint: {budget: {percent: 101}}", "less than or equal to 100"},
	} {
		json, err := yaml.YAMLToJSON([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		s := gateway.Settings{Version: c.version}
		s.Set(stanza.Channel.Is(c.channel))
		problems, known := server(t, c.gateway, s).Check(json)
		if got := strings.Join(problems, "\n"); !known || (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %v, and %q is expected", c.about, problems, c.want)
		}
	}
}
