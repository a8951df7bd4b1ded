package resolve

import (
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
)

// Wish gives what a policy asks for, as an intent: what it leaves out is Unset.
// The growth of a back-off is 2, which is what schema.Backoff says.
func Wish(s schema.Spec) behavior.Behavior {
	var b behavior.Behavior
	if s.MaxRetries != nil {
		b.MaxRetries = behavior.Is(*s.MaxRetries)
	}
	if s.RetryOn != nil {
		b.Causes = causes(s.RetryOn)
	}
	b.AttemptTimeout = duration(s.AttemptTimeout)
	b.TotalTimeout = duration(s.TotalTimeout)
	if s.Backoff != nil {
		backoff := behavior.Backoff{Base: time.Duration(s.Backoff.BaseInterval), Growth: 2, Jitter: jitter(s.Backoff.Jitter)}
		if s.Backoff.MaxInterval != nil {
			backoff.Cap = time.Duration(*s.Backoff.MaxInterval)
		}
		b.Backoff = behavior.Is(backoff)
	}
	if s.Budget != nil {
		budget := behavior.Budget{Percent: float64(s.Budget.Percent)}
		if s.Budget.MinConcurrentRetries != nil {
			budget.MinConcurrent = *s.Budget.MinConcurrentRetries
		}
		if s.Budget.Interval != nil {
			budget.Interval = time.Duration(*s.Budget.Interval)
		}
		if s.Budget.MinRetriesPerSecond != nil {
			budget.MinPerSecond = *s.Budget.MinRetriesPerSecond
		}
		b.Budget = behavior.Is(budget)
	}
	if c := s.CircuitBreaker; c != nil {
		b.Breaker = behavior.Breaker{
			MaxConnections:      limit(c.MaxConnections),
			MaxPendingRequests:  limit(c.MaxPendingRequests),
			MaxParallelRequests: limit(c.MaxParallelRequests),
			MaxParallelRetries:  limit(c.MaxParallelRetries),
		}
	}
	if s.MaxRequestBodyBytes != nil {
		b.Bodies.Limit = behavior.Is(*s.MaxRequestBodyBytes)
	}
	if s.IdempotencyKey != nil {
		b.IdempotencyKey = behavior.Is(s.IdempotencyKey.Header)
	}
	return b.Normal()
}

func causes(on *schema.RetryOn) behavior.Causes {
	methods := behavior.IdempotentMethods
	if len(on.Methods) > 0 {
		methods = behavior.ParseMethods(on.Methods)
	}
	var c behavior.Causes
	for _, name := range on.Conditions {
		if cause, ok := behavior.Condition(name); ok && cause.Safe() {
			c.Add(behavior.AllMethods, cause)
		} else if ok {
			c.Add(methods, cause)
		}
	}
	for _, codes := range on.StatusCodes {
		c.Add(methods, behavior.Codes(codes.First, codes.Last)...)
	}
	for _, name := range on.GRPCStatuses {
		if cause, ok := behavior.GRPC(string(name)); ok {
			c.Add(methods, cause)
		}
	}
	return c
}

func duration(d *schema.Duration) behavior.Setting[time.Duration] {
	if d == nil {
		return behavior.Setting[time.Duration]{}
	}
	return behavior.Is(time.Duration(*d))
}

func limit(n *int64) behavior.Setting[int64] {
	if n == nil {
		return behavior.Setting[int64]{}
	}
	return behavior.Is(*n)
}

func jitter(name string) behavior.Jitter {
	for _, j := range []behavior.Jitter{behavior.NoJitter, behavior.HalfJitter, behavior.FullJitter} {
		if j.String() == name {
			return j
		}
	}
	return behavior.AnyJitter
}
