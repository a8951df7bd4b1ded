package schema

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// head is a policy that lacks nothing but what a test adds to its spec. The
// lines that are added begin at line 7.
const head = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: checkout, namespace: shop}
spec:
  targetRefs:
  - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: checkout}
`

// usual is a spec to which a test adds one wish, at line 9.
const usual = head + `  maxRetries: 3
  retryOn: {statusCodes: [503]}
`

func object(t testing.TB, text string) *manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "p.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) != 1 {
		t.Fatalf("%d objects in\n%s", len(objects), text)
	}
	return objects[0]
}

// known are gateways as documents name them, with an option of each kind.
var known = Gateways{
	{Name: "envoy-gateway"},
	{Name: "istio", About: "is how Istio is set up.", Options: []Option{
		{Field: "istio.api", About: "is what retries are written in.", Words: []string{"auto", "virtualservice", "gateway-api"}},
		{Field: "istio.gateways", About: "maps Gateways.", From: Key{"parent", "is one."}, To: Key{"gateway", "is another."}},
	}},
	{Name: "kong", About: "is how Kong is set up.", Options: []Option{
		{Field: "kong.untrustedLua", About: "is a mode.", Words: []string{"Strict", "Lax", "Sandbox", "Open", "Disabled"}, Elsewhere: map[string]string{"on": "Open"}},
	}},
	{Name: "traefik", About: "is how Traefik is set up.", Options: []Option{{Field: "traefik.safeNaming", About: "is a switch."}}},
	{Name: "gateway-api", About: "is which Gateway API is installed.", Options: []Option{
		{Field: "gatewayAPI.channel", About: "is a channel.", Words: []string{"standard", "experimental"}},
		{Field: "gatewayAPI.implementation", About: "is who implements it.", Words: []string{"envoy-gateway", "none"}},
	}},
}

// check gives everything that is wrong with a policy or a Config.
func check(t testing.TB, text string) finding.List {
	t.Helper()
	o := object(t, text)
	if o.ID().Kind == ConfigKind {
		c, findings := DecodeConfig(o, known)
		if len(findings) == 0 {
			findings = ValidateConfig(c, known)
		}
		return findings
	}
	p, findings := Decode(o)
	if len(findings) == 0 {
		findings = Validate(p, known)
	}
	return findings
}

// line is a finding in one line, its hint after an arrow.
func line(f finding.Finding) string {
	text := fmt.Sprintf("%d:%d %s %s: %s", f.Line, f.Column, f.Code, f.Field, f.Message)
	if hint := f.Hint.String(); hint != "" {
		text += " -> " + hint
	}
	return text
}

func lines(list finding.List) string {
	var all []string
	for _, f := range list {
		all = append(all, line(f))
	}
	return strings.Join(all, "\n")
}

// A rule is a text and all that is to be found in it.
type rule struct{ text, want string }

func hold(t *testing.T, before string, rules []rule) {
	t.Helper()
	for _, r := range rules {
		if got := lines(check(t, before+r.text)); got != r.want {
			t.Errorf("%s\ngave\n%s\nwant\n%s", r.text, got, r.want)
		}
	}
}
