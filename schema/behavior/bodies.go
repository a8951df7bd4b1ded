package behavior

import (
	"fmt"

	"retryctl.dev/schema/finding"
)

// Bodies says with which request bodies a request is tried again: a gateway has to keep
// what it sends a second time. Sizes are in bytes; off is no bound, and 0 is no body at
// all. Of a wish only Limit counts.
type Bodies struct {
	// Limit is the largest body after a cause that does not rule out that a part of the
	// request was sent, Unsent after one that is safe.
	Limit, Unsent Setting[int64]
	// HTTP2 is both for clients that speak HTTP/2, where it is another for them than for
	// those that speak HTTP/1.1; unset is the same.
	HTTP2 Setting[int64]
	// Larger is what a request with a larger body gets.
	Larger Larger
}

// Larger says what becomes of a request whose body is above the limit.
type Larger uint8

// What may become of it. AnyLarger is the zero value, which a wish has.
const (
	AnyLarger   Larger = iota
	SentOnce           // it is sent, and not tried again
	Refused            // it is answered 413, whatever its method, and never sent
	PerhapsSent        // it is sent, and whether it is tried again is open
)

// String gives the word for machines.
func (l Larger) String() string {
	return [...]string{"", "sent-once", "refused", "unknown"}[l]
}

// text says for people what a larger body gets.
func (l Larger) text() string {
	return [...]string{"", "a larger one is sent once", "a larger one is answered 413", "a larger one perhaps"}[l]
}

// WithBody are the methods whose requests have a body as a rule.
const WithBody = PUT | POST | PATCH

// Buffered gives the bodies of a gateway that keeps as much of every request, whatever
// ends a try, and sends more than that once.
func Buffered(bytes int64) Bodies {
	return Bodies{Limit: Is(bytes), Unsent: Is(bytes), Larger: SentOnce}
}

// AnyBody is a gateway that keeps every body.
func AnyBody() Bodies { return Bodies{Limit: None[int64](), Unsent: None[int64]()} }

// UnclearBodies is one of which nothing is known.
func UnclearBodies() Bodies {
	return Bodies{Limit: Unclear[int64](), Unsent: Unclear[int64](), Larger: PerhapsSent}
}

// Least gives the limit that holds whatever the client speaks.
func (b Bodies) Least(limit Setting[int64]) Setting[int64] {
	if b.HTTP2.State == Set && (limit.State == Off || limit.State == Set && b.HTTP2.Value < limit.Value) {
		return b.HTTP2
	}
	return limit
}

// Text says for people with which bodies a request is tried again.
func (b Bodies) Text() string {
	size := func(s Setting[int64]) string {
		switch {
		case s.State == Unknown, s.State == Unset:
			return "unknown"
		case s.State != Set:
			return "of any size"
		case s.Value == 0:
			return "none"
		}
		return "up to " + Size(s.Value)
	}
	text := size(b.Limit)
	if b.HTTP2.State == Set && b.HTTP2 != b.Limit {
		text += " (" + Size(b.HTTP2.Value) + " over HTTP/2)"
	}
	if b.Unsent != b.Limit {
		text += ", " + size(b.Unsent) + " before a byte was sent"
	}
	if b.Larger != AnyLarger && b.Limit.State != Unknown {
		text += "; " + b.Larger.text()
	}
	return text
}

// Size prints a number of bytes for people: "64 KiB", "2 MiB", "65537 bytes".
func Size(bytes int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if bytes >= unit.size && bytes%unit.size == 0 {
			return fmt.Sprintf("%d %s", bytes/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// bodies compares with which bodies requests are tried again that have one as a rule, as
// far as they are tried again at all. Without a wish it is a note that there is a limit,
// where a response is what is to be tried again: then the body was sent.
func (c *comparison) bodies() {
	sent, unsent, answered := false, false, false
	for i := range NumCauses {
		cause := Cause(i)
		switch _, code := cause.Status(); {
		case c.want.Causes[cause]&(c.got.Causes[cause]|c.got.Unclear[cause])&WithBody == 0:
		case cause.Safe():
			unsent = true
		default:
			sent, answered = true, answered || code
		}
	}
	got, wish := c.got.Bodies, c.want.Bodies.Limit
	if wish.State != Set {
		if limit := got.Least(got.Limit); answered && (limit.State == Set || limit.State == Unknown) {
			c.add(finding.LargeBodies, finding.Narrowed, "maxRequestBodyBytes", "no wish", got.Text())
		}
		return
	}
	limit, differs := Unclear[int64](), false
	if sent {
		limit, differs = got.Least(got.Limit), got.Least(got.Limit) != wish
	}
	if unsent && (!sent || !differs) && !fits(got.Least(got.Unsent), wish) {
		limit, differs = got.Least(got.Unsent), true
	}
	switch {
	case !differs:
	case limit.State == Unknown, limit.State == Unset:
		c.unknown("maxRequestBodyBytes", Bodies{Limit: wish, Unsent: wish}.Text())
	case limit.State == Set && limit.Value < wish.Value:
		c.add(finding.FewerRetries, finding.Narrowed, "maxRequestBodyBytes", Bodies{Limit: wish, Unsent: wish}.Text(), got.Text())
	default:
		c.add(finding.MoreRetries, finding.Widened, "maxRequestBodyBytes", Bodies{Limit: wish, Unsent: wish}.Text(), got.Text())
	}
	if got.Larger == Refused {
		c.add(finding.OtherNumbers, finding.Approximated, "maxRequestBodyBytes", SentOnce.text(), Refused.text())
		c.diffs[len(c.diffs)-1].Topic = "maxRequestBodyBytes.refused"
	}
}

// fits reports whether a limit lets as much through as is wished: before a byte was sent
// it costs nothing to try a larger body again.
func fits(limit, wish Setting[int64]) bool {
	return limit.State == Off || limit.State == Set && limit.Value >= wish.Value
}
