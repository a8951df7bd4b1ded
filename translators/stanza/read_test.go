package stanza_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// read gives what an implementation makes of a rule.
func read(t *testing.T, rule, implementation string) behavior.Effect {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader("apiVersion: v1\nkind: Rule\nmetadata: {name: r}\n"+rule), "test")
	if err != nil {
		t.Fatal(err)
	}
	e := behavior.Effect{Origin: map[string]string{}}
	asked := stanza.Rule{Retry: objects[0].At("retry"), Timeouts: objects[0].At("timeouts"), From: "the rule"}
	stanza.Read(&e, asked, stanza.Of(implementation), gateway.Version{Major: 1, Minor: 7})
	return e
}

func TestATrysTimeoutThatBoundsNothingIsNone(t *testing.T) {
	second, none := behavior.Is(time.Second), behavior.None[time.Duration]()
	for _, c := range []struct {
		about, rule, implementation string
		want                        behavior.Setting[time.Duration]
	}{
		{"shorter than the request's", "retry: {attempts: 2}\ntimeouts: {request: 2s, backendRequest: 1s}", "istio", second},
		{"as long as the request's", "retry: {attempts: 2}\ntimeouts: {request: 1s, backendRequest: 1s}", "istio", none},
		{"as long as the request's", "retry: {attempts: 2}\ntimeouts: {request: 1s, backendRequest: 1s}", "kgateway", none},
		{"as long as the request's", "retry: {attempts: 2}\ntimeouts: {request: 1s, backendRequest: 1s}", "none", second},
		{"longer than Envoy Gateway's own for the request", "retry: {attempts: 2}\ntimeouts: {backendRequest: 1m}", "envoy-gateway", none},
		{"without a bound on the request", "retry: {attempts: 2}\ntimeouts: {backendRequest: 1s}", "istio", second},
		{"with a bound of 0, which is none", "retry: {attempts: 2}\ntimeouts: {request: 0s, backendRequest: 1s}", "istio", second},
		{"beside no retries", "retry: {attempts: 0}\ntimeouts: {request: 2s, backendRequest: 1s}", "istio", none},
		{"beside no retries", "retry: {attempts: 0}\ntimeouts: {request: 2s, backendRequest: 1s}", "kgateway", second},
	} {
		if e := read(t, c.rule, c.implementation); e.AttemptTimeout != c.want {
			t.Errorf("%s, for %s: %v, want %v", c.about, c.implementation, e.AttemptTimeout, c.want)
		}
	}
}

func TestWithoutAStanzaTheTrysTimeoutIsTheRequests(t *testing.T) {
	for _, name := range []string{"istio", "envoy-gateway", "cilium"} {
		e := read(t, "timeouts: {request: 20s, backendRequest: 1s}", name)
		if e.TotalTimeout != behavior.Is(time.Second) || e.AttemptTimeout.State == behavior.Set {
			t.Errorf("%s: a try gets %v, the request %v", name, e.AttemptTimeout, e.TotalTimeout)
		}
	}
}
