package behavior_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	. "retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
)

// randomWish is a valid wish; what it leaves out is unset.
func randomWish(rng *rand.Rand) Behavior {
	b := Behavior{MaxRetries: Is(1 + rng.IntN(6))}
	limited := IdempotentMethods
	if rng.IntN(3) == 0 {
		limited = Methods(1 + rng.IntN(int(AllMethods)))
	}
	for range 1 + rng.IntN(5) {
		c := Cause(rng.IntN(NumCauses))
		if rng.IntN(2) == 0 {
			c = Cause(rng.IntN(5))
		}
		if c.Safe() {
			b.Causes.Add(AllMethods, c)
		} else {
			b.Causes.Add(limited, c)
		}
	}
	if rng.IntN(2) == 0 || b.Causes[AttemptTimeout] != 0 {
		b.AttemptTimeout = Is(time.Duration(1+rng.IntN(3000)) * time.Millisecond)
	}
	if rng.IntN(2) == 0 {
		b.TotalTimeout = Is(b.AttemptTimeout.Value + time.Duration(1+rng.IntN(60))*time.Second)
	}
	if rng.IntN(2) == 0 {
		backoff := Backoff{Base: time.Duration(10+rng.IntN(500)) * time.Millisecond, Growth: 2, Jitter: Jitter(rng.IntN(4))}
		if rng.IntN(2) == 0 {
			backoff.Cap = backoff.Base * time.Duration(1+rng.IntN(20))
		}
		b.Backoff = Is(backoff)
	}
	switch rng.IntN(3) {
	case 0:
		b.Budget = Is(Budget{Percent: float64(rng.IntN(101)), MinConcurrent: 1 + rng.IntN(9)})
	case 1:
		b.Budget = Is(Budget{Percent: float64(rng.IntN(101)), Interval: 10 * time.Second, MinPerSecond: 1 + rng.IntN(9)})
	}
	for _, limit := range limits(&b) {
		if rng.IntN(3) == 0 {
			*limit = Is(int64(1 + rng.IntN(1000)))
		}
	}
	if rng.IntN(3) == 0 {
		b.IdempotencyKey = Is("Idempotency-Key")
	}
	if rng.IntN(2) == 0 {
		b.Bodies.Limit = Is(int64(rng.IntN(1 << 20)))
	}
	return b.Normal()
}

func limits(b *Behavior) []*Setting[int64] {
	return []*Setting[int64]{&b.Breaker.MaxConnections, &b.Breaker.MaxPendingRequests, &b.Breaker.MaxParallelRequests, &b.Breaker.MaxParallelRetries}
}

// granted is an effect that grants a wish; what it leaves out is off.
func granted(want Behavior) Effect {
	e := effect(want)
	if e.AttemptTimeout.State == Unset {
		e.AttemptTimeout = None[time.Duration]()
	}
	if e.TotalTimeout.State == Unset {
		e.TotalTimeout = None[time.Duration]()
	}
	if e.Backoff.State == Unset {
		e.Backoff = None[Backoff]()
	} else if e.Backoff.Value.Jitter == AnyJitter {
		e.Backoff.Value.Jitter = HalfJitter
	}
	if e.Budget.State == Unset {
		e.Budget = None[Budget]()
	}
	for _, limit := range limits(&e.Behavior) {
		if limit.State == Unset {
			*limit = None[int64]()
		}
	}
	if e.Bodies.Unsent = None[int64](); e.Bodies.Limit.State == Unset {
		e.Bodies = AnyBody()
	}
	if e.IdempotencyKey.State == Unset {
		e.IdempotencyKey = None[string]()
	}
	return e
}

// A mutation changes one thing of an effect, if it is there to be changed, and
// says what Compare has to find.
type mutation struct {
	name  string
	field string // the finding's, or one below it
	class finding.Class
	apply func(*rand.Rand, *Behavior) bool
}

// numbers gives the three mutations of a setting.
func numbers[T comparable](field string, of func(*Behavior) *Setting[T], other func(T) T) []mutation {
	change := func(name string, class finding.Class, change func(*Setting[T])) mutation {
		return mutation{field + " " + name, field, class, func(_ *rand.Rand, b *Behavior) bool {
			s := of(b)
			if s.State == Set {
				change(s)
				return true
			}
			return false
		}}
	}
	return []mutation{
		change("is another", finding.Approximated, func(s *Setting[T]) { s.Value = other(s.Value) }),
		change("is off", finding.Dropped, func(s *Setting[T]) { *s = None[T]() }),
		change("is unknown", finding.Unknown, func(s *Setting[T]) { *s = Unclear[T]() }),
	}
}

