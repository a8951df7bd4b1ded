package stanza_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

func TestAVersionOfTheImplementationDecidesWhatATrysTimeoutBounds(t *testing.T) {
	const codes, waits = "retry: {codes: [503]}", "retry: {codes: [503], backoff: 1s}"
	none, two := behavior.None[time.Duration](), behavior.Is(2*time.Second)
	for _, c := range []struct {
		version    gateway.Version
		rule       string
		try, total behavior.Setting[time.Duration]
	}{
		{gateway.Version{Major: 1, Minor: 4}, codes, none, two},
		{gateway.Version{Major: 1, Minor: 7}, codes, none, behavior.Is(15 * time.Second)},
		{gateway.Version{Major: 1, Minor: 7}, waits, two, behavior.Is(15 * time.Second)},
		{gateway.Version{Major: 1, Minor: 8}, codes, two, behavior.Is(15 * time.Second)},
	} {
		objects, err := manifest.Read(strings.NewReader("apiVersion: v1\nkind: Rule\nmetadata: {name: r}\n"+c.rule), "test")
		if err != nil {
			t.Fatal(err)
		}
		e := behavior.Effect{Origin: map[string]string{}}
		rule := stanza.Rule{Retry: objects[0].At("retry"), Timeouts: manifest.Map("backendRequest", "2s"), From: "the rule"}
		stanza.Read(&e, rule, stanza.Of("envoy-gateway").In(c.version), gateway.Version{Major: 1, Minor: 4})
		if e.AttemptTimeout != c.try || e.TotalTimeout != c.total {
			t.Errorf("Envoy Gateway %s, %s: a try gets %v, the request %v", c.version, c.rule, e.AttemptTimeout, e.TotalTimeout)
		}
	}
}

func TestHeadersCountWhereTheDataPlaneIsEnvoy(t *testing.T) {
	var h envoy.RequestHeaders
	h.Set("x-envoy-max-retries", "7", "a filter")
	for name, want := range map[string]int{"envoy-gateway": 7, "istio": 7, "kgateway": 7, "cilium": 7, "agentgateway": 1} {
		e := behavior.Effect{Origin: map[string]string{}}
		stanza.Read(&e, stanza.Rule{Retry: manifest.Map("attempts", 1), Headers: h, From: "the rule"}, stanza.Of(name), gateway.Version{Major: 1, Minor: 7})
		if e.MaxRetries != behavior.Is(want) {
			t.Errorf("%s: %v retries, want %d", name, e.MaxRetries, want)
		}
	}
}

func TestThreeRetriesAtOnceWhereNothingBoundsThem(t *testing.T) {
	for name, want := range map[string]behavior.Setting[int64]{"kgateway": behavior.Is(int64(3)), "cilium": behavior.Is(int64(3)), "none": {}} {
		e := behavior.Effect{Origin: map[string]string{}}
		stanza.Read(&e, stanza.Rule{From: "the rule"}, stanza.Of(name), gateway.Version{Major: 1, Minor: 7})
		if e.Breaker.MaxParallelRetries != want {
			t.Errorf("%s: %v retries at once", name, e.Breaker.MaxParallelRetries)
		}
	}
}
