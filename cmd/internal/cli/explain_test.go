package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/translators/explain"
)

// documented are the keys that every entry has, null or empty where there is
// nothing; "notes", "noWaitAfter", "nextBackend" and "attemptTimeoutIsIdle" come with some.
var documented = []string{
	"attemptTimeout", "budget", "causes", "circuitBreaker", "gateway", "idempotencyKey", "maxRetries", "methods", "object",
	"origin", "policy", "requestBodies", "route", "rule", "totalTimeout", "unknown", "version", "waits", "worstCase",
}

// origins are the keys that an origin can be of.
var origins = []string{"attemptTimeout", "backoff", "budget", "circuitBreaker", "idempotencyKey", "maxRequestBodyBytes", "maxRetries", "nextBackend", "retryOn", "totalTimeout"}

func TestTheJSONOfExplainKeepsItsPromises(t *testing.T) {
	inputs, err := filepath.Glob("../../../golden/cases/*/in.yaml")
	if err != nil || len(inputs) < 30 {
		t.Fatalf("found %d cases (%v)", len(inputs), err)
	}
	seen := 0
	for _, input := range inputs {
		t.Run(filepath.Base(filepath.Dir(input)), func(t *testing.T) {
			var out, complaints bytes.Buffer
			if Main(t.Context(), []string{"explain", "-o", "json", "-f", input}, Streams{In: strings.NewReader(""), Out: &out, Err: &complaints}) == Trouble {
				t.Fatal(complaints.String())
			}
			var raw []map[string]json.RawMessage
			var entries []explain.Entry
			if err := json.Unmarshal(out.Bytes(), &raw); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(out.Bytes(), &entries); err != nil {
				t.Fatal(err)
			}
			for n, e := range entries {
				seen++
				checkKeys(t, raw[n])
				checkEntry(t, e)
			}
		})
	}
	if seen < 100 {
		t.Errorf("looked at %d entries: at least 100 are expected", seen)
	}
}

func checkKeys(t *testing.T, raw map[string]json.RawMessage) {
	t.Helper()
	delete(raw, "notes")
	delete(raw, "noWaitAfter")
	delete(raw, "nextBackend")
	delete(raw, "attemptTimeoutIsIdle")
	var keys []string
	for key, value := range raw {
		keys = append(keys, key)
		nullable := slices.Contains([]string{"maxRetries", "attemptTimeout", "totalTimeout", "budget", "circuitBreaker", "requestBodies", "idempotencyKey"}, key)
		if string(value) == "null" && !nullable {
			t.Errorf("%s is null", key)
		}
	}
	slices.Sort(keys)
	if !slices.Equal(keys, documented) {
		t.Errorf("an entry has the keys %q", keys)
	}
}

func checkEntry(t *testing.T, e explain.Entry) {
	t.Helper()
	at := e.Gateway + " " + e.Object + " rule " + e.Rule
	unknown := func(name string) bool { return slices.Contains(e.Unknown, name) }
	if e.MaxRetries == nil != unknown("maxRetries") {
		t.Errorf("%s: maxRetries %v, unknown %q", at, e.MaxRetries, e.Unknown)
	}
	if e.MaxRetries != nil {
		if n := *e.MaxRetries; *e.WorstCase.Tries != n+1 || !unknown("waits") && len(e.Waits) != n {
			t.Errorf("%s: %d retries, %d tries, %d waits", at, n, *e.WorstCase.Tries, len(e.Waits))
		}
		if open := slices.ContainsFunc(e.Unknown, func(u string) bool { return strings.HasPrefix(u, "causes.") }); *e.MaxRetries > 0 && len(e.Causes) == 0 && !open {
			t.Errorf("%s: %d retries after nothing", at, *e.MaxRetries)
		}
	}
	if len(e.Methods) == 0 {
		t.Errorf("%s: no request reaches it", at)
	}
	for cause, methods := range e.Causes {
		for _, method := range methods {
			if e.Methods[0] != "*" && !slices.Contains(e.Methods, method) {
				t.Errorf("%s: %s is retried for %s, which does not reach it", at, cause, method)
			}
		}
		if len(methods) == 0 {
			t.Errorf("%s: %s is retried for no method", at, cause)
		}
	}
	for key, origin := range e.Origin {
		if !slices.Contains(origins, key) || origin == "" {
			t.Errorf("%s: origin of %q is %q", at, key, origin)
		}
	}
	if !slices.IsSorted(e.Unknown) {
		t.Errorf("%s: unknown %q", at, e.Unknown)
	}
}
