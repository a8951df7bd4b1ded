package behavior_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	. "retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
)

var (
	code503 = Codes(503, 503)[0]
	code599 = Codes(599, 599)[0]
)

// asked is a wish with everything in it.
func asked() Behavior {
	b := Behavior{
		MaxRetries: Is(3), AttemptTimeout: Is(2 * time.Second), TotalTimeout: Is(20 * time.Second),
		Backoff: Is(Backoff{Base: 100 * time.Millisecond, Cap: time.Second, Growth: 2, Jitter: FullJitter}),
		Budget:  Is(Budget{Percent: 20, MinConcurrent: 5}),
		Breaker: Breaker{MaxConnections: Is(int64(1)), MaxPendingRequests: Is(int64(2)),
			MaxParallelRequests: Is(int64(3)), MaxParallelRetries: Is(int64(4))},
		IdempotencyKey: Is("Idempotency-Key"),
	}
	b.Causes.Add(AllMethods, ConnectFailure)
	b.Causes.Add(IdempotentMethods, Reset, AttemptTimeout, code503)
	return b
}

func effect(b Behavior) Effect { return Effect{Methods: AllMethods, Behavior: b} }

// lines gives "code class field want -> got" for each difference.
func lines(diffs []Diff) string {
	var list []string
	for _, d := range diffs {
		about := ""
		if len(d.Causes) > 0 {
			about = fmt.Sprintf(" [%s for %s]", CauseList(d.Causes), d.Methods)
		}
		list = append(list, fmt.Sprintf("%s %s %s%s: %s -> %s", d.Code, d.Class, strings.TrimPrefix(d.Field, "spec."), about, d.Want, d.Got))
	}
	return strings.Join(list, "\n")
}

