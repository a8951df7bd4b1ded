package behavior

import (
	"fmt"

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
	// Elsewhere is the other configuration that has the gateway do so, if there is any.
	Elsewhere string
	// Why is the cause of the difference where the effect names one, and Origin where
	// the value in force comes from.
	Why, Origin string
}

// Compare gives what an effect makes of an intent, for the requests that reach
// the effect's rule. What the intent does not wish is no difference, unless it
// defeats a wish or tries a request again that nobody asked to have tried again.
func Compare(want Behavior, effect Effect) []Diff {
	c := comparison{want: want.possible(effect.Never), got: effect.Behavior.possible(effect.Never), methods: effect.Methods}
	c.want, c.got = c.want.For(effect.Methods), c.got.For(effect.Methods)
	if effect.Answer != 0 {
		c.answered(effect.Answer)
		return explained(c.diffs, c.want, effect)
	}
	c.causes()
	if c.want.MaxRetries != Is(0) && c.got.MaxRetries != Is(0) {
		c.retries()
		c.backoff()
		c.budget()
		c.defeat(effect.Origin["totalTimeout"])
		c.unwritten()
		c.bodies()
	}
	if c.got.MaxRetries == Is(0) && !c.got.Idle {
		c.onlyTry()
	} else {
		c.attempt()
		c.duration("totalTimeout", c.want.TotalTimeout, c.got.TotalTimeout)
	}
	c.breaker()
	c.key()
	return explained(c.diffs, c.want, effect)
}

// answered is about requests that the gateway answers itself: there is nothing to
// try again, so that only an answer that is a failure is a difference, where
// retries were to help against failures.
func (c *comparison) answered(status int) {
	if status >= 500 && c.want.MaxRetries.State == Set && c.want.MaxRetries.Value > 0 {
		c.add(finding.FewerRetries, finding.Narrowed, "maxRetries", count(c.want.MaxRetries.Value), fmt.Sprintf("answered %d without a try", status))
		c.diffs[len(c.diffs)-1].Topic = "answered"
	}
}

// possible gives the behavior without the causes that cannot occur.
func (b Behavior) possible(never [NumCauses]bool) Behavior {
	for c, impossible := range never {
		if impossible {
			b.Causes[c], b.Unclear[c] = 0, 0
		}
	}
	return b
}

type comparison struct {
	want, got Behavior
	methods   Methods
	diffs     []Diff
}

func (c *comparison) add(code finding.Code, class finding.Class, field, want, got string) {
	c.diffs = append(c.diffs, Diff{Code: code, Class: class, Field: "spec." + field, Topic: field, Methods: c.methods, Want: want, Got: got})
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
		want, got, maybe := c.want.Causes[cause], c.got.Causes[cause], c.got.Unclear[cause]
		if want == got && maybe&^got == 0 {
			continue // as for most status codes
		}
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
	topic := cause.Topic()
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

func count(n int) string {
	if n == Unlimited {
		return "unlimited retries"
	}
	return fmt.Sprintf("%d retries", n)
}
