package envoygateway

import (
	"fmt"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

func (r reading) retry(e *behavior.Effect, retry manifest.Value, from string, id manifest.ID) {
	if !retry.IsMap() {
		why := r.attached.absent(id) + "; Envoy does not retry by itself"
		if from != "" {
			why = from + " holds as a whole and has no retry, and Envoy does not retry by itself"
		}
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(0), why
		e.Because(why, "maxRetries", "attemptTimeout", "AttemptTimeout")
		e.AttemptTimeout, e.Backoff = behavior.None[time.Duration](), behavior.None[behavior.Backoff]()
		return
	}
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(defaultRetries), from+" (the API server's default)"
	if n, ok := retry.At("numRetries").Int(); ok {
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(int(n)), from+" spec.retry.numRetries"
	}
	names, codes := r.retryOn(retry.At("retryOn"))
	e.Origin["retryOn"] = from + " spec.retry.retryOn"
	addCauses(e, names, codes)
	readAttempt(e, retry.At("perRetry", "timeout"), from+" spec.retry.perRetry.timeout")
	backOff := retry.At("perRetry", "backOff")
	base, hasBase := span(backOff.At("baseInterval"))
	limit, hasLimit := span(backOff.At("maxInterval"))
	if hasLimit && !hasBase {
		e.Notes = append(e.Notes, from+" has maxInterval without baseInterval: Envoy's configuration of the whole Gateway cannot be built and stays as it was")
	}
	readBackoff(e, base, hasBase, limit, hasLimit, from+" spec.retry.perRetry.backOff")
}

// retryOn gives the triggers and codes in force. Until 1.3 triggers without codes
// kept the code that Envoy Gateway puts in where there is neither.
func (r reading) retryOn(on manifest.Value) (names []string, codes []int) {
	for _, v := range on.At("triggers").Items() {
		names = append(names, v.Text())
	}
	for _, v := range on.At("httpStatusCodes").Items() {
		if n, ok := v.Int(); ok {
			codes = append(codes, int(n))
		}
	}
	if len(names) == 0 {
		names = defaultTriggers
	}
	if !on.At("httpStatusCodes").Exists() && (!on.At("triggers").Exists() || !r.version.AtLeast(1, 4)) {
		codes = []int{defaultCode}
	}
	return names, codes
}

func addCauses(e *behavior.Effect, names []string, codes []int) {
	for _, name := range names {
		e.Causes.Add(behavior.AllMethods, causesOf(name)...)
		if name != codesTrigger {
			continue
		}
		for _, code := range codes {
			if c, ok := behavior.Code(code); ok {
				e.Causes.Add(behavior.AllMethods, c)
			} else {
				e.Notes = append(e.Notes, fmt.Sprintf("responses with status %d are retried too", code))
			}
		}
	}
}

func readAttempt(e *behavior.Effect, v manifest.Value, from string) {
	e.AttemptTimeout = behavior.None[time.Duration]()
	if d, ok := span(v); ok && d > 0 {
		e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.Is(d), from
	}
}

func readBackoff(e *behavior.Effect, base time.Duration, hasBase bool, limit time.Duration, hasLimit bool, from string) {
	b := behavior.Backoff{Base: defaultBaseMillis * time.Millisecond, Growth: 2, Jitter: behavior.FullJitter, NotAfter425: true}
	e.Origin["backoff"] = "Envoy's default"
	if hasBase {
		b.Base, e.Origin["backoff"] = base, from
	}
	b.Cap = defaultCapFactor * b.Base
	if hasLimit {
		b.Cap = limit
	}
	e.Backoff = behavior.Is(b)
}

// native reads the retry stanza of an HTTPRoute rule, which wins over the
// BackendTrafficPolicy's as a whole (v1.9.1 internal/ir/xds.go:1097).
func (r reading) native(e *behavior.Effect, retry manifest.Value, from string) {
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(defaultRetries), "Envoy Gateway's default for the stanza of "+from
	e.Because("the retry stanza of "+from+" wins over a BackendTrafficPolicy's retry as a whole, and retries connect-failure, refused-stream, "+
		"cancelled and unavailable beside its codes (internal/ir/xds.go:1097)", "maxRetries", "retryOn", "attemptTimeout", "backoff.baseInterval", "backoff.maxInterval")
	if n, ok := retry.At("attempts").Int(); ok {
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(int(n)), from+" retry.attempts"
	}
	codes := []int{defaultCode}
	if list := retry.At("codes"); list.Len() > 0 {
		codes = nil
		for _, v := range list.Items() {
			if n, ok := v.Int(); ok {
				codes = append(codes, int(n))
			}
		}
	}
	e.Origin["retryOn"] = from + " retry"
	addCauses(e, defaultTriggers, codes)
	base, ok := span(retry.At("backoff"))
	if ok && base == 0 {
		e.Notes = append(e.Notes, from+" has backoff 0s: Envoy's configuration of the whole Gateway cannot be built and stays as it was")
	}
	readBackoff(e, base, ok && base > 0, 0, false, from+" retry.backoff")
}