func mutations() []mutation {
	later := func(d time.Duration) time.Duration { return d + time.Hour }
	more := func(n int64) int64 { return n + 1 }
	list := []mutation{
		{"a retry more", "maxRetries", finding.Widened, func(_ *rand.Rand, b *Behavior) bool { b.MaxRetries.Value++; return true }},
		{"a retry less", "maxRetries", finding.Narrowed, func(_ *rand.Rand, b *Behavior) bool { b.MaxRetries.Value--; return true }},
		{"no retries", "maxRetries", finding.Narrowed, func(_ *rand.Rand, b *Behavior) bool { b.MaxRetries = Is(0); return true }},
		{"an unknown number of retries", "maxRetries", finding.Unknown, func(_ *rand.Rand, b *Behavior) bool { b.MaxRetries = Unclear[int](); return true }},
		{"a cause more", "retryOn", finding.Widened, func(rng *rand.Rand, b *Behavior) bool {
			c, m := Cause(rng.IntN(NumCauses)), Methods(1<<rng.IntN(9))
			if b.Causes[c]&m != 0 || c == AttemptTimeout && b.AttemptTimeout.State == Off {
				return false
			}
			b.Causes[c] |= m
			return true
		}},
		{"a cause less", "retryOn", finding.Narrowed, func(rng *rand.Rand, b *Behavior) bool {
			list := b.Causes.List(AllMethods)
			c := list[rng.IntN(len(list))]
			one := Methods(1 << rng.IntN(9))
			before := *b
			b.Causes[c] &^= one
			return *b != before && !b.Causes.Empty()
		}},
		{"a cause unclear", "retryOn", finding.Unknown, func(rng *rand.Rand, b *Behavior) bool {
			c := Cause(rng.IntN(NumCauses))
			b.Unclear[c] = AllMethods &^ b.Causes[c]
			return b.Unclear[c] != 0
		}},
		{"a total timeout that nobody asked for", "maxRetries", finding.Narrowed, func(_ *rand.Rand, b *Behavior) bool {
			if b.TotalTimeout.State != Off || b.AttemptTimeout.State != Set {
				return false
			}
			b.TotalTimeout = Is(b.AttemptTimeout.Value)
			return true
		}},
		{"a jitter that nobody asked for", "backoff.jitter", finding.Approximated, func(_ *rand.Rand, b *Behavior) bool {
			if b.Backoff.State != Set || b.Backoff.Value.Jitter == HalfJitter {
				return false // Half stands for no wish as well
			}
			b.Backoff.Value.Jitter = HalfJitter
			return true
		}},
		{"a growth that shows", "backoff", finding.Approximated, func(_ *rand.Rand, b *Behavior) bool {
			w := b.Backoff.Value
			b.Backoff.Value.Growth = 1
			return b.Backoff.State == Set && b.MaxRetries.Value > 1 && w.Interval(2) > w.Base
		}},
	}
	list = append(list, numbers("attemptTimeout", func(b *Behavior) *Setting[time.Duration] { return &b.AttemptTimeout }, later)...)
	list = append(list, numbers("totalTimeout", func(b *Behavior) *Setting[time.Duration] { return &b.TotalTimeout }, later)...)
	list = append(list, numbers("backoff", func(b *Behavior) *Setting[Backoff] { return &b.Backoff },
		func(b Backoff) Backoff { b.Base, b.Cap = 2*b.Base, 2*b.Cap; return b })...)
	list = append(list, numbers("budget", func(b *Behavior) *Setting[Budget] { return &b.Budget },
		func(b Budget) Budget { b.Percent++; return b })...)
	list = append(list, numbers("idempotencyKey", func(b *Behavior) *Setting[string] { return &b.IdempotencyKey },
		func(string) string { return "Other" })...)
	for n, name := range []string{"maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries"} {
		list = append(list, numbers("circuitBreaker."+name, func(b *Behavior) *Setting[int64] { return limits(b)[n] }, more)...)
	}
	return list
}

func TestAGrantedWishHasNoDifference(t *testing.T) {
	for seed := range uint64(2000) {
		want := randomWish(rand.New(rand.NewPCG(seed, 1)))
		if diffs := Compare(want, granted(want)); len(diffs) > 0 {
			t.Fatalf("seed %d: %+v\n%s", seed, want, lines(diffs))
		}
	}
}

// TestNoChangeOfAnEffectGoesUnnoticed changes one thing at a time, and asks for a
// difference of the right class and for none about anything else.
func TestNoChangeOfAnEffectGoesUnnoticed(t *testing.T) {
	applied := map[string]int{}
	for seed := range uint64(1500) {
		for _, m := range mutations() {
			rng := rand.New(rand.NewPCG(seed, 2))
			want := randomWish(rng)
			e := granted(want)
			if !m.apply(rng, &e.Behavior) {
				continue
			}
			applied[m.name]++
			diffs := Compare(want, e)
			about := func(d Diff) bool {
				field := strings.TrimPrefix(d.Field, "spec.")
				return (field == m.field || strings.HasPrefix(field, m.field+".")) && d.Class == m.class
			}
			if len(diffs) == 0 || slices.ContainsFunc(diffs, func(d Diff) bool { return !about(d) }) {
				t.Fatalf("seed %d, %s:\n%+v\n%s", seed, m.name, want, lines(diffs))
			}
			checkSafety(t, want, e, diffs)
		}
	}
	for _, m := range mutations() {
		if applied[m.name] < 20 {
			t.Errorf("%s was applied %d times", m.name, applied[m.name])
		}
	}
}

// checkSafety: whatever a difference is about, an unsafe retry is one if and only
// if a method that is not idempotent is retried unasked after an unsafe cause.
func checkSafety(t *testing.T, want Behavior, e Effect, diffs []Diff) {
	t.Helper()
	unsafe := false
	for i := range NumCauses {
		c := Cause(i)
		if e.Causes[c]&^want.Causes[c]&^IdempotentMethods != 0 && !c.Safe() && !(c == AttemptTimeout && e.AttemptTimeout.State == Off) {
			unsafe = true
		}
	}
	if e.MaxRetries == Is(0) {
		unsafe = false
	}
	if found := slices.ContainsFunc(diffs, func(d Diff) bool { return d.Code == finding.UnsafeRetry }); found != unsafe {
		t.Fatalf("unsafe is %v, found %v:\n%s", unsafe, found, lines(diffs))
	}
}