func TestEveryDifferenceHasItsClass(t *testing.T) {
	for _, c := range []struct {
		name string
		wish func(*Behavior) // changes what is asked
		got  func(*Effect)   // changes what happens
		want string
	}{
		{"nothing differs", nil, nil, ""},
		{"a wait that a 425 does not have", func(b *Behavior) { b.Causes[TooEarly] = GET }, func(e *Effect) { e.Causes[TooEarly], e.Backoff.Value.NotAfter425 = GET, true },
			"RT2005 approximated backoff: waits of 100ms, 200ms, 400ms -> no wait after a 425"},
		{"a wait that no 425 is without", nil, func(e *Effect) { e.Backoff.Value.NotAfter425 = true }, ""},
		{"a POST may run twice", nil, func(e *Effect) { e.Causes[code503] |= POST },
			"RT2001 widened retryOn.statusCodes [503 for POST]: not retried -> retried"},
		{"a POST that cannot have run", func(b *Behavior) { b.Causes[RefusedStream] = GET }, func(e *Effect) { e.Causes[RefusedStream] |= POST },
			"RT2002 widened retryOn.conditions [RefusedStream for POST]: not retried -> retried"},
		{"a GET after what was not asked", nil, func(e *Effect) { e.Causes[code599] = GET },
			"RT2002 widened retryOn.statusCodes [599 for GET]: not retried -> retried"},
		{"several codes for the same methods are one difference", nil, func(e *Effect) { e.Causes.Add(AllMethods, Codes(520, 522)...) },
			"RT2001 widened retryOn.statusCodes [520-522 for POST, PATCH, CONNECT]: not retried -> retried\nRT2002 widened retryOn.statusCodes [520-522 for GET, HEAD, OPTIONS, TRACE, PUT, DELETE]: not retried -> retried"},
		{"a cause is not retried", nil, func(e *Effect) { e.Causes[Reset] = 0 },
			"RT2003 narrowed retryOn.conditions [Reset for GET, HEAD, OPTIONS, TRACE, PUT, DELETE]: retried -> not retried"},
		{"perhaps retried, as asked", nil, func(e *Effect) { e.Causes[Reset], e.Unclear[Reset] = 0, AllMethods },
			"RT2007 unknown retryOn.conditions [Reset for every method]: retried -> unknown"},
		{"perhaps retried, not asked", nil, func(e *Effect) { e.Unclear[RefusedStream] = AllMethods },
			"RT2007 unknown retryOn.conditions [RefusedStream for every method]: not asked -> unknown"},
		{"retried for sure where it was unclear", nil, func(e *Effect) { e.Unclear[Reset] = IdempotentMethods }, ""},
		{"a wish for what cannot happen", func(b *Behavior) { b.Causes[RefusedStream] = AllMethods }, func(e *Effect) { e.Causes[RefusedStream] = 0; e.Never[RefusedStream] = true }, ""},
		{"only a wish for what cannot happen", func(b *Behavior) { b.Causes = Causes{RefusedStream: AllMethods} },
			func(e *Effect) { e.Never[RefusedStream] = true; e.MaxRetries = Is(0) }, ""},
		{"a try that never times out", func(b *Behavior) {
			b.Causes[AttemptTimeout] = 0
			b.AttemptTimeout = Setting[time.Duration]{}
		}, func(e *Effect) { e.Causes[AttemptTimeout] = AllMethods; e.AttemptTimeout = None[time.Duration]() }, ""},
		{"more retries", nil, func(e *Effect) { e.MaxRetries = Is(5) }, "RT2002 widened maxRetries: 3 retries -> 5 retries"},
		{"fewer retries", nil, func(e *Effect) { e.MaxRetries = Is(2) }, "RT2003 narrowed maxRetries: 3 retries -> 2 retries"},
		{"an unknown number of retries", nil, func(e *Effect) { e.MaxRetries = Unclear[int]() }, "RT2007 unknown maxRetries: 3 retries -> unknown"},
		{"never retried, a key all the same", nil, func(e *Effect) { e.MaxRetries = Is(0) }, "RT2003 narrowed maxRetries: 3 retries -> never retried"},
		{"retries where none are wanted", func(b *Behavior) { b.MaxRetries = Is(0) },
			func(e *Effect) { e.MaxRetries, e.Causes = Is(1), Causes{ConnectFailure: GET} },
			"RT2002 widened retryOn.conditions [ConnectFailure for GET]: not retried -> retried"},
		{"another timeout", nil, func(e *Effect) { e.TotalTimeout = Is(15 * time.Second) }, "RT2005 approximated totalTimeout: 20s -> 15s"},
		{"no timeout", nil, func(e *Effect) { e.AttemptTimeout = None[time.Duration]() }, "RT2004 dropped attemptTimeout: 2s -> nothing"},
		{"an unknown timeout", nil, func(e *Effect) { e.TotalTimeout = Unclear[time.Duration]() }, "RT2007 unknown totalTimeout: 20s -> unknown"},
		{"a timeout that nobody asked for and that leaves room", func(b *Behavior) { b.TotalTimeout = Setting[time.Duration]{} }, func(e *Effect) { e.TotalTimeout = Is(15 * time.Second) }, ""},
		{"a timeout that nobody asked for and that cuts the retries", func(b *Behavior) { b.TotalTimeout, b.AttemptTimeout = Setting[time.Duration]{}, Is(5*time.Second) },
			func(e *Effect) { e.TotalTimeout = Is(15 * time.Second) },
			"RT2003 narrowed maxRetries: 4 tries, which with their waits can take 20.7s -> cut off after 15s"},
		{"waits alone longer than the timeout", func(b *Behavior) {
			b.TotalTimeout, b.AttemptTimeout = Setting[time.Duration]{}, Setting[time.Duration]{}
			b.Causes[AttemptTimeout] = 0
			b.Backoff.Value = Backoff{Base: 10 * time.Second, Growth: 2}
		}, func(e *Effect) {
			e.TotalTimeout, e.AttemptTimeout = Is(15*time.Second), None[time.Duration]()
			e.Causes[AttemptTimeout] = 0
			e.Backoff.Value.Jitter = FullJitter
		},
			"RT2003 narrowed maxRetries: 4 tries, which with their waits can take 1m10s -> cut off after 15s"},
		{"another base", nil, func(e *Effect) { e.Backoff.Value.Base = 25 * time.Millisecond }, "RT2005 approximated backoff.baseInterval: 100ms, 200ms, 400ms -> 25ms, 50ms, 100ms"},
		{"a cap that cuts a wait", nil, func(e *Effect) { e.Backoff.Value.Cap = 250 * time.Millisecond }, "RT2005 approximated backoff.maxInterval: 100ms, 200ms, 400ms -> 100ms, 200ms, 250ms"},
		{"a cap that no retry reaches", nil, func(e *Effect) { e.Backoff.Value.Cap = 400 * time.Millisecond }, ""},
		{"no cap, and none is reached", nil, func(e *Effect) { e.Backoff.Value.Cap = 0 }, ""},
		{"another growth", nil, func(e *Effect) { e.Backoff.Value.Growth = 1 }, "RT2005 approximated backoff: 100ms, 200ms, 400ms -> 100ms, 100ms, 100ms"},
		{"another growth that no retry shows", func(b *Behavior) { b.MaxRetries = Is(1) }, func(e *Effect) { e.MaxRetries = Is(1); e.Backoff.Value.Growth = 1 }, ""},
		{"a cap below the base", func(b *Behavior) { b.Backoff.Value.Base, b.Backoff.Value.Cap = 5*time.Second, 0 }, func(e *Effect) {
			e.Backoff.Value = Backoff{Base: 5 * time.Second, Cap: time.Second, Growth: 2, Jitter: FullJitter}
		},
			"RT2005 approximated backoff.maxInterval: 5s, 10s, 20s -> 1s, 1s, 1s"},
		{"no wait", nil, func(e *Effect) { e.Backoff = None[Backoff]() }, "RT2004 dropped backoff: waits of 100ms, 200ms, 400ms -> nothing"},
		{"an unknown wait", nil, func(e *Effect) { e.Backoff = Unclear[Backoff]() }, "RT2007 unknown backoff: waits of 100ms, 200ms, 400ms -> unknown"},
		{"another jitter", nil, func(e *Effect) { e.Backoff.Value.Jitter = NoJitter }, "RT2005 approximated backoff.jitter: 0s..100ms, 0s..200ms, 0s..400ms -> 100ms, 200ms, 400ms"},
		{"an unknown jitter", nil, func(e *Effect) { e.Backoff.Value.Jitter = AnyJitter }, "RT2007 unknown backoff.jitter: Full -> unknown"},
		{"any jitter will do", func(b *Behavior) { b.Backoff.Value.Jitter = AnyJitter }, func(e *Effect) { e.Backoff.Value.Jitter = HalfJitter }, ""},
		{"another budget", nil, func(e *Effect) { e.Budget.Value.MinConcurrent = 3 }, "RT2005 approximated budget: 20% of active requests, at least 5 retries at once -> 20% of active requests, at least 3 retries at once"},
		{"a budget of the other kind", nil, func(e *Effect) { e.Budget = Is(Budget{Percent: 20, Interval: 10 * time.Second, MinPerSecond: 5}) },
			"RT2005 approximated budget: 20% of active requests, at least 5 retries at once -> 20% of requests over 10s, at least 5 retries a second"},
		{"no budget", nil, func(e *Effect) { e.Budget = None[Budget]() }, "RT2004 dropped budget: 20% of active requests, at least 5 retries at once -> nothing"},
		{"an unknown budget", nil, func(e *Effect) { e.Budget = Unclear[Budget]() }, "RT2007 unknown budget: 20% of active requests, at least 5 retries at once -> unknown"},
		{"another limit", nil, func(e *Effect) { e.Breaker.MaxConnections = Is(int64(9)) }, "RT2005 approximated circuitBreaker.maxConnections: 1 -> 9"},
		{"no limit", nil, func(e *Effect) { e.Breaker.MaxPendingRequests = None[int64]() }, "RT2004 dropped circuitBreaker.maxPendingRequests: 2 -> nothing"},
		{"an unknown limit", nil, func(e *Effect) { e.Breaker.MaxParallelRequests = Unclear[int64]() }, "RT2007 unknown circuitBreaker.maxParallelRequests: 3 -> unknown"},
		{"a limit that a budget replaces", nil, func(e *Effect) { e.Breaker.RetriesOverridden = true }, "RT2004 dropped circuitBreaker.maxParallelRetries: 4 -> nothing"},
		{"a key in other letters", nil, func(e *Effect) { e.IdempotencyKey = Is("IDEMPOTENCY-KEY") }, ""},
		{"another key", nil, func(e *Effect) { e.IdempotencyKey = Is("X-Key") }, "RT2005 approximated idempotencyKey: Idempotency-Key -> X-Key"},
		{"no key", nil, func(e *Effect) { e.IdempotencyKey = None[string]() }, "RT2004 dropped idempotencyKey: Idempotency-Key -> nothing"},
		{"an unknown key", nil, func(e *Effect) { e.IdempotencyKey = Unclear[string]() }, "RT2007 unknown idempotencyKey: Idempotency-Key -> unknown"},
		{"methods that do not reach the rule", nil, func(e *Effect) { e.Methods = GET; e.Causes[code503] |= POST }, ""},
	} {
		want := asked()
		if c.wish != nil {
			c.wish(&want)
		}
		e := effect(want)
		if e.TotalTimeout.State == Unset {
			e.TotalTimeout = None[time.Duration]()
		}
		if c.got != nil {
			c.got(&e)
		}
		if got := lines(Compare(want, e)); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestATimeoutOfSilenceIsNoneOfTheTry(t *testing.T) {
	for name, c := range map[string]struct {
		retries int
		want    Behavior
		diffs   string
	}{
		"the same number": {3, Behavior{AttemptTimeout: Is(2 * time.Second)}, "RT2005 approximated attemptTimeout: 2s -> 2s of silence"},
		"another number":  {3, Behavior{AttemptTimeout: Is(time.Second)}, "RT2005 approximated attemptTimeout: 1s -> 2s of silence"},
		"one try":         {0, Behavior{AttemptTimeout: Is(2 * time.Second)}, "RT2005 approximated attemptTimeout: 2s -> 2s of silence"},
		"one try's total": {0, Behavior{TotalTimeout: Is(2 * time.Second)}, "RT2004 dropped totalTimeout: 2s -> nothing"},
		"no wish":         {3, Behavior{}, ""},
	} {
		c.want.MaxRetries = Is(c.retries)
		got := Behavior{MaxRetries: Is(c.retries), AttemptTimeout: Is(2 * time.Second), Idle: true, TotalTimeout: None[time.Duration]()}
		if diffs := lines(Compare(c.want, effect(got))); diffs != c.diffs {
			t.Errorf("%s: %s, want %s", name, diffs, c.diffs)
		}
	}
}

func TestOneTryIsBoundedByTheShorterTimeout(t *testing.T) {
	const s = time.Second
	none, unset, unclear := None[time.Duration](), Setting[time.Duration]{}, Unclear[time.Duration]()
	for _, c := range []struct {
		wantAttempt, wantTotal, gotAttempt, gotTotal Setting[time.Duration]
		want                                         string
	}{
		{Is(2 * s), unset, Is(2 * s), none, ""},
		{Is(2 * s), unset, none, Is(2 * s), ""},
		{Is(2 * s), Is(9 * s), none, Is(2 * s), ""},
		{Is(2 * s), Is(9 * s), Is(3 * s), Is(2 * s), ""},
		{Is(2 * s), unset, none, none, "RT2004 dropped attemptTimeout: 2s -> nothing"},
		{unset, Is(2 * s), none, Is(15 * s), "RT2005 approximated totalTimeout: 2s -> 15s"},
		{Is(2 * s), unset, none, Is(15 * s), "RT2005 approximated attemptTimeout: 2s -> 15s"},
		{Is(2 * s), unset, unclear, none, "RT2007 unknown attemptTimeout: 2s -> unknown"},
		{unset, Is(2 * s), unclear, Is(2 * s), ""},
		{unset, Is(2 * s), unclear, Is(9 * s), "RT2007 unknown totalTimeout: 2s -> unknown"},
		{unset, unset, unclear, Is(9 * s), ""},
	} {
		want := Behavior{MaxRetries: Is(0), AttemptTimeout: c.wantAttempt, TotalTimeout: c.wantTotal}
		got := Behavior{MaxRetries: Is(0), AttemptTimeout: c.gotAttempt, TotalTimeout: c.gotTotal}
		if diffs := lines(Compare(want, effect(got))); diffs != c.want {
			t.Errorf("wanted %v and %v, got %v and %v: %q, want %q", c.wantAttempt, c.wantTotal, c.gotAttempt, c.gotTotal, diffs, c.want)
		}
	}
}

func TestAReasonIsLookedUpByTheConditionOrTheField(t *testing.T) {
	e := effect(asked())
	e.Causes[Reset], e.Causes[code503], e.IdempotencyKey = 0, 0, None[string]()
	var topics []string
	for _, d := range Compare(asked(), e) {
		topics = append(topics, d.Topic)
		if d.Code == finding.UnsafeRetry {
			t.Errorf("%v is called unsafe", d)
		}
	}
	if want := []string{"Reset", "statusCodes", "idempotencyKey"}; !slices.Equal(topics, want) {
		t.Errorf("the topics are %q, want %q", topics, want)
	}
}

func TestADifferenceHasTheCauseThatReadingFound(t *testing.T) {
	want := Behavior{MaxRetries: Is(2), TotalTimeout: Is(time.Second)}
	want.Causes.Add(AllMethods, Codes(503, 503)...)
	got := Behavior{MaxRetries: Is(1), TotalTimeout: Is(2 * time.Second)}
	got.Causes.Add(AllMethods, Reset)
	e := Effect{Methods: AllMethods, Behavior: got, Origin: map[string]string{"maxRetries": "there", "retryOn": "elsewhere"}}
	e.Because("another one holds", "retryOn")
	e.Because("it comes second", "retryOn", "totalTimeout")
	for _, d := range Compare(want, e) {
		cause := map[string][2]string{
			"maxRetries": {"", "there"}, "totalTimeout": {"it comes second", ""},
			"statusCodes": {"another one holds", "elsewhere"}, "Reset": {"another one holds", "elsewhere"},
		}[d.Topic]
		if d.Why != cause[0] || d.Origin != cause[1] {
			t.Errorf("%s is so because %q, from %q; want %q", d.Topic, d.Why, d.Origin, cause)
		}
	}
}

func TestWhatCutsTheTriesIsNamed(t *testing.T) {
	want := Behavior{MaxRetries: Is(2), AttemptTimeout: Is(4 * time.Second)}
	want.Causes.Add(AllMethods, Reset)
	got := want
	got.TotalTimeout, got.Backoff = Is(5*time.Second), None[Backoff]()
	e := Effect{Methods: AllMethods, Behavior: got, Origin: map[string]string{"totalTimeout": "HTTPRoute shop/api timeouts.request"}}
	e.Because("it has none", "maxRetries")
	diffs := Compare(want, e)
	if len(diffs) != 1 || diffs[0].Why != "the timeout of the whole request, 5s, bounds all tries and waits: HTTPRoute shop/api timeouts.request" {
		t.Errorf("%+v", diffs)
	}
}

// TestABoundOnAllRetriesThatNobodyHasWrittenIsADifference: the policy speaks of each
// request, and what the data plane does by itself is for all of them.
func TestABoundOnAllRetriesThatNobodyHasWrittenIsADifference(t *testing.T) {
	for about, c := range map[string]struct {
		change func(want, got *Behavior)
		found  bool
	}{
		"nobody asks and nobody has written it": {func(_, _ *Behavior) {}, true},
		"somebody has written it":               {func(_, got *Behavior) { got.Breaker.Unwritten = false }, false},
		"a budget takes its place":              {func(_, got *Behavior) { got.Budget = Is(Budget{Percent: 20, MinConcurrent: 3}) }, false},
		"there are no retries":                  {func(want, got *Behavior) { want.MaxRetries, got.MaxRetries = Is(0), Is(0) }, false},
	} {
		want := Behavior{MaxRetries: Is(2)}
		want.Causes.Add(AllMethods, ConnectFailure)
		e := granted(want)
		e.Breaker.MaxParallelRetries, e.Breaker.Unwritten = Is(int64(3)), true
		c.change(&want, &e.Behavior)
		found := slices.ContainsFunc(Compare(want, e), func(d Diff) bool {
			return d.Topic == "circuitBreaker.unwritten" && d.Class == finding.Narrowed
		})
		if found != c.found {
			t.Errorf("%s: found %v, want %v", about, found, c.found)
		}
	}
}
