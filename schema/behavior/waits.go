package behavior

import (
	"math"
	"time"
)

// A Wait is the range of the wait before one retry; the upper end is never
// reached where the jitter is Full.
type Wait struct{ Min, Max time.Duration }

// Interval gives the wait before retry k (1-based) without its jitter.
func (b Backoff) Interval(k int) time.Duration {
	w := float64(b.Base) * math.Pow(b.Growth, float64(k-1))
	if b.Cap > 0 && w > float64(b.Cap) {
		return b.Cap
	}
	if w > math.MaxInt64/4 {
		return math.MaxInt64 / 4
	}
	return time.Duration(w)
}

// Wait gives the range of the wait before retry k (1-based), to the millisecond.
func (b Backoff) Wait(k int) Wait {
	w := b.Interval(k)
	switch b.Jitter {
	case FullJitter:
		return Wait{0, w.Round(time.Millisecond)}
	case HalfJitter:
		return Wait{(w / 2).Round(time.Millisecond), (w + w/2).Round(time.Millisecond)}
	}
	return Wait{w.Round(time.Millisecond), w.Round(time.Millisecond)}
}

// MaxWaits is the most waits that are told apart: as many as a policy can have.
// A gateway's configuration may ask for billions of retries.
const MaxWaits = 100

// Waits gives the range of every wait of a request that needs all its retries, up
// to MaxWaits of them; ok is false where the waits are unknown.
func (b Behavior) Waits() (waits []Wait, ok bool) {
	if b.MaxRetries.State == Unknown || b.Backoff.State == Unknown {
		return nil, false
	}
	waits = make([]Wait, max(0, min(b.MaxRetries.Value, MaxWaits)))
	if b.Backoff.State == Set {
		for k := range waits {
			waits[k] = b.Backoff.Value.Wait(k + 1)
		}
	}
	return waits, true
}

// Worst gives the most tries of one request and the longest time until the
// client has an answer: every try up to its timeout and every wait at its
// longest, cut by the total timeout. bounded is false where nothing bounds the
// time, as where only silence is bounded, and known where a part of it is not known.
func (b Behavior) Worst() (tries int, latency time.Duration, bounded, known bool) {
	if b.MaxRetries.State == Unknown {
		return 0, 0, false, false
	}
	tries = 1 + max(0, b.MaxRetries.Value)
	waits, ok := b.Waits()
	switch {
	case b.TotalTimeout.State == Unknown:
		return tries, 0, false, false
	case ok && b.AttemptTimeout.State == Set && !b.Idle:
		latency, bounded, known = longest(tries, b.AttemptTimeout.Value, waits), true, true
	case ok && b.AttemptTimeout.State != Unknown:
		known = true
	}
	if b.TotalTimeout.State == Set && (!bounded || latency > b.TotalTimeout.Value) {
		return tries, b.TotalTimeout.Value, true, true
	}
	return tries, latency, bounded, known
}

// longest adds up tries and waits; the last wait stands for those that are not
// told apart. It stops short of what a Duration can hold.
func longest(tries int, attempt time.Duration, waits []Wait) time.Duration {
	const most = math.MaxInt64 / 2
	sum := float64(tries) * float64(attempt)
	for _, w := range waits {
		sum += float64(w.Max)
	}
	if n := len(waits); n > 0 {
		sum += float64(tries-1-n) * float64(waits[n-1].Max)
	}
	if sum > most {
		return most
	}
	return time.Duration(sum)
}

// Load gives how many requests the backend gets for each of the clients' while
// every try fails: one for each try, or what a budget leaves of that. The floor
// of a budget, which counts where there is little traffic, is left aside.
func (b Behavior) Load() float64 {
	load := float64(1 + b.MaxRetries.Value)
	if b.Budget.State == Set {
		load = min(load, 1+b.Budget.Value.Percent/100)
	}
	return load
}
