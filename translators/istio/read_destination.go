package istio

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// upstream reads what the DestinationRules of the destinations bound. Where they
// differ nothing can be said of a request, since weights choose among them.
func (r reading) upstream(e *behavior.Effect, list []destination) {
	e.Budget = behavior.None[behavior.Budget]()
	for n, d := range list {
		one := behavior.Effect{Behavior: behavior.Behavior{Budget: behavior.None[behavior.Budget]()}, Origin: map[string]string{}}
		r.destination(&one, d)
		switch {
		case n == 0:
			e.Budget, e.Breaker = one.Budget, one.Breaker
			for field, origin := range one.Origin {
				e.Origin[field] = origin
			}
		case e.Budget != one.Budget || e.Breaker != one.Breaker:
			e.Budget = behavior.Unclear[behavior.Budget]()
			e.Breaker = unclearBreaker(e.Breaker, one.Breaker)
			e.Notes = append(e.Notes, "the backends have different limits")
		}
	}
}

func unclearBreaker(a, b behavior.Breaker) behavior.Breaker {
	for _, f := range breakerFields {
		if *f.of(&a) != *f.of(&b) {
			*f.of(&a) = behavior.Unclear[int64]()
		}
	}
	return a
}

func (r reading) destination(e *behavior.Effect, d destination) {
	rule, _ := r.attached.destinationRule(d.host)
	if rule == nil {
		e.Origin["circuitBreaker"] = "Istio's default: no limits"
		return
	}
	from := rule.ID().String()
	policy := rule.At("spec", "trafficPolicy")
	pool, budget := policy.At("connectionPool"), policy.At("retryBudget")
	ports := policy.At("portLevelSettings")
	for _, subset := range rule.At("spec", "subsets").Items() {
		own := subset.At("trafficPolicy")
		if d.subset == "" || subset.At("name").Text() != d.subset {
			continue
		}
		pool, budget = orElse(own.At("connectionPool"), pool), orElse(own.At("retryBudget"), budget)
		ports = orElse(own.At("portLevelSettings"), ports)
	}
	for _, port := range ports.Items() {
		if number, _ := port.At("port", "number").Int(); d.port != 0 && number == d.port {
			pool = port.At("connectionPool") // what a port leaves out is a default, not the host's
		}
	}
	e.Origin["circuitBreaker"] = from + " connectionPool"
	for _, f := range breakerFields {
		limit := f.of(&e.Breaker)
		*limit = behavior.None[int64]()
		if n, ok := pool.At(f.path...).Int(); ok && n > 0 {
			*limit = behavior.Is(n)
		}
	}
	if budget.IsMap() && r.settings.Version.AtLeast(1, 27) {
		e.Budget, e.Origin["budget"] = behavior.Is(readBudget(budget)), from+" retryBudget"
		e.Breaker.RetriesOverridden = true
	}
}

func orElse(v, otherwise manifest.Value) manifest.Value {
	if v.Exists() {
		return v
	}
	return otherwise
}

// readBudget: what is left out, and a concurrency of 0, is Istio's default (1.31
// pilot/pkg/networking/core/cluster_traffic_policy.go:470).
func readBudget(v manifest.Value) behavior.Budget {
	b := behavior.Budget{Percent: 20, MinConcurrent: 3}
	if percent, ok := v.At("percent").Float(); ok {
		b.Percent = percent
	}
	if n, ok := v.At("minRetryConcurrency").Int(); ok && n > 0 {
		b.MinConcurrent = int(n)
	}
	return b
}
