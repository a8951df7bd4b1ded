package behavior

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/finding"
)

func (c *comparison) duration(field string, want, got Setting[time.Duration]) {
	switch {
	case want.State != Set || want == got:
	case got.State == Off:
		c.dropped(field, Short(want.Value))
	case got.State == Unknown:
		c.unknown(field, Short(want.Value))
	default:
		c.other(field, Short(want.Value), Short(got.Value))
	}
}

// attempt compares what bounds each try. A bound on silence is none on the try, even
// if it is the same number.
func (c *comparison) attempt() {
	want, got := c.want.AttemptTimeout, c.got.AttemptTimeout
	if want.State != Set || got.State != Set || !c.got.Idle {
		c.duration("attemptTimeout", want, got)
		return
	}
	c.other("attemptTimeout", Short(want.Value), c.got.attemptText())
	if want == got {
		c.diffs[len(c.diffs)-1].Topic = "attemptTimeout.idle"
	}
}

// attemptText says for people what bounds each try.
func (b Behavior) attemptText() string {
	text := setting(b.AttemptTimeout, Short)
	if b.Idle && b.AttemptTimeout.State == Set {
		text += " of silence"
	}
	return text
}

// onlyTry compares what bounds the one try that there is: the shorter of its
// timeout and the request's, which come to the same.
func (c *comparison) onlyTry() {
	field, want := "totalTimeout", c.want.TotalTimeout
	if a := c.want.AttemptTimeout; a.State == Set && (want.State != Set || a.Value < want.Value) {
		field, want = "attemptTimeout", a
	}
	got, other := c.got.TotalTimeout, c.got.AttemptTimeout
	if other.State == Set && (got.State != Set || other.Value < got.Value) {
		got, other = other, got
	}
	if got != want && other.State == Unknown {
		got = other
	}
	c.duration(field, want, got)
}

// backoff compares the waits that a request really meets: a cap that no retry
// reaches is no difference.
func (c *comparison) backoff() {
	want, got := c.want.Backoff.Value, c.got.Backoff.Value
	switch {
	case c.want.Backoff.State != Set || c.want.MaxRetries.State != Set:
		return
	case c.got.Backoff.State == Off:
		c.dropped("backoff", describe(want, c.want.MaxRetries.Value))
		return
	case c.got.Backoff.State != Set:
		c.unknown("backoff", describe(want, c.want.MaxRetries.Value))
		return
	}
	n := c.want.MaxRetries.Value
	if got := c.got.MaxRetries; got.State == Set && got.Value < n {
		n = got.Value
	}
	if k := firstOther(want, got, n); k > 0 {
		field := "backoff"
		switch {
		case want.Base != got.Base:
			field = "backoff.baseInterval"
		case want.Growth == got.Growth:
			field = "backoff.maxInterval"
		}
		c.other(field, intervals(want, n), intervals(got, n))
	}
	if got.NotAfter425 && c.want.Causes[TooEarly]&c.got.Causes[TooEarly] != 0 {
		c.other("backoff", describe(want, n), "no wait after a 425")
		c.diffs[len(c.diffs)-1].Topic = "backoff.after425"
	}
	if want.Jitter != AnyJitter && want.Jitter != got.Jitter {
		if got.Jitter == AnyJitter {
			c.unknown("backoff.jitter", want.Jitter.String())
		} else {
			c.other("backoff.jitter", ranges(want, n), ranges(got, n))
		}
	}
}

// firstOther gives the first retry whose interval differs by a millisecond or
// more; 0 where none does. Without a wish for a cap the gateway's own is right.
func firstOther(want, got Backoff, n int) int {
	if want.Cap == 0 && got.Cap > 0 {
		want.Cap = max(got.Cap, want.Base)
	}
	for k := 1; k <= n; k++ {
		if d := want.Interval(k) - got.Interval(k); d >= time.Millisecond || d <= -time.Millisecond {
			return k
		}
	}
	return 0
}

