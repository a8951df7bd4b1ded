package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema/finding"
)

// longest is the longest duration of a policy: beyond it a timeout is none.
const longest = Duration(24 * time.Hour)

func (v *validator) times() {
	s := v.policy.Spec
	v.span("spec.attemptTimeout", s.AttemptTimeout)
	v.span("spec.totalTimeout", s.TotalTimeout)
	if s.AttemptTimeout != nil && s.TotalTimeout != nil && *s.AttemptTimeout >= *s.TotalTimeout {
		v.contradiction("spec.attemptTimeout", "make it shorter than totalTimeout, or leave one out",
			"attemptTimeout %s is not less than totalTimeout %s, so no second try could start", s.AttemptTimeout, s.TotalTimeout)
	}
	if s.Backoff == nil {
		return
	}
	v.span("spec.backoff.baseInterval", &s.Backoff.BaseInterval)
	v.span("spec.backoff.maxInterval", s.Backoff.MaxInterval)
	if s.Backoff.MaxInterval != nil && *s.Backoff.MaxInterval < s.Backoff.BaseInterval {
		v.contradiction("spec.backoff.maxInterval", "make it at least baseInterval",
			"maxInterval %s is less than baseInterval %s", s.Backoff.MaxInterval, s.Backoff.BaseInterval)
	}
	if s.Backoff.Jitter != "" {
		v.word("spec.backoff.jitter", s.Backoff.Jitter, []string{"None", "Half", "Full"}, nil)
	}
	if waits := v.longestWaits(); s.TotalTimeout != nil && waits >= *s.TotalTimeout {
		v.inert("spec.backoff", "raise totalTimeout, or wait less",
			"the waits alone can take %s, and totalTimeout is %s", waits, *s.TotalTimeout)
	}
}

func (v *validator) span(field string, d *Duration) {
	if d == nil {
		return
	}
	if *d < Duration(time.Millisecond) || *d > longest {
		v.bad(field, "leave it out for no wish", "%s is not between 1ms and %s", d, longest)
	}
}

// longestWaits is the sum of all waits at their longest.
func (v *validator) longestWaits() Duration {
	s := v.policy.Spec
	if s.MaxRetries == nil {
		return 0
	}
	var sum Duration
	wait := s.Backoff.BaseInterval
	for range min(*s.MaxRetries, MaxRetries) {
		if s.Backoff.MaxInterval != nil {
			wait = min(wait, *s.Backoff.MaxInterval)
		}
		sum += wait
		wait = min(2*wait, longest)
	}
	return sum
}

func (v *validator) budget() {
	b := v.policy.Spec.Budget
	if b == nil {
		return
	}
	v.within("spec.budget.percent", int64(b.Percent), 0, 100)
	byRate := b.Interval != nil || b.MinRetriesPerSecond != nil
	switch {
	case byRate && b.MinConcurrentRetries != nil:
		v.contradiction("spec.budget", "keep minConcurrentRetries, or interval with minRetriesPerSecond",
			"a budget is either by concurrency or by rate")
	case byRate && (b.Interval == nil || b.MinRetriesPerSecond == nil):
		v.contradiction("spec.budget", "give both", "a budget by rate has an interval and minRetriesPerSecond")
	case !byRate && b.MinConcurrentRetries == nil:
		v.contradiction("spec.budget", "give minConcurrentRetries, or interval with minRetriesPerSecond",
			"the percentage is of nothing: the budget has no kind")
	}
	if n := b.MinConcurrentRetries; n != nil {
		v.within("spec.budget.minConcurrentRetries", int64(*n), 0, 1_000_000)
	}
	if n := b.MinRetriesPerSecond; n != nil {
		v.within("spec.budget.minRetriesPerSecond", int64(*n), 1, 1_000_000)
	}
	if d := b.Interval; d != nil && (*d < Duration(time.Second) || *d > Duration(time.Hour)) {
		v.bad("spec.budget.interval", "", "%s is not between 1s and 1h", d)
	}
}

func (v *validator) breaker() {
	c := v.policy.Spec.CircuitBreaker
	if c == nil {
		return
	}
	set := 0
	for _, limit := range []struct {
		name  string
		value *int64
	}{
		{"maxConnections", c.MaxConnections}, {"maxPendingRequests", c.MaxPendingRequests},
		{"maxParallelRequests", c.MaxParallelRequests}, {"maxParallelRetries", c.MaxParallelRetries},
	} {
		if limit.value != nil {
			set++
			v.within("spec.circuitBreaker."+limit.name, *limit.value, 1, 1<<32-1)
		}
	}
	if set == 0 {
		v.bad("spec.circuitBreaker", "give a limit, or leave it out", "a circuit breaker without a limit")
	}
}

var (
	label     = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	subdomain = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	token     = regexp.MustCompile("^[A-Za-z0-9!#$&'*+.^_`|~-]+$")
)

func isLabel(s string) bool { return len(s) <= 63 && label.MatchString(s) }

func isSubdomain(s string) bool { return len(s) <= 253 && subdomain.MatchString(s) }

// reserved are request headers that mean something to HTTP itself or to
// authentication, so that a key in them would break requests.
var reserved = []string{
	"host", "content-length", "content-type", "connection", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
	"cookie", "authorization", "expect", "range", "accept", "accept-encoding", "date", "via", "forwarded",
}

func (v *validator) key() {
	k := v.policy.Spec.IdempotencyKey
	if k == nil {
		return
	}
	const field = "spec.idempotencyKey.header"
	name := strings.ToLower(k.Header)
	switch {
	case !token.MatchString(k.Header) || len(k.Header) > 64:
		v.bad(field, "letters, digits and -, at most 64 of them", "%q is no name of a header", k.Header)
	case strings.HasPrefix(name, "proxy-") || slices.Contains(reserved, name):
		v.bad(field, "a header of its own, such as Idempotency-Key", "%s has another meaning in HTTP", k.Header)
	}
}

// Gateways are the targets that exist, in the order in which they are printed.
var Gateways = []string{"envoy-gateway", "istio", "kong", "traefik", "gateway-api"}

func (v *validator) accept() {
	repeated(v, "spec.accept", v.policy.Spec.Accept)
	for i, a := range v.policy.Spec.Accept {
		field := fmt.Sprintf("spec.accept[%d]", i)
		v.word(field+".gateway", a.Gateway, Gateways, nil)
		if _, known := finding.Find(finding.Code(a.Finding)); !known || !strings.HasPrefix(a.Finding, "RT2") {
			v.bad(field+".finding", "only differences (RT2001 and on) can be accepted", "%q is no code that can be accepted", a.Finding)
		}
		if a.Field != "" && !strings.HasPrefix(a.Field, "spec.") {
			v.bad(field+".field", "a field such as spec.backoff", "%q is no field of a policy's spec", a.Field)
		}
		if strings.TrimSpace(a.Reason) == "" {
			v.bad(field+".reason", "say why the loss is tolerable", "an acceptance without a reason")
		}
	}
}
