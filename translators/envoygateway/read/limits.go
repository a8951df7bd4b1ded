package read

import (
	"fmt"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/gateway"
)

// readBreaker: what the policy does not set is the API server's, and without any
// breaker Envoy's own, but for the retries, which Envoy Gateway lets 1024 be. Where no
// request may be sent or wait, Envoy answers every one itself; where no retry may be
// made there is none. Without connections Envoy makes one (measured with 1.39.3).
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
		return behavior.Is(int64(api.DefaultLimit))
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
	budget := behavior.Budget{Percent: numerator / denominator * 100, MinConcurrent: api.DefaultConcurrency}
	if n, ok := breaker.At("retryBudget", "minRetryConcurrency").Int(); ok {
		if budget.MinConcurrent = int(uint32(n)); int64(budget.MinConcurrent) != n {
			e.Notes = append(e.Notes, fmt.Sprintf("%s has minRetryConcurrency %d, which has 32 bits and no sign: Envoy gets %d", from, n, budget.MinConcurrent))
		}
	}
	e.Budget, e.Breaker.RetriesOverridden = behavior.Is(budget), true
	e.Origin["budget"] = from + " spec.circuitBreaker.retryBudget"
}

// closed is what comes of limits that let nothing through.
func closed(e *behavior.Effect) {
	origin := e.Origin["circuitBreaker"]
	nothing := behavior.Is(int64(0))
	switch budget := e.Budget.Value; {
	case e.Breaker.MaxPendingRequests == nothing, e.Breaker.MaxParallelRequests == nothing:
		gateway.Answered(e, 503, origin+" lets no request through")
	case e.MaxRetries == behavior.Is(0):
	case e.Budget.State == behavior.Set && budget.Percent == 0 && budget.MinConcurrent == 0:
		none(e, e.Origin["budget"]+" is 0, which lets no retry through")
	case e.Budget.State != behavior.Set && e.Breaker.MaxParallelRetries == nothing:
		none(e, origin+".maxParallelRetries is 0, which lets no retry through")
	}
}

// none takes the retries away, for a reason.
func none(e *behavior.Effect, why string) {
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(0), why
	e.Because(why+" (measured with Envoy 1.39.3)", "maxRetries")
}
