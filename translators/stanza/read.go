package stanza

import (
	"fmt"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
)

// A Rule is what a rule of an HTTPRoute says of retries; any part may not exist.
type Rule struct {
	Retry, Timeouts manifest.Value
	// Headers are those of its requests that the data plane takes for a retry policy,
	// if it is Envoy.
	Headers envoy.RequestHeaders
	// From names the route.
	From string
}

// Read fills an effect from a rule. The version is the Gateway API's. A bound on the
// whole request that the effect has already, and that on a try where the rule has no
// stanza, is what the implementation was told elsewhere: it holds where the rule says
// nothing.
func Read(e *behavior.Effect, rule Rule, row Implementation, version gateway.Version) {
	row.retries(e, rule, version)
	ReadTimeouts(e, rule, row)
	ReadLimits(e, row)
}

// ReadLimits fills in what bounds the requests in flight, and the bodies that are kept,
// where no policy does.
func ReadLimits(e *behavior.Effect, row Implementation) {
	if e.Breaker == (behavior.Breaker{}) && row.Breaker != (behavior.Breaker{}) {
		e.Breaker, e.Origin["circuitBreaker"] = row.Breaker, "Envoy's defaults: "+row.Name+" writes no breaker"
	}
	if e.NextBackend.State == behavior.Unset && row.next.State != behavior.Unset {
		e.NextBackend, e.Origin["nextBackend"] = row.next, row.picks()
	}
	if e.Bodies == (behavior.Bodies{}) && row.Bodies != (behavior.Bodies{}) {
		e.Bodies, e.Origin["maxRequestBodyBytes"] = row.Bodies, row.buffer()
	}
}

// picks names what chooses the backend of the next try.
func (row Implementation) picks() string {
	if row.next.State == behavior.Set && row.words != nil {
		return "Envoy's balancer: " + row.Name + " writes no retry_host_predicate"
	}
	return row.by()
}

// buffer names what bounds the bodies that are kept.
func (row Implementation) buffer() string {
	switch {
	case row.Bodies.Limit.State == behavior.Unknown:
		return row.by()
	case row.words != nil:
		return "Envoy's buffer of a listener: " + row.Name + " sets none"
	}
	return row.by()
}

// by names the source of a value that the objects do not give.
func (row Implementation) by() string {
	if row.Name == "none" {
		return "the implementation decides"
	}
	return row.Name + "'s default"
}

// withoutOne says what happens on a rule without a stanza.
func (row Implementation) withoutOne() string {
	switch row.bare {
	case unknownRetries:
		return "what happens then is the implementation's to decide (GEP-1731)"
	case 0:
		return row.Name + " retries nothing then"
	}
	return fmt.Sprintf("%s retries %d times then, on connect-failure, refused-stream, unavailable and cancelled", row.Name, row.bare)
}

func number(n int) behavior.Setting[int] {
	if n == unknownRetries {
		return behavior.Unclear[int]()
	}
	return behavior.Is(n)
}

func (row Implementation) retries(e *behavior.Effect, rule Rule, version gateway.Version) {
	retry, from := rule.Retry, rule.From
	count, origin := number(row.bare), row.by()
	if !retry.IsMap() {
		e.Because("the rule has no retry stanza: "+row.withoutOne(), "maxRetries", "retryOn")
	}
	e.Backoff = row.backoff(0)
	if retry.IsMap() {
		count, e.Origin["backoff"] = number(row.unset), row.by()
		if version.AtLeast(1, 7) {
			count, origin = behavior.Is(1), "the API server's default"
		}
		if n, ok := retry.At("attempts").Int(); ok {
			count, origin = behavior.Is(max(0, int(n))), from+" retry.attempts"
		}
		base, err := schema.ParseDuration(retry.At("backoff").Text())
		if err == nil {
			e.Backoff, e.Origin["backoff"] = row.backoff(time.Duration(base)), from+" retry.backoff, as "+row.Name+" has it"
		}
		if err == nil && base == 0 && row.words != nil {
			e.Notes = append(e.Notes, from+" has backoff 0s: Envoy refuses it, and the configuration around it stays as it was")
		}
		e.Origin["retryOn"] = from + " retry"
	}
	e.Origin["maxRetries"] = origin
	codes, unclear := row.codesOf(retry)
	if row.words == nil {
		e.MaxRetries = count
		e.Causes.Add(behavior.AllMethods, append(codes, row.stanza...)...)
		e.Unclear.Add(behavior.AllMethods, append(unclear, row.unclear...)...)
		return
	}
	policy := envoy.Policy{Words: row.words, Codes: statuses(codes), Retries: count}
	if !retry.IsMap() && row.bare == 0 || row.needsRetries && count == behavior.Is(0) {
		policy = envoy.Policy{} // no policy is written
	}
	if retry.IsMap() {
		e.Touch(AnyStanza)
	}
	if retry.IsMap() && row.inert {
		policy = envoy.Policy{}
		e.Origin["maxRetries"] = row.Name + " gives Envoy no retry_on for a stanza until 1.20"
		e.Because(e.Origin["maxRetries"]+" (cilium/cilium#46433)", "maxRetries", "retryOn")
	}
	policy.Read(e, rule.Headers)
}

// codesOf gives the status codes of a stanza that are retried, and those that may be.
func (row Implementation) codesOf(retry manifest.Value) (sure, unclear []behavior.Cause) {
	codes := row.codes
	if !retry.IsMap() {
		codes = nil
	} else if list := retry.At("codes"); list.Len() > 0 {
		codes = nil
		for _, v := range list.Items() {
			if n, ok := v.Int(); ok {
				codes = append(codes, int(n))
			}
		}
	}
	for _, code := range codes {
		c, ok := behavior.Code(code)
		switch {
		case !ok:
		case row.code(code) == yes:
			sure = append(sure, c)
		case row.code(code) == maybe:
			unclear = append(unclear, c)
		}
	}
	return sure, unclear
}

func statuses(causes []behavior.Cause) (codes []int) {
	for _, c := range causes {
		status, _ := c.Status()
		codes = append(codes, status)
	}
	return codes
}
