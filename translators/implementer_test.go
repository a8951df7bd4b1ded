package translators_test

import (
	"os"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	istio "retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/stanza"
)

// TestAnImplementationReadsTheStanzaAsItsOwnTargetDoes has the Gateway API's target and
// that of each implementation read the same world: both give the same effects, in the
// same version of the Gateway API.
func TestAnImplementationReadsTheStanzaAsItsOwnTargetDoes(t *testing.T) {
	text, err := os.ReadFile("../golden/cases/stanza-beside-policy/in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, retry := range []string{"", "retry: {codes: [503]}", "retry: {attempts: 3, backoff: 1s}\n    timeouts: {backendRequest: 2s}"} {
		objects, err := manifest.Read(strings.NewReader(strings.ReplaceAll(string(text), "    backendRefs: [{name: pay", "    "+retry+"\n    backendRefs: [{name: pay")), "test")
		if err != nil {
			t.Fatal(err)
		}
		world := manifest.NewSet(objects)
		intents := (&resolve.Plan{World: world}).Bystanders()
		for _, name := range []string{"envoy-gateway", "istio"} {
			standard, own := of("gateway-api"), of(name)
			s := gateway.Defaults(standard.Profile())
			s.Version = gateway.Version{Major: 1, Minor: 6}
			s.Set(stanza.Implementer.Is(name))
			mine := gateway.Defaults(own.Profile())
			mine.Set(istio.WrittenIn.Is("gateway-api"))
			got, want := gateway.Read(standard, intents, world, s), gateway.Read(own, intents, world, mine)
			for n := range intents {
				if len(got[n]) != 1 || len(want[n]) != 1 || got[n][0].Behavior != want[n][0].Behavior {
					t.Errorf("%s, %q, %s: %+v, and by its own target %+v", name, retry, intents[n].RuleName(), got[n], want[n])
				}
			}
		}
	}
}

func TestWhatAStanzaCannotTakeBackIsAnError(t *testing.T) {
	text, err := os.ReadFile("../golden/cases/stanza-none-against-policy/in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const retries = "retry: {numRetries: 5, retryOn: {triggers: [5xx]}}"
	for _, c := range []struct {
		policy  string
		version int
		refused bool
	}{
		{retries, 6, true},
		{retries, 7, false},
		{"retry: {numRetries: 5, retryOn: {triggers: [connect-failure]}}", 6, true},
		{"retry: {numRetries: 0}", 6, false},
	} {
		plan := decode(t, "in", []byte(strings.Replace(string(text), retries, c.policy, 1))).plan()
		g := of("gateway-api")
		s := gateway.Defaults(g.Profile())
		s.Version = gateway.Version{Major: 1, Minor: c.version}
		s.Set(stanza.Implementer.Is("envoy-gateway"))
		refused := false
		for _, f := range translators.Run(g, plan, s, false).Findings {
			refused = refused || f.Severity == finding.Error && strings.Contains(f.Reason, "BackendTrafficPolicy shop/edge")
		}
		if refused != c.refused {
			t.Errorf("%s, Gateway API 1.%d: refused %v", c.policy, c.version, refused)
		}
	}
}

// TestAPolicyOnAListenerIsToldOfTheOthers has requests through another listener retried
// by what a policy on one listener has written: POST is an error, the rest a warning.
func TestAPolicyOnAListenerIsToldOfTheOthers(t *testing.T) {
	const text = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: p, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge, sectionName: http}]
  maxRetries: 2
  retryOn: {statusCodes: [503], methods: ["*"]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: other
  listeners: [{name: http, port: 80, protocol: HTTP}, {name: inner, port: 8080, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{name: a, port: 80}]}]}
`
	for name, told := range map[string]bool{"istio": true, "gateway-api": true, "traefik": true, "envoy-gateway": false} {
		posts, gets := false, false
		for _, f := range by(t, name, text).Findings {
			posts = posts || f.Code == finding.UnsafeRetry && f.Severity == finding.Error && strings.Contains(f.Message, "listener inner")
			gets = gets || f.Code == finding.NotAsked && f.Severity == finding.Warning && strings.Contains(f.Message, "listener inner")
		}
		if posts != told || gets != told {
			t.Errorf("%s: told of POST %v, of GET %v; want %v", name, posts, gets, told)
		}
	}
}

// of gives a gateway of the list by name.
func of(name string) gateway.Target {
	for _, g := range translators.All() {
		if g.Profile().Name == name {
			return g
		}
	}
	return nil
}