func (c *comparison) budget() {
	want, got := c.want.Budget, c.got.Budget
	switch {
	case want.State != Set || want == got:
	case got.State == Off:
		c.dropped("budget", want.Value.String())
	case got.State == Unknown:
		c.unknown("budget", want.Value.String())
	default:
		c.other("budget", want.Value.String(), got.Value.String())
	}
}

// defeat finds a bound on the whole request that nobody asked for and that cuts
// the retries that were asked for, and says where it comes from.
func (c *comparison) defeat(origin string) {
	total := c.got.TotalTimeout
	if c.want.TotalTimeout.State == Set || total.State != Set || c.want.MaxRetries.State != Set {
		return
	}
	free := c.got
	free.TotalTimeout = None[time.Duration]()
	free.AttemptTimeout = c.want.AttemptTimeout
	if free.AttemptTimeout.State != Set {
		free.AttemptTimeout = Is(time.Duration(0))
	}
	tries, latency, _, known := free.Worst()
	if known && latency > total.Value {
		c.add(finding.FewerRetries, finding.Narrowed, "maxRetries",
			fmt.Sprintf("%d tries, which with their waits can take %s", tries, Short(latency)),
			fmt.Sprintf("cut off after %s", Short(total.Value)))
		why := fmt.Sprintf("the timeout of the whole request, %s, bounds all tries and waits", Short(total.Value))
		if origin != "" {
			why += ": " + origin
		}
		c.diffs[len(c.diffs)-1].Why = why
	}
}

func (c *comparison) breaker() {
	want, got := c.want.Breaker, c.got.Breaker
	c.limit("maxConnections", want.MaxConnections, got.MaxConnections)
	c.limit("maxPendingRequests", want.MaxPendingRequests, got.MaxPendingRequests)
	c.limit("maxParallelRequests", want.MaxParallelRequests, got.MaxParallelRequests)
	if got.RetriesOverridden && want.MaxParallelRetries.State == Set {
		c.dropped("circuitBreaker.maxParallelRetries", fmt.Sprint(want.MaxParallelRetries.Value))
		c.diffs[len(c.diffs)-1].Topic = "circuitBreaker.overridden"
		return
	}
	c.limit("maxParallelRetries", want.MaxParallelRetries, got.MaxParallelRetries)
}

// unwritten finds a bound on the retries of all requests at once that nobody asked for
// and nobody has written: what a policy says of one request holds only as long as few
// fail at a time.
func (c *comparison) unwritten() {
	limit := c.got.Breaker.MaxParallelRetries
	if !c.got.Breaker.Unwritten || limit.State != Set || c.got.Budget.State == Set ||
		c.want.Breaker.MaxParallelRetries.State == Set || c.want.MaxRetries.State != Set {
		return
	}
	c.add(finding.FewerRetries, finding.Narrowed, "circuitBreaker.maxParallelRetries",
		fmt.Sprintf("%s of each request, whatever fails beside it", count(c.want.MaxRetries.Value)),
		fmt.Sprintf("at most %d at once of all requests", limit.Value))
	c.diffs[len(c.diffs)-1].Topic = "circuitBreaker.unwritten"
}

func (c *comparison) limit(name string, want, got Setting[int64]) {
	if want.State != Set || want == got {
		return
	}
	field, value := "circuitBreaker."+name, fmt.Sprint(want.Value)
	switch {
	case got.State == Unknown:
		c.unknown(field, value)
	case got.State == Set:
		c.other(field, value, fmt.Sprint(got.Value))
	default:
		c.dropped(field, value)
	}
}

func (c *comparison) key() {
	want, got := c.want.IdempotencyKey, c.got.IdempotencyKey
	switch {
	case want.State != Set || got.State == Set && strings.EqualFold(want.Value, got.Value):
	case got.State == Unknown:
		c.unknown("idempotencyKey", want.Value)
	case got.State == Set:
		c.other("idempotencyKey", want.Value, got.Value)
	default:
		c.dropped("idempotencyKey", want.Value)
	}
}
