package read

import (
	"fmt"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/controller"
)

// upstream reads what the DestinationRules of the destinations bound, for a client
// in a namespace, empty where that is not known. Where they differ nothing can be
// said of a request, since weights choose among them.
func (r reading) upstream(e *behavior.Effect, list []controller.Destination, client string) {
	e.Budget, e.Breaker = behavior.None[behavior.Budget](), noLimits()
	e.Origin["circuitBreaker"] = "Istio's default: no limits"
	r.nextBackend(e, list, client)
	e.Bodies = envoy.Bodies(envoy.DefaultBuffer, envoy.DefaultWindow)
	e.Origin["maxRequestBodyBytes"] = "Envoy's buffer of a listener: Istio sets none unless the mesh's configuration does"
	for n, d := range r.ports(list) {
		one := behavior.Effect{Behavior: behavior.Behavior{Budget: behavior.None[behavior.Budget](), Breaker: noLimits()}, Origin: map[string]string{}}
		r.destination(&one, d, client)
		e.Notes = append(e.Notes, one.Notes...)
		for topic, why := range one.Why {
			e.Because(why, topic)
		}
		switch {
		case n == 0:
			e.Budget, e.Breaker = one.Budget, one.Breaker
			for field, origin := range one.Origin {
				e.Origin[field] = origin
			}
		case e.Budget != one.Budget || e.Breaker != one.Breaker:
			if e.Budget != one.Budget {
				e.Budget = behavior.Unclear[behavior.Budget]()
			}
			e.Breaker = unclearBreaker(e.Breaker, one.Breaker)
			e.Notes = append(e.Notes, "the backends have different limits")
			e.Because("the backends have different limits, and weights choose among them", "circuitBreaker", "budget")
		}
	}
}

// noLimits is what Istio writes where nothing bounds a host (1.31
// pilot/pkg/networking/core/cluster_traffic_policy.go:470).
func noLimits() behavior.Breaker {
	var b behavior.Breaker
	for _, f := range controller.BreakerFields {
		*f.Of(&b) = behavior.None[int64]()
	}
	return b
}

// nextBackend is where the next try goes where the http route does not say it: Istio has
// Envoy pick up to five times for a backend at which no try has failed, unless the one
// destination is balanced by consistent hashing, which then picks the same one again (1.31
// pilot/pkg/networking/core/route/retry/retry.go:83, route.go:688).
func (r reading) nextBackend(e *behavior.Effect, list []controller.Destination, client string) {
	if e.NextBackend.State != behavior.Unset {
		return
	}
	e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.OtherBackend), "Istio's default (pilot/pkg/networking/core/route/retry/retry.go:83)"
	if len(list) != 1 {
		return
	}
	rules, _ := r.Attached.DestinationRules(list[0].Host, client)
	if len(rules) == 0 {
		return
	}
	main, _ := controller.Top(rules)
	for _, policy := range []manifest.Value{main.At("spec", "trafficPolicy"), subsetPolicy(rules, list[0].Subset)} {
		if policy.At("loadBalancer", "consistentHash").IsMap() {
			e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.SameBackend), main.ID().String()+" loadBalancer.consistentHash"
		}
	}
}

func unclearBreaker(a, b behavior.Breaker) behavior.Breaker {
	for _, f := range controller.BreakerFields {
		if *f.Of(&a) != *f.Of(&b) {
			*f.Of(&a) = behavior.Unclear[int64]()
		}
	}
	return a
}

// ports gives destinations without a port one for each port of their Service.
func (r reading) ports(list []controller.Destination) []controller.Destination {
	var all []controller.Destination
	for _, d := range list {
		service := r.World.Get(controller.ServiceOf(d.Host, r.Settings))
		if d.Port != 0 || service == nil || service.At("spec", "ports").Len() == 0 {
			all = append(all, d)
			continue
		}
		for _, p := range service.At("spec", "ports").Items() {
			d.Port, _ = p.At("port").Int()
			all = append(all, d)
		}
	}
	return all
}

