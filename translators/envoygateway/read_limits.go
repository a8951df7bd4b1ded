package envoygateway

import (
	"fmt"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// timeouts: the route's win over the policy's; backendRequest is each try's with a
// retry stanza and the whole request's without (v1.9.1
// internal/gatewayapi/route.go:1099). A try's timeout that is not less than the
// request's is ignored by Envoy. Before 1.5 backendRequest was the whole request's
// beside a stanza as well, and before 1.8 no try's where the stanza has no backoff.
func (r reading) timeouts(e *behavior.Effect, spec manifest.Value, from string, rule manifest.Value, id string) {
	total, origin := time.Duration(defaultTimeoutSecs)*time.Second, "Envoy's default"
	if d, ok := span(spec.At("timeout", "http", "requestTimeout")); ok {
		total, origin = d, from+" spec.timeout.http.requestTimeout"
	}
	if d, ok := span(rule.At("timeouts", "request")); ok {
		total, origin = d, id+" timeouts.request"
		e.Because(origin+" wins over the BackendTrafficPolicy's timeout (internal/xds/translator/route.go:442)", "totalTimeout")
	}
	native := rule.At("retry").IsMap()
	if v := rule.At("timeouts", "backendRequest"); native && (r.version.AtLeast(1, 8) || rule.At("retry", "backoff").Exists()) {
		readAttempt(e, v, id+" timeouts.backendRequest")
	}
	if d, ok := span(rule.At("timeouts", "backendRequest")); ok && (!native || !r.version.AtLeast(1, 5)) {
		total, origin = d, id+" timeouts.backendRequest, which Envoy Gateway takes for the whole request"
		e.Because(origin+", and which wins over the BackendTrafficPolicy's timeout (internal/gatewayapi/route.go:1099)", "totalTimeout")
	}
	e.TotalTimeout, e.Origin["totalTimeout"] = behavior.None[time.Duration](), origin
	if total > 0 {
		e.TotalTimeout = behavior.Is(total)
	}
	if e.AttemptTimeout.State == behavior.Set && total > 0 && e.AttemptTimeout.Value >= total {
		why := fmt.Sprintf("the timeout of a try (%s) is not less than the request's (%s)", behavior.Short(e.AttemptTimeout.Value), behavior.Short(total))
		e.Notes = append(e.Notes, why+": Envoy ignores it")
		e.Because(fmt.Sprintf("%s, which is from %s: Envoy ignores it (router.cc, finalTimeout)", why, origin), "attemptTimeout", "AttemptTimeout")
		e.AttemptTimeout = behavior.None[time.Duration]()
	}
}

// readBreaker: what the policy does not set is the API server's, and without any
// breaker Envoy's own, but for the retries, which Envoy Gateway lets 1024 be.
func readBreaker(e *behavior.Effect, breaker manifest.Value, from, absent string) {
	e.Budget = behavior.None[behavior.Budget]()
	e.Origin["circuitBreaker"] = "the defaults of Envoy and Envoy Gateway"
	switch {
	case breaker.IsMap():
		e.Origin["circuitBreaker"] = from + " spec.circuitBreaker"
	case from == "":
		e.Because(absent+"; its limits are the defaults (internal/xds/translator/cluster.go:803)", "circuitBreaker", "budget")
	default:
		e.Because(from+" holds as a whole and has no circuitBreaker", "circuitBreaker")
	}
	limit := func(name string) behavior.Setting[int64] {
		if n, ok := breaker.At(name).Int(); ok {
			return behavior.Is(n)
		}
		return behavior.Is(int64(defaultLimit))
	}
	e.Breaker.MaxConnections = limit("maxConnections")
	e.Breaker.MaxPendingRequests = limit("maxPendingRequests")
	e.Breaker.MaxParallelRequests = limit("maxParallelRequests")
	e.Breaker.MaxParallelRetries = limit("maxParallelRetries")
	percent := breaker.At("retryBudget", "percent")
	numerator, ok := percent.At("numerator").Float()
	if !ok {
		return
	}
	denominator, ok := percent.At("denominator").Float()
	if !ok || denominator == 0 {
		denominator = 100
	}
	budget := behavior.Budget{Percent: numerator / denominator * 100, MinConcurrent: defaultConcurrency}
	if n, ok := breaker.At("retryBudget", "minRetryConcurrency").Int(); ok {
		budget.MinConcurrent = int(n)
	}
	e.Budget, e.Breaker.RetriesOverridden = behavior.Is(budget), true
	e.Origin["budget"] = from + " spec.circuitBreaker.retryBudget"
}
