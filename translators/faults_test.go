package translators_test

import (
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// stated is a rule that retries, of a version of each gateway.
const stated = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: p, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
  maxRetries: 2
  attemptTimeout: 1s
  retryOn: {ON, methods: ["*"]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: c}
spec: {controllerName: CONTROLLER}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: c, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {parentRefs: [{name: edge}], rules: [{name: all, backendRefs: [{name: api, port: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{port: 80}]}
`

// TestWhatDiffersBetweenVersionsIsSaidWithTheSafeOne: nothing where the version that is
// named is without it, a note where it may have it, and a warning where it has it.
func TestWhatDiffersBetweenVersionsIsSaidWithTheSafeOne(t *testing.T) {
	const codes, lost = "statusCodes: [503]", "conditions: [ConnectFailure]"
	for _, c := range []struct {
		target, by, on, controller string
		severity                   finding.Severity // empty is no finding
		said, safe                 string
	}{
		{"traefik@3.7", "", codes, "x", finding.Note, "before 3.7.6 answers 413", "3.7.8"},
		{"traefik", "", codes, "x", finding.Note, "before 3.7.8 panics", "3.7.8"},
		{"traefik@3.7.0", "", codes, "x", finding.Warning, "3.7.0 answers 413", "3.7.8"},
		{"traefik@3.7.5", "", lost, "x", finding.Warning, "3.7.5 panics", "3.7.8"},
		{"traefik@3.7.6", "", codes, "x", finding.Warning, "3.7.6 panics", "3.7.8"},
		{"traefik@3.7.8", "", codes, "x", "", "", ""},
		{"traefik@3.6", "", lost, "x", "", "", ""},
		{"gateway-api@1.7", "cilium@1.18", codes, "x", finding.Warning, "cilium 1.18 retries nothing", "1.20.0"},
		{"gateway-api@1.7", "cilium@1.19.7", codes, "x", finding.Warning, "cilium 1.19.7 retries nothing", "1.20.0"},
		{"gateway-api@1.7", "cilium@1.20", codes, "x", "", "", ""},
		{"gateway-api@1.7", "cilium", codes, "x", "", "", ""},
		{"gateway-api@1.7", "kgateway", codes, "x", "", "", ""},
		{"gateway-api@1.5", "envoy-gateway@1.8", codes, "x", finding.Note, "before 1.8.2 loses the timeout of a try", "1.8.2"},
		{"gateway-api@1.5", "envoy-gateway@1.8.1", codes, "x", finding.Warning, "1.8.1 loses the timeout of a try", "1.8.2"},
		{"gateway-api@1.5", "envoy-gateway@1.8.2", codes, "x", "", "", ""},
		{"gateway-api@1.4", "envoy-gateway@1.7", codes, "x", finding.Warning, "1.7 loses the timeout of a try", "1.8.2"},
		{"kong@3.10", "", lost, "konghq.com/gateway-operator", finding.Note, "Kong's operator before 2.2.0 reads no konghq.com/retries", "2.2.0"},
		{"kong@3.10", "", lost, "konghq.com/kic-gateway-controller", "", "", ""},
	} {
		targets, err := translators.All().ParseTargets([]string{c.target})
		if err != nil {
			t.Fatal(err)
		}
		s := gateway.Defaults(targets[0].Gateway.Profile())
		s.Version = targets[0].Version
		s.Apply(schema.ConfigSpec{Split: gateway.SplitAlways})
		if c.by != "" {
			s.Set(stanza.Implementer.Is(c.by))
		}
		text := strings.NewReplacer("ON", c.on, "CONTROLLER", c.controller).Replace(stated)
		r := translators.Run(targets[0].Gateway, decode(t, c.target, []byte(text)).plan(), s, false)
		found := slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool { return f.Code != finding.FaultyVersion })
		switch {
		case c.severity == "" && len(found) == 0:
		case len(found) != 1 || found[0].Severity != c.severity || !strings.Contains(found[0].Message, c.said) || !strings.Contains(found[0].Hint.String(), "run "+c.safe+" "):
			t.Errorf("%s %s %s: %v", c.target, c.by, c.on, found)
		}
	}
}

func TestAVersionOfAnImplementationIsTaken(t *testing.T) {
	for value, taken := range map[string]bool{"cilium": true, "cilium@1.18": true, "cilium@v1.18.3": true, "cilium@": false, "cilium@x": false, "@1.18": false, "tulium@1.18": false} {
		word := stanza.Implementer.Word(value)
		if slices.Contains(stanza.Implementer.Words, word) != taken {
			t.Errorf("%s is taken: %v", value, !taken)
		}
	}
	if word := stanza.Channel.Word("standard@1.2"); word != "standard@1.2" {
		t.Errorf("a channel has no version, and it is read as %s", word)
	}
}
