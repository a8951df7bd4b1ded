package kong_test

import (
	"bytes"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/nginx"
)

// FuzzReadKong reads arbitrary manifests: no input may stop it, and what it says
// must be of one form.
func FuzzReadKong(f *testing.F) {
	f.Add([]byte(httpRoute(", annotations: {konghq.com/plugins: 'a, b:c'}", rule("reads", filter, "api", "other"))+service("api", "konghq.com/retries: '3'")+
		plugin("fn", "pre-function", inAccess("pcall(function() kong.service.set_retries(2) kong.service.set_timeouts(1000, 60000, 1000) end)"))), uint8(10), uint8(3))
	f.Add([]byte(ingress("", "api")+service("api", "konghq.com/read-timeout: '-1'")), uint8(15), uint8(0))
	f.Add([]byte(httpRoute("", "{backendRefs: 3, filters: {a: b}, timeouts: [], matches: x}")), uint8(4), uint8(1))
	f.Fuzz(func(t *testing.T, input []byte, minor, mode uint8) {
		objects, err := manifest.Read(bytes.NewReader(input), "fuzz")
		if err != nil {
			return
		}
		world := manifest.NewSet(objects)
		var intents []resolve.Intent
		for _, o := range world.All() {
			intents = append(intents, intentsOn(o)...)
		}
		s := gateway.Defaults(kong.Gateway{}.Profile())
		s.Version.Minor = 4 + int(minor%12)
		s.Set(api.UntrustedLua.Is([]string{"", "Strict", "Lax", "Open", "Disabled", "Sandbox"}[mode%6]))
		effects := gateway.Read(kong.Gateway{}, intents, world, s)
		if len(effects) != len(intents) {
			t.Fatalf("%d effects of %d intents", len(effects), len(intents))
		}
		for _, list := range effects {
			for _, e := range list {
				if e.Behavior != e.Behavior.Normal() || e.Methods&nginx.Unreachable != 0 || e.MaxRetries.State == behavior.Unset {
					t.Errorf("%+v retries for %s is not in its one form", e.MaxRetries, e.Methods)
				}
				if e.MaxRetries.State == behavior.Set && (e.MaxRetries.Value < 0 || e.MaxRetries.Value > api.MaxRetries) {
					t.Errorf("%d retries", e.MaxRetries.Value)
				}
			}
		}
	})
}

func intentsOn(o *manifest.Object) []resolve.Intent {
	id := o.ID()
	p := &schema.RetryPolicy{Spec: schema.Spec{TargetRefs: []schema.TargetRef{{Group: id.Group, Kind: id.Kind, Name: id.Name}}}}
	p.Metadata.Namespace = id.Namespace
	intents := []resolve.Intent{{Policy: p, Object: o, Rule: -1, Methods: behavior.AllMethods}}
	for n, r := range resolve.RulesOf(o) {
		if n < len(route.Rules(o)) {
			intents = append(intents, resolve.Intent{Policy: p, Object: o, Rule: n, Name: r.Name, Methods: r.Methods})
		}
	}
	return intents
}
