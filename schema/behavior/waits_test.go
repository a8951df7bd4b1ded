package behavior_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	. "retryctl.dev/schema/behavior"
)

const ms = time.Millisecond

func TestWaitsGrowUpToTheirCap(t *testing.T) {
	for _, c := range []struct {
		backoff Setting[Backoff]
		want    string
	}{
		{None[Backoff](), "0s, 0s, 0s, 0s"},
		{Is(Backoff{Base: 100 * ms, Growth: 2, Jitter: NoJitter}), "100ms, 200ms, 400ms, 800ms"},
		{Is(Backoff{Base: 100 * ms, Cap: 250 * ms, Growth: 2, Jitter: NoJitter}), "100ms, 200ms, 250ms, 250ms"},
		{Is(Backoff{Base: 100 * ms, Growth: 1, Jitter: NoJitter}), "100ms, 100ms, 100ms, 100ms"},
		{Is(Backoff{Base: 100 * ms, Growth: 2, Jitter: HalfJitter}), "50ms..150ms, 100ms..300ms, 200ms..600ms, 400ms..1.2s"},
		{Is(Backoff{Base: 100 * ms, Cap: 300 * ms, Growth: 2, Jitter: FullJitter}), "0s..100ms, 0s..200ms, 0s..300ms, 0s..300ms"},
		{Is(Backoff{Base: 5 * time.Second, Cap: time.Second, Growth: 2, Jitter: NoJitter}), "1s, 1s, 1s, 1s"},
	} {
		waits, ok := Behavior{MaxRetries: Is(4), Backoff: c.backoff}.Waits()
		var texts []string
		for _, w := range waits {
			texts = append(texts, w.String())
		}
		got := strings.Join(texts, ", ")
		if !ok || got != c.want {
			t.Errorf("%v waits %s, want %s", c.backoff, got, c.want)
		}
	}
}

func TestWaitsAreUnknownWhereAPartIs(t *testing.T) {
	if _, ok := (Behavior{MaxRetries: Unclear[int](), Backoff: None[Backoff]()}).Waits(); ok {
		t.Error("an unknown number of waits is known")
	}
	if _, ok := (Behavior{MaxRetries: Is(2), Backoff: Unclear[Backoff]()}).Waits(); ok {
		t.Error("unknown waits are known")
	}
}

func TestTheWorstCaseIsEveryTryAndEveryWaitAtItsLongest(t *testing.T) {
	waits := Is(Backoff{Base: 100 * ms, Growth: 2, Jitter: FullJitter})
	none, unknown := None[time.Duration](), Unclear[time.Duration]()
	for _, c := range []struct {
		name           string
		retries        Setting[int]
		attempt, total Setting[time.Duration]
		backoff        Setting[Backoff]
		want           string // tries, latency, bounded, known
	}{
		{"both timeouts", Is(3), Is(2 * time.Second), Is(20 * time.Second), waits, "4 8.7s true true"},
		{"cut by the total", Is(3), Is(2 * time.Second), Is(5 * time.Second), waits, "4 5s true true"},
		{"no total", Is(3), Is(2 * time.Second), none, waits, "4 8.7s true true"},
		{"only a total", Is(3), none, Is(5 * time.Second), waits, "4 5s true true"},
		{"no bound", Is(3), none, none, waits, "4 0s false true"},
		{"no waits", Is(3), Is(2 * time.Second), none, None[Backoff](), "4 8s true true"},
		{"no retries", Is(0), Is(2 * time.Second), none, waits, "1 2s true true"},
		{"unknown retries", Unclear[int](), Is(2 * time.Second), Is(9 * time.Second), waits, "0 0s false false"},
		{"unknown waits below a total", Is(3), Is(2 * time.Second), Is(9 * time.Second), Unclear[Backoff](), "4 9s true true"},
		{"unknown waits", Is(3), Is(2 * time.Second), none, Unclear[Backoff](), "4 0s false false"},
		{"an unknown timeout of a try", Is(3), unknown, none, waits, "4 0s false false"},
		{"an unknown timeout of a try below a total", Is(3), unknown, Is(9 * time.Second), waits, "4 9s true true"},
		{"an unknown total", Is(3), Is(2 * time.Second), unknown, waits, "4 0s false false"},
	} {
		b := Behavior{MaxRetries: c.retries, AttemptTimeout: c.attempt, TotalTimeout: c.total, Backoff: c.backoff}
		tries, latency, bounded, known := b.Worst()
		if got := fmt.Sprintln(tries, Short(latency), bounded, known); strings.TrimSpace(got) != c.want {
			t.Errorf("%s: %swant %s", c.name, got, c.want)
		}
	}
}

