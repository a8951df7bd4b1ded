package envoygateway

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"retryctl.dev/golden/conformance/input"
	"retryctl.dev/golden/random"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

var (
	inputs = flag.Int("egctl.inputs", 16, "random `inputs` of each kind that Envoy Gateway translates")
	seed   = flag.Uint64("egctl.seed", 1, "`seed` of the first random input")
)

// translated is the trial of an input that is translated to a gateway.
func translated(in input.Input, g gateway.Target, change func(*gateway.Settings)) trial {
	result, _ := in.Run(g, change)
	refused := map[manifest.ID]bool{}
	for _, f := range result.Findings {
		if f.Severity == finding.Error {
			refused[f.Object] = true
		}
	}
	c := trial{name: in.Name, before: in.Plan.World.All(), after: in.Plan.World.With(result.Objects...).All(), ours: result.Objects}
	for _, p := range result.Rules {
		if refused[resolve.PolicyID(p.Intent.Policy)] { // nothing is printed for those
			c.refused = append(c.refused, p)
		} else {
			c.places = append(c.places, p)
		}
	}
	return c
}

// asEnvoyGateway has the Gateway API's own retries be those of Envoy Gateway 1.9,
// which brings the CRDs of 1.6.
func asEnvoyGateway(s *gateway.Settings) {
	s.Version = gateway.Version{Major: 1, Minor: 6}
	s.Set(stanza.Channel.Is("experimental"), stanza.Implementer.Is("envoy-gateway"))
}

func TestEnvoyGatewayDoesWhatIsSaidOfTheGoldenCases(t *testing.T) {
	cases, err := input.Golden("../../cases")
	if err != nil {
		t.Fatal(err)
	}
	var trials []trial
	for _, in := range cases {
		in.Args = nil // the version is that of egctl
		if in.Name == "retry-headers" {
			continue // what headers ask for is not in the routes: dataplane counts the tries
		}
		trials = append(trials, translated(in, envoygateway.Gateway{}, nil))
		if in.Name != "policy-by-labels" { // egctl drops the labels, and so the policy that is there
			trials = append(trials, byStanza(t, in))
		}
	}
	judge(t, trials)
}

func TestEnvoyGatewayDoesWhatIsSaidOfRandomInputs(t *testing.T) {
	for name, make := range map[string]func(uint64) []byte{
		"plain": func(seed uint64) []byte { return random.InputFor(seed, random.Classes[0]) },
		"wild":  func(seed uint64) []byte { return random.Wild(seed, random.Classes[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			var trials []trial
			for n := range uint64(*inputs) {
				in, err := input.Read(fmt.Sprintf("%s seed %d", name, *seed+n), make(*seed+n))
				if err != nil {
					t.Fatal(err)
				}
				trials = append(trials, translated(in, envoygateway.Gateway{}, nil))
				if n%3 == 0 {
					trials = append(trials, byStanza(t, in))
				}
			}
			judge(t, trials)
		})
	}
}

// byStanza is translated for the Gateway API's own retries, beside whatever policies of
// Envoy Gateway the input has.
func byStanza(t *testing.T, in input.Input) trial {
	t.Helper()
	c := translated(in, standard(t), asEnvoyGateway)
	c.name += " (gateway-api)"
	c.before, c.after = withoutBudgets(c.before), withoutBudgets(c.after)
	return c
}

// standard is the target of the Gateway API's own retries, as the command has it.
func standard(t *testing.T) gateway.Target {
	t.Helper()
	at := slices.IndexFunc(translators.All(), func(g gateway.Target) bool { return g.Profile().Name == "gateway-api" })
	if at < 0 {
		t.Fatal("no gateway-api")
	}
	return translators.All()[at]
}

// withoutBudgets leaves out the kind that egctl does not have.
func withoutBudgets(objects []*manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(o *manifest.Object) bool { return o.ID().Kind == "XBackendTrafficPolicy" })
}
