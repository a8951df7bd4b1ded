package explain_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/explain"
	"retryctl.dev/translators/gateway"
)

// of gives the entry of one effect.
func of(t *testing.T, e behavior.Effect) explain.Entry {
	t.Helper()
	i := resolve.Intent{Rule: -1, Policy: &schema.RetryPolicy{Metadata: schema.Metadata{Name: "p", Namespace: "shop"},
		Spec: schema.Spec{TargetRefs: []schema.TargetRef{{Kind: "HTTPRoute", Name: "api"}}}}}
	r := translators.Result{Gateway: gateway.Profile{Name: "x"}, Version: gateway.Version{Major: 1, Minor: 2},
		Rules: []translators.RuleEffects{{Intent: &i, Effects: []behavior.Effect{e}}}}
	entries := explain.Entries([]translators.Result{r})
	if len(entries) != 1 {
		t.Fatalf("%d entries for one effect", len(entries))
	}
	return entries[0]
}

func full() behavior.Effect {
	e := behavior.Effect{Object: "HTTPRoute shop/api", Rule: "0", Methods: behavior.AllMethods, Origin: map[string]string{}}
	e.MaxRetries, e.AttemptTimeout, e.TotalTimeout = behavior.Is(2), behavior.Is(2*time.Second), behavior.Is(20*time.Second)
	e.Backoff = behavior.Is(behavior.Backoff{Base: 100 * time.Millisecond, Growth: 2, Jitter: behavior.FullJitter})
	e.Causes.Add(behavior.AllMethods, behavior.ConnectFailure)
	e.Causes.Add(behavior.GET, behavior.Codes(503, 503)...)
	return e
}

func TestAnEntryHoldsWhatTheRequestsGet(t *testing.T) {
	text, err := json.Marshal(of(t, full()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"policy":"shop/p"`, `"version":"1.2"`, `"maxRetries":2`, `"causes":{"503":["GET"],"ConnectFailure":["*"]}`,
		`"waits":[{"min":"0s","max":"100ms"},{"min":"0s","max":"200ms"}]`, `"tries":3`, `"addedLatency":"6.3s"`, `"load":3`, `"budget":null`, `"unknown":[]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}

func TestAnEntryIsAboutTheMethodsThatReachTheRule(t *testing.T) {
	e := full()
	e.Methods = behavior.POST
	if got := of(t, e); len(got.Causes) != 1 || !slices.Equal(got.Causes["ConnectFailure"], []string{"POST"}) {
		t.Errorf("a POST is retried on %v", got.Causes)
	}
	e.Causes = behavior.Causes{}
	if got := of(t, e); *got.MaxRetries != 0 || *got.WorstCase.Tries != 1 || len(got.Waits) != 0 {
		t.Errorf("without a cause there are retries: %+v", got)
	}
}

func TestUnknownIsNamedAndIsNoNumber(t *testing.T) {
	e := full()
	e.MaxRetries, e.TotalTimeout, e.Backoff = behavior.Unclear[int](), behavior.Unclear[time.Duration](), behavior.Unclear[behavior.Backoff]()
	e.Budget, e.Breaker.MaxConnections, e.IdempotencyKey = behavior.Unclear[behavior.Budget](), behavior.Unclear[int64](), behavior.Unclear[string]()
	e.Unclear.Add(behavior.AllMethods, behavior.Reset, behavior.ConnectFailure) // the latter is certain as well
	got := of(t, e)
	want := []string{"budget", "causes.Reset", "circuitBreaker.maxConnections", "idempotencyKey", "maxRetries", "totalTimeout", "waits"}
	if !slices.Equal(got.Unknown, want) {
		t.Errorf("unknown are %q, want %q", got.Unknown, want)
	}
	if got.MaxRetries != nil || got.TotalTimeout != nil || got.Budget != nil || got.WorstCase.Tries != nil || got.WorstCase.AddedLatency != nil || got.WorstCase.Load != nil {
		t.Errorf("what is unknown has a value: %+v", got)
	}
}

func TestTheTableSaysWhatIsNotThere(t *testing.T) {
	e := full()
	e.TotalTimeout, e.AttemptTimeout = behavior.None[time.Duration](), behavior.Unclear[time.Duration]()
	var b strings.Builder
	if err := explain.WriteText(&b, []explain.Entry{of(t, e)}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"x 1.2: ", "(RetryPolicy shop/p)", "ConnectFailure", "503 for GET", "unknown", "no timeout", "0s..100ms, 0s..200ms"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in the table:\n%s", want, b.String())
		}
	}
}
