package schema

// times checks timeouts and waits, and whether they leave room for each other.
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
	v.optional("spec.backoff.jitter", s.Backoff.Jitter, nil)
	if waits := v.longestWaits(); s.TotalTimeout != nil && waits >= *s.TotalTimeout {
		v.inert("spec.backoff", "raise totalTimeout, or wait less",
			"the waits alone can take %s, and totalTimeout is %s", waits, *s.TotalTimeout)
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
		wait = min(wait, longest)
		sum += wait
		wait *= 2
	}
	return sum
}

func (v *validator) budget() {
	b := v.policy.Spec.Budget
	if b == nil {
		return
	}
	v.number("spec.budget.percent", int64(b.Percent))
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
	case !byRate && b.Percent == 0 && *b.MinConcurrentRetries == 0:
		v.inert("spec.maxRetries", "write maxRetries: 0, or raise the budget", "the budget never allows a retry")
	}
	if n := b.MinConcurrentRetries; n != nil {
		v.number("spec.budget.minConcurrentRetries", int64(*n))
	}
	if n := b.MinRetriesPerSecond; n != nil {
		v.number("spec.budget.minRetriesPerSecond", int64(*n))
	}
	v.span("spec.budget.interval", b.Interval)
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
			v.number("spec.circuitBreaker."+limit.name, *limit.value)
		}
	}
	if set == 0 {
		v.bad("spec.circuitBreaker", "give a limit, or leave it out", "a circuit breaker without a limit")
	}
}
