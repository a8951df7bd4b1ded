package envoy_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/envoy"
)

// The policies of the measurements.
var (
	none     = envoy.Policy{}
	connect  = envoy.Policy{Words: []string{"connect-failure"}, Retries: behavior.Is(1)}
	failures = envoy.Policy{Words: []string{"5xx"}, Retries: behavior.Is(1)}
	codes    = envoy.Policy{Words: []string{"retriable-status-codes"}, Codes: []int{503}, Retries: behavior.Is(2)}
)

// headers reads "name: value" for a header that is set, "name, value" for one that is
// added, and "name" for one that is removed.
func headers(lines ...string) (h envoy.RequestHeaders) {
	for _, line := range lines {
		line = strings.NewReplacer("RETRY-ON", "X-Envoy-Retry-On", "GRPC-ON", "x-envoy-retry-grpc-on", "MAX", "x-envoy-max-retries",
			"CODES", "x-envoy-retriable-status-codes", "NAMES", "x-envoy-retriable-header-names").Replace(line)
		if name, value, ok := strings.Cut(line, ": "); ok {
			h.Set(name, value, "a filter")
		} else if name, value, ok := strings.Cut(line, "; "); ok {
			h.Add(name, value, "another filter")
		} else {
			h.Remove(line)
		}
	}
	return h
}

func read(p envoy.Policy, h envoy.RequestHeaders) behavior.Effect {
	e := behavior.Effect{Origin: map[string]string{"maxRetries": "the policy", "retryOn": "the policy"}}
	p.Read(&e, h)
	e.Behavior = e.Behavior.Normal()
	return e
}

// TestHeadersAreARetryPolicy holds the reading of headers against what Envoy 1.39.3 did
// with a request that was answered 500 each time: tries is how often the backend got it.
func TestHeadersAreARetryPolicy(t *testing.T) {
	five, _ := behavior.Code(500)
	for _, c := range []struct {
		about  string
		policy envoy.Policy
		set    []string
		tries  int
	}{
		{"nothing", none, nil, 1},
		{"words alone", none, []string{"RETRY-ON: 5xx"}, 2},
		{"a number alone", none, []string{"MAX: 3"}, 1},
		{"both", none, []string{"RETRY-ON: 5xx", "MAX: 3"}, 4},
		{"a number beside other words", connect, []string{"MAX: 3"}, 1},
		{"words beside others", connect, []string{"RETRY-ON: 5xx"}, 2},
		{"both beside others", connect, []string{"RETRY-ON: 5xx", "MAX: 9"}, 10},
		{"no retries", failures, []string{"MAX: 0"}, 1},
		{"retries where the policy has none", envoy.Policy{Words: []string{"5xx"}, Retries: behavior.Is(0)}, []string{"MAX: 2"}, 3},
		{"words where the policy has no retries", envoy.Policy{Words: []string{"5xx"}, Retries: behavior.Is(0)}, []string{"RETRY-ON: 5xx"}, 1},
		{"words where the policy has none", envoy.Policy{Retries: behavior.Is(3)}, []string{"RETRY-ON: 5xx"}, 4},
		{"no number", failures, []string{"MAX: abc"}, 2},
		{"a negative number", failures, []string{"MAX: -1"}, 2},
		{"a fraction", failures, []string{"MAX: 2.5"}, 2},
		{"spaces", failures, []string{"MAX:  2 "}, 3},
		{"two numbers", failures, []string{"MAX: 2,4"}, 2},
		{"a sign", failures, []string{"MAX: +2"}, 3},
		{"hexadecimal", failures, []string{"MAX: 0x2"}, 2},
		{"zeros", failures, []string{"MAX: 002"}, 3},
		{"33 bits", failures, []string{"MAX: 4294967296"}, 1},
		{"33 bits and more", failures, []string{"MAX: 4294967298"}, 3},
		{"65 bits", failures, []string{"MAX: 18446744073709551616"}, 2},
		{"capital letters", none, []string{"RETRY-ON: 5XX", "MAX: 2"}, 1},
		{"several words", none, []string{"RETRY-ON: reset, 5xx", "MAX: 2"}, 3},
		{"an unknown word", none, []string{"RETRY-ON: foo", "MAX: 2"}, 1},
		{"an unknown word beside another", none, []string{"RETRY-ON: foo,5xx", "MAX: 2"}, 3},
		{"another separator", none, []string{"RETRY-ON: 5xx;reset", "MAX: 2"}, 1},
		{"a word for other codes", none, []string{"RETRY-ON: gateway-error", "MAX: 2"}, 1},
		{"a word without its list", none, []string{"RETRY-ON: retriable-status-codes", "MAX: 2"}, 1},
		{"a code in the place of a word", none, []string{"RETRY-ON: 500", "MAX: 2"}, 1},
		{"a word in the other header", none, []string{"GRPC-ON: 5xx", "MAX: 2"}, 1},
		{"a code", codes, []string{"CODES: 500"}, 3},
		{"codes", codes, []string{"CODES: 503, 500"}, 3},
		{"a class of codes", codes, []string{"CODES: 5xx"}, 1},
		{"a code beside no code", codes, []string{"CODES: abc,500"}, 3},
		{"codes with another separator", codes, []string{"CODES: 500;503"}, 1},
		{"a code of 33 bits", codes, []string{"CODES: 4294967796"}, 1},
		{"a code without its word", connect, []string{"CODES: 500"}, 1},
		{"a code with its word", connect, []string{"CODES: 500", "RETRY-ON: retriable-status-codes"}, 2},
		{"a policy's codes that had no word", envoy.Policy{Words: []string{"connect-failure"}, Codes: []int{500}, Retries: behavior.Is(1)}, []string{"RETRY-ON: retriable-status-codes"}, 2},
		{"an added word", none, []string{"RETRY-ON: foo", "RETRY-ON; 5xx", "MAX: 2"}, 3},
		{"an added number", failures, []string{"MAX: 2", "MAX; 4"}, 2},
		{"a number set twice", failures, []string{"MAX: 2", "MAX: 4"}, 5},
		{"a number taken out again", failures, []string{"MAX: 2", "MAX"}, 2},
		{"a number taken out and added", failures, []string{"MAX", "MAX; 3"}, 4},
		{"the timeout of a try", failures, []string{"x-envoy-upstream-rq-per-try-timeout-ms: 1", "x-envoy-hedge-on-per-try-timeout: true"}, 2},
	} {
		e := read(c.policy, headers(c.set...))
		tries := 1
		if e.Causes[five] != 0 {
			tries += e.MaxRetries.Value
		}
		if tries != c.tries || !e.Unclear.Empty() {
			t.Errorf("%s: %d tries, unclear %v; want %d", c.about, tries, e.Unclear.List(behavior.AllMethods), c.tries)
		}
	}
}

