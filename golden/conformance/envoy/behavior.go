package envoy

import (
	"fmt"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"retryctl.dev/schema/behavior"
)

// Envoy's values where its configuration is silent.
const (
	defaultRetries       = 1 // of a retry policy
	defaultTimeout       = 15 * time.Second
	defaultBase          = 25 * time.Millisecond
	capFactor            = 10 // max_interval as a multiple of base_interval
	defaultLimit         = 1024
	defaultActiveRetries = 3
	defaultBudgetPercent = 20
	defaultBudgetFloor   = 3
	noLimit              = 1<<32 - 1 // the largest value of a limit: never reached
)

// Behavior gives what Envoy does with the requests that reach a route whose
// cluster is the given one: with which methods they can, after which causes they
// are tried again, how often and when, and what bounds them. A nil cluster has
// Envoy's own limits. Rule is the route's name.
func Behavior(r *routev3.Route, c *clusterv3.Cluster) behavior.Effect {
	e := behavior.Effect{Rule: r.GetName(), Methods: methods(r.GetMatch()), Origin: map[string]string{}}
	action := r.GetRoute()
	if action == nil {
		e.MaxRetries = behavior.Is(0)
		e.Notes = append(e.Notes, "the route answers by itself: nothing is sent to a backend")
		return e
	}
	retries(&e, action.GetRetryPolicy())
	timeouts(&e, action)
	limits(&e, c)
	closed(&e)
	e.IdempotencyKey = key(r)
	e.Behavior = e.Behavior.Normal()
	return e
}

func retries(e *behavior.Effect, policy *routev3.RetryPolicy) {
	e.MaxRetries, e.Backoff = behavior.Is(0), behavior.None[behavior.Backoff]()
	if policy == nil {
		return
	}
	e.MaxRetries = behavior.Is(defaultRetries)
	if n := policy.GetNumRetries(); n != nil {
		e.MaxRetries = behavior.Is(int(n.GetValue()))
	}
	causes, notes := causesOf(policy)
	e.Notes = append(e.Notes, notes...)
	guarded, known := guard(policy.GetRetriableRequestHeaders())
	e.Causes = causes.Only(guarded)
	if !known { // a header of the request decides
		e.Unclear = causes
	}
	e.Backoff = behavior.Is(waits(policy.GetRetryBackOff()))
	if policy.GetRateLimitedRetryBackOff() != nil {
		e.Backoff = behavior.Unclear[behavior.Backoff]() // a header of the response decides
	}
	if policy.GetPerTryIdleTimeout().AsDuration() > 0 {
		e.Notes = append(e.Notes, "a try that is idle for too long ends as well")
	}
}

// waits doubles from the base up to the cap, each uniform in [0, interval); a
// request that was too early is tried again at once.
func waits(b *routev3.RetryPolicy_RetryBackOff) behavior.Backoff {
	w := behavior.Backoff{Base: defaultBase, Growth: 2, Jitter: behavior.FullJitter, NotAfter425: true}
	if b != nil {
		w.Base = max(b.GetBaseInterval().AsDuration(), time.Millisecond)
	}
	w.Cap = capFactor * w.Base
	if limit := b.GetMaxInterval(); limit != nil {
		w.Cap = max(limit.AsDuration(), time.Millisecond)
	}
	return w
}

// timeouts: 0 is none, and a try's timeout that is not less than the request's
// is ignored.
func timeouts(e *behavior.Effect, action *routev3.RouteAction) {
	total := defaultTimeout
	if d := action.GetTimeout(); d != nil {
		total = d.AsDuration()
	}
	if d := action.GetMaxStreamDuration().GetMaxStreamDuration().AsDuration(); d > 0 && (total == 0 || d < total) {
		total = d
	}
	e.TotalTimeout = bound(total)
	try := action.GetRetryPolicy().GetPerTryTimeout()
	e.AttemptTimeout = bound(try.AsDuration())
	if total > 0 && try.AsDuration() >= total {
		e.AttemptTimeout = behavior.None[time.Duration]()
	}
}

func bound(d time.Duration) behavior.Setting[time.Duration] {
	if d <= 0 {
		return behavior.None[time.Duration]()
	}
	return behavior.Is(d)
}

// limits are those of the cluster's default priority; a budget takes the place
// of max_retries.
func limits(e *behavior.Effect, c *clusterv3.Cluster) {
	e.Budget = behavior.None[behavior.Budget]()
	t := &clusterv3.CircuitBreakers_Thresholds{}
	for _, each := range c.GetCircuitBreakers().GetThresholds() {
		if each.GetPriority() == corev3.RoutingPriority_DEFAULT {
			t = each
			break
		}
	}
	e.Breaker.MaxConnections = limit(t.GetMaxConnections(), defaultLimit)
	e.Breaker.MaxPendingRequests = limit(t.GetMaxPendingRequests(), defaultLimit)
	e.Breaker.MaxParallelRequests = limit(t.GetMaxRequests(), defaultLimit)
	e.Breaker.MaxParallelRetries = limit(t.GetMaxRetries(), defaultActiveRetries)
	b := t.GetRetryBudget()
	if b == nil {
		return
	}
	budget := behavior.Budget{Percent: defaultBudgetPercent, MinConcurrent: defaultBudgetFloor}
	if p := b.GetBudgetPercent(); p != nil {
		budget.Percent = p.GetValue()
	}
	if n := b.GetMinRetryConcurrency(); n != nil {
		budget.MinConcurrent = int(n.GetValue())
	}
	if d := b.GetBudgetInterval().AsDuration(); d > 0 {
		e.Notes = append(e.Notes, fmt.Sprintf("the budget counts the requests of the last %s", behavior.Short(d)))
	}
	e.Budget, e.Breaker.RetriesOverridden = behavior.Is(budget), true
}

// closed is what limits of 0 come to: without requests that are sent or wait every one
// is answered 503, and without retries at once there are none. Without connections
// there is one (measured in dataplane).
func closed(e *behavior.Effect) {
	nothing := behavior.Is[int64](0)
	if e.Breaker.MaxPendingRequests == nothing || e.Breaker.MaxParallelRequests == nothing {
		e.Answer = 503
	}
	budget := e.Budget.Value
	if e.Budget.State == behavior.Set && budget.Percent == 0 && budget.MinConcurrent == 0 ||
		e.Budget.State != behavior.Set && e.Breaker.MaxParallelRetries == nothing {
		e.MaxRetries = behavior.Is(0)
	}
}

// limit gives a bound; Envoy's own where there is none.
func limit(n *wrapperspb.UInt32Value, otherwise int64) behavior.Setting[int64] {
	value := otherwise
	if n != nil {
		value = int64(n.GetValue())
	}
	if value == noLimit {
		return behavior.None[int64]()
	}
	return behavior.Is(value)
}
