package write

import (
	"maps"
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/gateway"
)

// write puts a wish into a BackendTrafficPolicy. What nobody wishes stays.
func (t *translation) write(o *manifest.Object, c policyTarget) {
	spec := o.Root().Make("spec")
	t.retry(spec, c.want)
	if total := t.total(c.want); total > 0 {
		spec.Make("timeout", "http").Put("requestTimeout", gateway.Duration(total))
	}
	t.breaker(spec, c)
}

func (t *translation) retry(spec manifest.Value, want behavior.Behavior) {
	if want.MaxRetries.State != behavior.Set {
		return
	}
	retry := spec.Make("retry")
	names, codes := t.triggers(want.Causes)
	retries := want.MaxRetries.Value
	if len(names) == 0 {
		retries = 0 // without triggers Envoy Gateway would put its own in their place
	}
	retry.Put("numRetries", retries)
	retry.Remove("retryOn")
	if retries > 0 {
		on := manifest.Map("triggers", names)
		if len(codes) > 0 {
			on.Put("httpStatusCodes", codes)
		}
		retry.Put("retryOn", on)
	}
	if want.AttemptTimeout.State == behavior.Set {
		retry.Make("perRetry").Put("timeout", gateway.Duration(want.AttemptTimeout.Value))
	}
	if want.Backoff.State == behavior.Set && retries > 0 {
		b := want.Backoff.Value
		if b.Cap == 0 {
			b.Cap = envoy.DefaultCapTimes * b.Base
		}
		retry.Make("perRetry").Put("backOff", manifest.Map("baseInterval", gateway.Duration(b.Base), "maxInterval", gateway.Duration(b.Cap)))
	}
}

// triggers gives the triggers and codes for causes, whatever their methods: in the
// order in which Envoy Gateway writes them, which is alphabetical.
func (t *translation) triggers(causes behavior.Causes) (names []string, codes []int) {
	wanted := map[string]bool{}
	for _, c := range causes.List(behavior.AllMethods) {
		if status, ok := c.Status(); ok {
			wanted[envoy.CodesWord] = true
			codes = append(codes, status)
		} else if name := envoy.WordFor(c); name != "" && (name != "reset-before-request" || t.settings.Version.AtLeast(1, 5)) {
			wanted[name] = true
		}
	}
	return slices.Sorted(maps.Keys(wanted)), codes
}

// total is the request timeout to write: the one that is wished, or one that
// leaves the tries and waits their time where Envoy's default would cut them.
func (t *translation) total(want behavior.Behavior) time.Duration {
	if want.TotalTimeout.State == behavior.Set {
		return want.TotalTimeout.Value
	}
	if want.AttemptTimeout.State != behavior.Set {
		want.AttemptTimeout = behavior.Is(time.Duration(0))
	}
	if want.Backoff.State == behavior.Set && want.Backoff.Value.Cap == 0 {
		want.Backoff.Value.Cap = envoy.DefaultCapTimes * want.Backoff.Value.Base
	}
	want.TotalTimeout = behavior.None[time.Duration]()
	_, longest, _, _ := want.Worst()
	if longest < envoy.DefaultTimeout {
		return 0
	}
	return longest.Truncate(time.Second) + time.Second
}

func (t *translation) breaker(spec manifest.Value, c policyTarget) {
	b := c.want.Breaker
	for _, limit := range []struct {
		name  string
		value behavior.Setting[int64]
	}{
		{"maxConnections", b.MaxConnections}, {"maxPendingRequests", b.MaxPendingRequests},
		{"maxParallelRequests", b.MaxParallelRequests}, {"maxParallelRetries", b.MaxParallelRetries},
	} {
		if limit.value.State == behavior.Set {
			spec.Make("circuitBreaker").Put(limit.name, limit.value.Value)
		}
	}
	if c.want.Budget.State != behavior.Set {
		return
	}
	if !t.settings.Version.AtLeast(1, 8) {
		t.out.Say(c.intent, finding.NeedsVersion, "a retry budget needs Envoy Gateway 1.8", "circuitBreaker.retryBudget came with 1.8", finding.Do("raise the version, or bound circuitBreaker.maxParallelRetries instead"))
		return
	}
	budget := c.want.Budget.Value
	least := budget.MinConcurrent
	if budget.Interval > 0 { // a rate is no concurrency: Envoy's own floor stays
		least = api.DefaultConcurrency
	}
	spec.Make("circuitBreaker").Put("retryBudget", manifest.Map(
		"percent", manifest.Map("numerator", budget.Percent, "denominator", 100),
		"minRetryConcurrency", least))
}
