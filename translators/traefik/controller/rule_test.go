package controller

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/precedence"
)

// TestWhatTraefikRefusesIsRefused has rules that Traefik 3.7.13 disabled when it was
// given them in a file and asked for its routers; it took those at the end.
func TestWhatTraefikRefusesIsRefused(t *testing.T) {
	for _, match := range refusedRules {
		if r := RoutedOf(manifest.Map("match", match)); r.Refused == "" {
			t.Errorf("%q is taken", match)
		}
	}
	for _, match := range refusedRulesV2 {
		if r := RoutedOf(manifest.Map("match", match, "syntax", "v2")); r.Refused == "" {
			t.Errorf("%q is taken in the syntax of Traefik 2", match)
		}
	}
	for _, match := range []string{"Path(`/a`, `/b`)", "Host(`a`,`b`) && PathPrefix(`/{id:[0-9]+}`)", "HostRegexp(`{sub:[a-z]+}.a`)",
		"Headers(`X`, `1`)", "HeadersRegexp(`X`, `1.*`)", "Method(`GET`, `PUT`)", "Query(`a=1`, `b=2`)", "HostHeader(`a`)", "ClientIP(`10.0.0.0/8`, `::1`)"} {
		if r := RoutedOf(manifest.Map("match", match, "syntax", "v2")); r.Refused != "" {
			t.Errorf("%q is refused in the syntax of Traefik 2: %s", match, r.Refused)
		}
	}
}

var refusedRules = []string{
	"", "Path(`/a`) Path(`/b`)", "Pth(`/a`)", "Path(`/a`) &&", "Host(`a`", "Host(`a)", "Host(`a`))", ")", "()", "`/a`", "!`/a`",
	"Path(``)", "Path()", "Path(`a`)", "Path(`/a`, `/b`)", "Method(`GET`, `PUT`)", "Host(`a`, `b`)", "Host(`ä`)", "Host(a)", "Host(1)",
	"Host('a')", "HostRegexp(`[`)", "PathRegexp(`(`)", "Header(`X`)", "Header(`X`, `1`, `2`)", "HeaderRegexp(`X`, `*`)", "Query(`a`, `b`, `c`)",
	"QueryRegexp(`a`, `[`)", "ClientIP(`nowhere`)", "Headers(`X`, `1`)", "Path(`/a`) == Path(`/b`)", "-Path(`/a`)", "Path(Path(`/a`))",
	"pATH(`/a`)", "PathPREFIX(`/a`)", "(Path)(`/a`)", "a.Path(`/a`)", "Path((`/a`))", "Path(`/a`)\n&& Host(`a`)", "func() {}", "Path(`/a` + `b`)",
}

var refusedRulesV2 = []string{"Path(`a`)", "Headers(`X`)", "Query(`a`)", "PathRegexp(`/a`)", "PathPrefix(`/{id`)", "Host(``)", "HeaderRegexp(`X`, `1`)"}

func TestADeeplyNestedMatchIsReadInNoTime(t *testing.T) {
	start := time.Now()
	for depth, refused := range map[int]bool{20000: false, 200000: true} {
		match := strings.Repeat("!(", depth) + "Method(`GET`)" + strings.Repeat(")", depth)
		r := RoutedOf(manifest.Map("match", match))
		if (r.Refused != "") != refused || !refused && r.Methods != behavior.GET {
			t.Errorf("a match %d deep is refused with %q and lets %s through", depth, r.Refused, r.Methods)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestARuleHoldsForWhatTraefikHasItHoldFor(t *testing.T) {
	for match, want := range map[string]map[string]precedence.Answer{
		"Host(`*.a.com`) && PathPrefix(`/x`)":     {"b.a.com/xy": precedence.Yes, "c.b.a.com/x": precedence.No, "a.com/x": precedence.No, "b.a.com/y": precedence.No},
		"!(Host(`a.com`) || PathPrefix(`/x`))":    {"b.com/y": precedence.Yes, "a.com/y": precedence.No, "b.com/x": precedence.No},
		"HostRegexp(`^[a-z]+.com$`) && Path(`/`)": {"abc.com/": precedence.Yes, "ab1.com/": precedence.No, "abc.com/x": precedence.No},
		"ClientIP(`10.0.0.1`) && Path(`/`)":       {"a/": precedence.Maybe, "a/x": precedence.No},
		"PathRegexp(`^/[0-9]+$`)":                 {"a/12": precedence.Yes, "a/x": precedence.No},
	} {
		r := RoutedOf(manifest.Map("match", match))
		for text, want := range want {
			host, path, _ := strings.Cut(text, "/")
			got := precedence.No
			for _, m := range r.matches("") {
				got = max(got, m.Holds(precedence.Request{Host: host, Path: "/" + path}))
			}
			if got != want {
				t.Errorf("%s holds for %s: %d and not %d", match, text, got, want)
			}
		}
	}
}

func TestTheFirstNWaitsAreSummedUp(t *testing.T) {
	for _, retries := range []int{1, 2, 7, 40} {
		for _, first := range []int64{1e6, 5e9, 29e9, 31e9, 50e9} {
			r := Retry{Attempts: retries + 1, Interval: clamp(float64(first))}
			b, _ := r.Backoff()
			total := clamp(0)
			for k := 1; k <= retries; k++ {
				total += b.Value.Interval(k)
			}
			if got := Sum(r.Interval, retries, retries); got-total > 1000 || total-got > 1000 {
				t.Errorf("%d waits from %d are %s, and %s one by one", retries, first, got, total)
			}
		}
	}
}