func TestATimeoutOfSilenceBoundsNoRequest(t *testing.T) {
	b := Behavior{MaxRetries: Is(3), AttemptTimeout: Is(2 * time.Second), Idle: true, TotalTimeout: None[time.Duration](), Backoff: None[Backoff]()}
	if tries, _, bounded, known := b.Worst(); tries != 4 || bounded || !known {
		t.Errorf("%d tries, bounded %t, known %t", tries, bounded, known)
	}
	b.TotalTimeout = Is(9 * time.Second)
	if _, latency, bounded, _ := b.Worst(); latency != 9*time.Second || !bounded {
		t.Errorf("below a timeout of the request: %s, bounded %t", latency, bounded)
	}
}

func TestHugeNumbersOfAStrangersConfigurationStayNumbers(t *testing.T) {
	b := Behavior{MaxRetries: Is(math.MaxInt32), AttemptTimeout: Is(399996 * time.Hour), TotalTimeout: None[time.Duration](),
		Backoff: Is(Backoff{Base: 399996 * time.Hour, Growth: 2, Jitter: HalfJitter})}
	waits, _ := b.Waits()
	if _, latency, bounded, _ := b.Worst(); len(waits) != MaxWaits || latency <= 0 || !bounded {
		t.Errorf("%d waits, at most %s", len(waits), latency)
	}
	if w := waits[MaxWaits-1]; w.Min <= 0 || w.Max <= w.Min {
		t.Errorf("the last wait is %s", w)
	}
	b.Causes.Add(AllMethods, ConnectFailure)
	b.MaxRetries = Is(-1)
	if waits, _ := b.Waits(); len(waits) != 0 || b.Normal().MaxRetries != Is(0) || b.Normal().Causes != (Causes{}) {
		t.Error("fewer than no retries are something else than none")
	}
}

func TestTheLoadIsOneRequestForEachTryOrWhatABudgetLeaves(t *testing.T) {
	for _, c := range []struct {
		b    Behavior
		want float64
	}{
		{Behavior{MaxRetries: Is(0)}, 1},
		{Behavior{MaxRetries: Is(3)}, 4},
		{Behavior{MaxRetries: Is(3), Budget: Is(Budget{Percent: 20})}, 1.2},
		{Behavior{MaxRetries: Is(1), Budget: Is(Budget{Percent: 100})}, 2},
		{Behavior{MaxRetries: Is(3), Budget: Unclear[Budget]()}, 4},
	} {
		if got := c.b.Load(); got != c.want {
			t.Errorf("%v is a load of %g, want %g", c.b.MaxRetries, got, c.want)
		}
	}
}

func TestDurationsAndCausesArePrintedForPeople(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 5 * ms: "5ms", 1500 * ms: "1.5s", time.Minute: "1m", 90 * time.Second: "1m30s", 10 * time.Minute: "10m",
		time.Hour: "1h", 20 * time.Hour: "20h", time.Hour + 5*time.Second: "1h0m5s", time.Hour + 10*time.Minute: "1h10m",
		1499 * time.Microsecond: "1ms",
	} {
		if got := Short(d); got != want {
			t.Errorf("%d is printed %s, want %s", d, got, want)
		}
	}
	causes := append([]Cause{ConnectFailure, AttemptTimeout}, Codes(429, 429)...)
	causes = append(append(causes, Codes(500, 501)...), Codes(520, 599)...)
	if got, want := CauseList(causes), "ConnectFailure, AttemptTimeout, 429, 500, 501, 520-599"; got != want {
		t.Errorf("causes are printed %s, want %s", got, want)
	}
	for m, want := range map[Methods]string{0: "no method", AllMethods: "every method", GET | PATCH: "GET, PATCH"} {
		if m.String() != want {
			t.Errorf("%d is printed %s, want %s", m, m, want)
		}
	}
}

func TestCausesAndMethodsAreReadBackByTheirNames(t *testing.T) {
	seen := map[string]bool{}
	for i := range NumCauses {
		c := Cause(i)
		if seen[c.String()] {
			t.Errorf("two causes are called %s", c)
		}
		seen[c.String()] = true
		grpc, isGRPC := GRPC(c.String())
		status, isCode := c.Status()
		back, _ := Code(status)
		if isGRPC != c.IsGRPC() || isGRPC && grpc != c || isCode && back != c || isCode && isGRPC {
			t.Errorf("%s is not read back", c)
		}
	}
	for _, status := range []int{399, 600, 0, -1} {
		if _, ok := Code(status); ok {
			t.Errorf("%d is a cause", status)
		}
	}
	for _, name := range AllMethods.Each() {
		if m := ParseMethod(name); m.String() != name {
			t.Errorf("%s is read as %s", name, m)
		}
	}
	if ParseMethod("get") != 0 || ParseMethod("*") != AllMethods || ParseMethods([]string{"GET", "LOCK"}) != GET {
		t.Error("methods are read in other letters, or unknown ones are")
	}
}
