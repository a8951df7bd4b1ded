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

// Waits gives the range of every wait of a request that needs all its retries;
// ok is false where the waits are unknown.
func (b Behavior) Waits() (waits []Wait, ok bool) {
	if b.MaxRetries.State == Unknown || b.Backoff.State == Unknown {
		return nil, false
	}
	waits = make([]Wait, b.MaxRetries.Value)
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
// time, known where a part of it is not known.
func (b Behavior) Worst() (tries int, latency time.Duration, bounded, known bool) {
	waits, ok := b.Waits()
	if !ok || b.TotalTimeout.State == Unknown || b.AttemptTimeout.State == Unknown {
		if b.MaxRetries.State == Unknown {
			return 0, 0, false, false
		}
		if b.TotalTimeout.State == Set {
			return 1 + b.MaxRetries.Value, b.TotalTimeout.Value, true, true
		}
		return 1 + b.MaxRetries.Value, 0, false, false
	}
	tries = 1 + len(waits)
	if b.AttemptTimeout.State == Set {
		latency, bounded = time.Duration(tries)*b.AttemptTimeout.Value, true
		for _, w := range waits {
			latency += w.Max
		}
	}
	if b.TotalTimeout.State == Set && (!bounded || latency > b.TotalTimeout.Value) {
		latency, bounded = b.TotalTimeout.Value, true
	}
	return tries, latency, bounded, true
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