// A trafficPolicy is the part of one that bounds retries.
type trafficPolicy struct{ pool, budget manifest.Value }

// destination reads the DestinationRules of one destination. What is set for a
// port takes the place of all that is set for the host, the budget included; what
// is set for a subset is laid over it (Istio 1.31
// pilot/pkg/networking/util/util.go:863).
func (r reading) destination(e *behavior.Effect, d controller.Destination, client string) {
	rules, elsewhere := r.Attached.DestinationRules(d.Host, client)
	for _, o := range elsewhere {
		e.Notes = append(e.Notes, fmt.Sprintf("%s holds only for some clients, which cannot be seen here", o.ID()))
		e.Because(e.Notes[len(e.Notes)-1], "circuitBreaker", "budget")
	}
	if len(rules) == 0 {
		return
	}
	main, _ := controller.Top(rules)
	policy, _ := ofPort(main.At("spec", "trafficPolicy"), d.Port)
	if own := subsetPolicy(rules, d.Subset); own.IsMap() {
		over, whole := ofPort(own, d.Port)
		if over.pool.Exists() || whole {
			policy.pool = over.pool
		}
		policy.budget = orElse(over.budget, policy.budget)
		if policy.budget.Exists() && !r.Settings.Version.AtLeast(1, 30) { // istio/istio#59667
			policy.budget = manifest.Value{}
			e.Notes = append(e.Notes, fmt.Sprintf("the budget of %s is lost for a subset with settings of its own, until Istio 1.30", main.ID()))
			e.Because(e.Notes[len(e.Notes)-1], "budget")
		}
	}
	from := main.ID().String()
	e.Origin["circuitBreaker"] = from + " connectionPool"
	for _, f := range controller.BreakerFields {
		if n, ok := policy.pool.At(f.Path...).Int(); ok && n > 0 {
			*f.Of(&e.Breaker) = behavior.Is(n)
		}
	}
	if policy.budget.IsMap() && r.Settings.Version.AtLeast(1, 27) {
		e.Budget, e.Origin["budget"] = behavior.Is(readBudget(policy.budget, r.Settings.Version)), from+" retryBudget"
		if text := policy.budget.At("budgetInterval").Text(); text != "" && r.Settings.Version.AtLeast(1, 31) {
			e.Notes = append(e.Notes, fmt.Sprintf("the budget of %s counts the requests of the last %s", from, text))
		}
		e.Breaker.RetriesOverridden = true
	}
}

func subsetPolicy(rules []*manifest.Object, name string) manifest.Value {
	for _, o := range rules {
		for _, s := range o.At("spec", "subsets").Items() {
			if name != "" && s.At("name").Text() == name {
				return s.At("trafficPolicy")
			}
		}
	}
	return manifest.Value{}
}

// ofPort gives what a policy sets for a port, and whether it names the port.
func ofPort(policy manifest.Value, port int64) (trafficPolicy, bool) {
	for _, p := range policy.At("portLevelSettings").Items() {
		if n, _ := p.At("port", "number").Int(); port != 0 && n == port {
			return trafficPolicy{pool: p.At("connectionPool")}, true
		}
	}
	return trafficPolicy{policy.At("connectionPool"), policy.At("retryBudget")}, false
}

func orElse(v, otherwise manifest.Value) manifest.Value {
	if v.Exists() {
		return v
	}
	return otherwise
}

// readBudget: what is left out, and a concurrency of 0, is Istio's default (1.31
// pilot/pkg/networking/core/cluster_traffic_policy.go:228). Until 1.30 that was 0.2%
// by mistake (istio/istio#59504); what is written always counted.
func readBudget(v manifest.Value, version gateway.Version) behavior.Budget {
	b := behavior.Budget{Percent: 20, MinConcurrent: 3}
	if !version.AtLeast(1, 30) {
		b.Percent = 0.2
	}
	if percent, ok := v.At("percent").Float(); ok {
		b.Percent = percent
	}
	if n, ok := v.At("minRetryConcurrency").Int(); ok && n > 0 {
		b.MinConcurrent = int(n)
	}
	return b
}
