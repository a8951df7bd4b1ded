package behavior

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/finding"
)

// A Diff is one way in which an effect differs from an intent.
type Diff struct {
	Code  finding.Code
	Class finding.Class
	// Field is the field of the policy: "spec.backoff.jitter".
	Field string
	// Topic is what reasons are looked up by: the name of a condition
	// ("Reset"), or Field without "spec.".
	Topic string
	// Causes and Methods are those that the difference is about; without causes
	// it is about a number.
	Causes  []Cause
	Methods Methods
	// Want and Got are the two values, for people.
	Want, Got string
}

// Compare gives what an effect makes of an intent, for the requests that reach
// the effect's rule. What the intent does not wish is no difference, unless it
// defeats a wish or tries a request again that nobody asked to have tried again.
func Compare(want Behavior, effect Effect) []Diff {
	c := comparison{want: want.For(effect.Methods), got: effect.Behavior.For(effect.Methods), methods: effect.Methods}
	c.causes()
	if c.want.MaxRetries != Is(0) && c.got.MaxRetries != Is(0) {
		c.retries()
		c.backoff()
		c.budget()
		c.defeat()
	}
	if c.got.MaxRetries == Is(0) {
		c.want, c.got = c.want.singleTry(), c.got.singleTry()
	}
	c.duration("attemptTimeout", c.want.AttemptTimeout, c.got.AttemptTimeout)
	c.duration("totalTimeout", c.want.TotalTimeout, c.got.TotalTimeout)
	c.breaker()
	c.key()
	return c.diffs
}

// singleTry bounds the one try that there is by the shorter of its timeout and
// the request's, which come to the same.
func (b Behavior) singleTry() Behavior {
	if a, t := b.AttemptTimeout, b.TotalTimeout; a.State == Set && (t.State != Set || a.Value < t.Value) {
		b.TotalTimeout = a
	}
	b.AttemptTimeout = Setting[time.Duration]{}
	return b
}

type comparison struct {
	want, got Behavior
	methods   Methods
	diffs     []Diff
}

func (c *comparison) add(code finding.Code, class finding.Class, field, want, got string) {
	c.diffs = append(c.diffs, Diff{code, class, "spec." + field, field, nil, c.methods, want, got})
}

func (c *comparison) dropped(field, want string) {
	c.add(finding.NotCarried, finding.Dropped, field, want, "nothing")
}

func (c *comparison) other(field, want, got string) {
	c.add(finding.OtherNumbers, finding.Approximated, field, want, got)
}

func (c *comparison) unknown(field, want string) {
	c.add(finding.ImplementerSays, finding.Unknown, field, want, "unknown")
}

// causes compares who is retried after what. Codes that differ for the same
// methods are one difference, as are gRPC statuses; each condition is its own,
// because each has its own reason.
func (c *comparison) causes() {
	if c.got.MaxRetries == Is(0) && c.want.MaxRetries.State == Set && c.want.MaxRetries.Value > 0 {
		c.add(finding.FewerRetries, finding.Narrowed, "maxRetries", count(c.want.MaxRetries.Value), "never retried")
		return
	}
	for i := range NumCauses {
		cause := Cause(i)
		if c.got.Never[cause] {
			continue
		}
		want, got, maybe := c.want.Causes[cause], c.got.Causes[cause], c.got.Unclear[cause]
		extra := got &^ want
		if cause == AttemptTimeout && c.got.AttemptTimeout.State == Off {
			extra = 0 // no try ever times out
		}
		unsafe := extra &^ IdempotentMethods
		if cause.Safe() {
			unsafe = 0
		}
		c.cause(finding.UnsafeRetry, finding.Widened, cause, unsafe)
		c.cause(finding.MoreRetries, finding.Widened, cause, extra&^unsafe)
		c.cause(finding.FewerRetries, finding.Narrowed, cause, want&^got&^maybe)
		c.cause(finding.ImplementerSays, finding.Unknown, cause, maybe&^got)
	}
}

func (c *comparison) cause(code finding.Code, class finding.Class, cause Cause, methods Methods) {
	if methods == 0 {
		return
	}
	topic := strings.TrimPrefix(cause.Field(), "spec.retryOn.")
	if cause < firstGRPC {
		topic = cause.String()
	}
	for i, d := range c.diffs {
		if d.Code == code && d.Class == class && d.Topic == topic && d.Methods == methods {
			c.diffs[i].Causes = append(d.Causes, cause)
			return
		}
	}
	d := Diff{Code: code, Class: class, Field: cause.Field(), Topic: topic, Causes: []Cause{cause}, Methods: methods}
	switch class {
	case finding.Narrowed:
		d.Want, d.Got = "retried", "not retried"
	case finding.Unknown:
		d.Want, d.Got = "not asked", "unknown"
		if c.want.Causes[cause]&methods != 0 {
			d.Want = "retried"
		}
	default:
		d.Want, d.Got = "not retried", "retried"
	}
	c.diffs = append(c.diffs, d)
}

func (c *comparison) retries() {
	want, got := c.want.MaxRetries, c.got.MaxRetries
	switch {
	case want.State != Set || want == got:
	case got.State == Unknown:
		c.unknown("maxRetries", count(want.Value))
	case got.Value > want.Value:
		c.add(finding.MoreRetries, finding.Widened, "maxRetries", count(want.Value), count(got.Value))
	default:
		c.add(finding.FewerRetries, finding.Narrowed, "maxRetries", count(want.Value), count(got.Value))
	}
}

func count(n int) string { return fmt.Sprintf("%d retries", n) }

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
	if want.Cap == 0 {
		want.Cap = got.Cap
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
// the retries that were asked for.
func (c *comparison) defeat() {
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
	}
}

func (c *comparison) breaker() {
	want, got := c.want.Breaker, c.got.Breaker
	c.limit("maxConnections", want.MaxConnections, got.MaxConnections)
	c.limit("maxPendingRequests", want.MaxPendingRequests, got.MaxPendingRequests)
	c.limit("maxParallelRequests", want.MaxParallelRequests, got.MaxParallelRequests)
	if got.RetriesOverridden && want.MaxParallelRetries.State == Set {
		c.dropped("circuitBreaker.maxParallelRetries", fmt.Sprint(want.MaxParallelRetries.Value))
		return
	}
	c.limit("maxParallelRetries", want.MaxParallelRetries, got.MaxParallelRetries)
}

func (c *comparison) limit(name string, want, got Setting[int64]) {
	field, value := "circuitBreaker."+name, fmt.Sprint(want.Value)
	switch {
	case want.State != Set || want == got:
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
