package read

import (
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/stanza"
)

// retries reads what a rule with its stanza and the policy that holds for it come to.
// The stanza wins over the policy's retries as a whole (v1.9.1
// internal/ir/xds.go:1097), and the rule's timeouts over the policy's.
func (r reading) retries(e *behavior.Effect, spec manifest.Value, from string, id manifest.ID, rule stanza.Rule, headers envoy.RequestHeaders) {
	e.TotalTimeout, e.Origin["totalTimeout"] = behavior.Is(envoy.DefaultTimeout), "Envoy's default"
	if d, ok := span(spec.At("timeout", "http", "requestTimeout")); ok {
		e.TotalTimeout, e.Origin["totalTimeout"] = behavior.None[time.Duration](), from+" spec.timeout.http.requestTimeout"
		if d > 0 {
			e.TotalTimeout = behavior.Is(d)
		}
	}
	if from == "" {
		defer e.Because(r.attached.Absent(id)+"; a request ends after Envoy's 15s", "totalTimeout")
	}
	if rule.Headers = headers; rule.Retry.IsMap() {
		if _, limited := span(rule.Timeouts.At("backendRequest")); limited && r.version.AtLeast(1, 5) {
			why := "beside the retry stanza of " + rule.From + " its timeouts.backendRequest bounds each try, and not the request"
			if rule.Timeouts.At("request").Exists() {
				why += ", which timeouts.request does"
			}
			e.Because(why+" (internal/gatewayapi/route.go:1099)", "totalTimeout")
		}
		stanza.Read(e, rule, r.stanza.row, r.stanza.api)
		if !r.stanza.alone {
			e.Because("the retry stanza of "+rule.From+" wins over a BackendTrafficPolicy's retry as a whole, and retries connect-failure, refused-stream, "+
				"cancelled and unavailable beside its codes (internal/ir/xds.go:1097)", "maxRetries", "retryOn", "attemptTimeout", "backoff.baseInterval", "backoff.maxInterval")
		}
		return
	}
	r.retry(e, spec.At("retry"), from, id, headers)
	stanza.ReadTimeouts(e, rule, r.stanza.row)
	if r.stanza.alone && spec.At("retry").IsMap() {
		r.stanza.blame(e, from)
	}
}

// retry reads the retries of a BackendTrafficPolicy, for requests with some headers
// that Envoy takes for a retry policy.
func (r reading) retry(e *behavior.Effect, retry manifest.Value, from string, id manifest.ID, headers envoy.RequestHeaders) {
	e.AttemptTimeout, e.Backoff = behavior.None[time.Duration](), behavior.None[behavior.Backoff]()
	var policy envoy.Policy
	if retry.IsMap() {
		policy.Retries, e.Origin["maxRetries"] = behavior.Is(api.DefaultRetries), from+" (the API server's default)"
		if n, ok := retry.At("numRetries").Int(); ok {
			policy.Retries, e.Origin["maxRetries"] = behavior.Is(int(n)), from+" spec.retry.numRetries"
		}
		policy.Words, policy.Codes = r.retryOn(retry.At("retryOn"))
		e.Origin["retryOn"] = from + " spec.retry.retryOn"
		if d, ok := span(retry.At("perRetry", "timeout")); ok && d > 0 {
			e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.Is(d), from+" spec.retry.perRetry.timeout"
		}
	} else {
		why := r.attached.Absent(id) + "; Envoy does not retry by itself"
		if from != "" {
			why = from + " holds as a whole and has no retry, and Envoy does not retry by itself"
		}
		e.Origin["maxRetries"] = why
		if r.stanza.alone {
			why = "the rule has no retry stanza, and " + why
		}
		if headers.Empty() {
			e.Because(why, "maxRetries", "attemptTimeout", "AttemptTimeout")
		}
	}
	policy.Read(e, headers)
	if retry.IsMap() || e.MaxRetries != behavior.Is(0) {
		readBackoff(e, retry.At("perRetry", "backOff"), from)
	}
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
		names = api.DefaultTriggers
	}
	if !on.At("httpStatusCodes").Exists() && (!on.At("triggers").Exists() || !r.version.AtLeast(1, 4)) {
		codes = []int{api.DefaultCode}
	}
	return names, codes
}

func readBackoff(e *behavior.Effect, backOff manifest.Value, from string) {
	base, hasBase := span(backOff.At("baseInterval"))
	limit, hasLimit := span(backOff.At("maxInterval"))
	if hasLimit && !hasBase {
		e.Notes = append(e.Notes, from+" has maxInterval without baseInterval: Envoy's configuration of the whole Gateway cannot be built and stays as it was")
	}
	e.Backoff, e.Origin["backoff"] = behavior.Is(envoy.Waits(base, limit)), "Envoy's default"
	if hasBase {
		e.Origin["backoff"] = from + " spec.retry.perRetry.backOff"
	}
}