func TestWhatAHeaderAddsIsNamed(t *testing.T) {
	e := read(connect, headers("RETRY-ON: 5xx", "MAX: 9"))
	if got := e.Origin["maxRetries"]; got != "x-envoy-max-retries of a filter" {
		t.Errorf("the number is from %q", got)
	}
	if got := e.Origin["retryOn"]; got != "the policy, and x-envoy-retry-on of a filter" {
		t.Errorf("the words are from %q", got)
	}
	want := behavior.Behavior{MaxRetries: behavior.Is(1)}
	want.Causes.Add(behavior.AllMethods, behavior.ConnectFailure)
	e.Methods = behavior.AllMethods
	for _, d := range behavior.Compare(want, e) {
		if d.Topic != "maxRetries" && d.Causes == nil || d.Elsewhere == "" {
			t.Errorf("%+v: nobody is named", d)
		}
	}
}

func TestWhatEnvoyMakesOfTheRequestIsUnknown(t *testing.T) {
	if e := read(failures, headers("MAX: %REQ(x-mine)%")); e.MaxRetries.State != behavior.Unknown {
		t.Errorf("%v retries", e.MaxRetries)
	}
	for name, e := range map[string]behavior.Effect{
		"words": read(none, headers("RETRY-ON: %REQ(x-mine)%")),
		"codes": read(codes, headers("CODES: %REQ(x-mine)%")),
		"names": read(none, headers("RETRY-ON: retriable-headers", "NAMES: x-why")),
	} {
		if code, _ := behavior.Code(500); e.Unclear[code] != behavior.AllMethods || e.MaxRetries.Value == 0 || len(e.Notes) == 0 {
			t.Errorf("%s: %v, %v retries, notes %q", name, e.Unclear.List(behavior.AllMethods), e.MaxRetries, e.Notes)
		}
	}
	if e := read(codes, headers("NAMES: x-why")); !e.Unclear.Empty() {
		t.Error("names without their word count")
	}
}

func TestHeadersOfTwoBackendsAreToldApart(t *testing.T) {
	a, b := headers("MAX: 2", "RETRY-ON: 5xx"), headers("RETRY-ON: 5xx", "MAX: 2")
	c := a.Clone()
	c.Set("x-envoy-max-retries", "3", "a filter")
	if !a.Equal(b) || a.Equal(c) || a.Equal(envoy.RequestHeaders{}) || headers("other: 1").Empty() != true {
		t.Error("headers are not compared by their values")
	}
}
