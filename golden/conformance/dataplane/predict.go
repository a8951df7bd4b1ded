package dataplane

import (
	"fmt"
	"time"

	"retryctl.dev/schema/behavior"
)

// A Prediction is the number of tries that an effect says a request gets.
type Prediction struct{ Min, Max int }

// String gives "3", or "1 to 3".
func (p Prediction) String() string {
	if p.Min == p.Max {
		return fmt.Sprint(p.Max)
	}
	return fmt.Sprintf("%d to %d", p.Min, p.Max)
}

// The margins of time within which it is left open whether a try still begins
// before the whole request ends.
const (
	early = 50 * time.Millisecond
	late  = 250 * time.Millisecond
)

// Predict gives the tries of a request with one method while every try has the
// fault. reason is why there is no prediction that a run could contradict.
func Predict(e behavior.Effect, f Fault, method behavior.Methods) (p Prediction, reason string) {
	b := after(f, e.For(method))
	retries, maybe := retried(b, f, method)
	for _, c := range f.Causes {
		if b.Never[c] {
			return p, "the gateway speaks no protocol in which it could happen"
		}
	}
	if b.MaxRetries.State == behavior.Unknown {
		return p, "how often is not known"
	}
	lasts := time.Duration(0)
	switch {
	case f.On == Silent:
		lasts, _ = time.ParseDuration(silentTimeout)
	case f.Hangs && b.AttemptTimeout.State == behavior.Set:
		lasts = b.AttemptTimeout.Value
	case f.Hangs && b.TotalTimeout.State == behavior.Set && b.TotalTimeout.Value > longest:
		return p, fmt.Sprintf("it would take %s", behavior.Short(b.TotalTimeout.Value))
	case f.Hangs && b.TotalTimeout.State == behavior.Set:
		return Prediction{1, 1}, ""
	case f.Hangs:
		return p, "nothing bounds the wait for an answer"
	}
	if f.Hangs && lasts > longest {
		return p, fmt.Sprintf("a try lasts %s", behavior.Short(lasts))
	}
	if all := 1 + b.MaxRetries.Value; (retries || maybe) && duration(b, all, lasts) > longest {
		return p, fmt.Sprintf("it can take %s", behavior.Short(duration(b, all, lasts)))
	}
	all := 1 + b.MaxRetries.Value
	least, most := within(b, all, lasts)
	switch {
	case retries:
		return Prediction{least, most}, ""
	case maybe && !sure(b, f, method):
		return p, "whether it is retried is not known"
	case maybe:
		return Prediction{1, most}, ""
	}
	return Prediction{1, 1}, ""
}

// after gives the behavior with the waits that there are after a fault.
func after(f Fault, b behavior.Behavior) behavior.Behavior {
	if b.Backoff.Value.NotAfter425 && len(f.Causes) == 1 && f.Causes[0] == behavior.TooEarly {
		b.Backoff = behavior.None[behavior.Backoff]()
	}
	return b
}

// longest is how long a request may take for it to be run.
const longest = 20 * time.Second

// duration gives the longest time of a request with all its tries.
func duration(b behavior.Behavior, tries int, lasts time.Duration) time.Duration {
	all := time.Duration(tries) * lasts
	waits, _ := b.Waits()
	for _, w := range waits[:min(len(waits), tries-1)] {
		all += w.Max
	}
	if b.TotalTimeout.State == behavior.Set {
		all = min(all, b.TotalTimeout.Value)
	}
	return all
}

// retried reports whether a fault is followed by another try, surely or maybe: of
// several causes that it can be only some may count.
func retried(b behavior.Behavior, f Fault, method behavior.Methods) (surely, maybe bool) {
	surely = len(f.Causes) > 0
	for _, c := range f.Causes {
		surely = surely && b.Causes[c]&method != 0
		maybe = maybe || (b.Causes[c]|b.Unclear[c])&method != 0
	}
	return surely, maybe
}

// within gives how many of the tries begin before the whole request ends: least
// with the longest waits, most with the shortest.
func within(b behavior.Behavior, tries int, lasts time.Duration) (least, most int) {
	if b.TotalTimeout.State != behavior.Set {
		return tries, tries
	}
	waits, _ := b.Waits()
	least, most = 1, 1
	soonest, latest := time.Duration(0), time.Duration(0)
	for k := 1; k < tries; k++ {
		var w behavior.Wait
		if k <= len(waits) {
			w = waits[k-1]
		}
		soonest, latest = soonest+lasts+w.Min, latest+lasts+w.Max
		if latest < b.TotalTimeout.Value-late {
			least = k + 1
		}
		if soonest < b.TotalTimeout.Value+early {
			most = k + 1
		}
	}
	return least, most
}

// sure reports whether it is known of every cause that a fault can be whether it is
// retried.
func sure(b behavior.Behavior, f Fault, method behavior.Methods) bool {
	for _, c := range f.Causes {
		if b.Unclear[c]&method&^b.Causes[c] != 0 {
			return false
		}
	}
	return true
}
