package dataplane

import (
	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/manifest"
)

// envoyGatewayMutants are faults of Envoy Gateway's objects.
func envoyGatewayMutants() []mutant {
	policy := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("BackendTrafficPolicy", name, change)
	}
	retryable := func(change func(manifest.Value)) func(*manifest.Object) bool { return policy("api-retryable", change) }
	triggers := []string{"spec", "retry", "retryOn", "triggers"}
	codes := []string{"spec", "retry", "retryOn", "httpStatusCodes"}
	route := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("HTTPRoute", name, change)
	}
	return []mutant{
		{"one retry more", "basic", retryable(planted.Put(4, "spec", "retry", "numRetries"))},
		{"one retry less", "basic", retryable(planted.Put(2, "spec", "retry", "numRetries"))},
		{"numRetries left out", "basic", retryable(planted.Remove("spec", "retry", "numRetries"))},
		{"codes without their trigger", "basic", retryable(planted.Without("retriable-status-codes", triggers...))},
		{"the trigger without codes", "basic", retryable(planted.Remove(codes...))},
		{"a code more", "basic", retryable(planted.With(500, codes...))},
		{"a code less", "basic", retryable(planted.Without("504", codes...))},
		{"a trigger more", "selective", retryable(planted.With("reset", triggers...))},
		{"a trigger less", "basic", retryable(planted.Without("reset", triggers...))},
		{"no retryOn", "basic", retryable(planted.Remove("spec", "retry", "retryOn"))},
		{"no retry", "basic", retryable(planted.Remove("spec", "retry"))},
		{"a POST is retried like a GET", "basic", policy("api", planted.With("reset", triggers...))},
		{"a method too many in the rule", "basic", route("api", func(v manifest.Value) {
			matches := v.At("spec", "rules").Index(1).At("matches")
			post := matches.Index(0).Copy()
			post.Put("method", "POST")
			matches.Append(post)
		})},
		{"the policies of the rules swapped", "basic", policy("api", func(v manifest.Value) {
			v.At("spec", "targetRefs").Index(0).Put("sectionName", "rule-0-retryable")
		})},
		{"the policy on another route", "basic", retryable(func(v manifest.Value) { v.At("spec", "targetRefs").Index(0).Put("name", "other") })},
		{"base and cap swapped", "jitter", retryable(func(v manifest.Value) {
			b := v.At("spec", "retry", "perRetry", "backOff")
			b.Put("baseInterval", "400ms")
			b.Put("maxInterval", "100ms")
		})},
		{"the cap left out", "jitter", retryable(planted.Remove("spec", "retry", "perRetry", "backOff", "maxInterval"))},
		{"the base doubled", "jitter", retryable(planted.Put("200ms", "spec", "retry", "perRetry", "backOff", "baseInterval"))},
		{"no timeout of a try", "timeout-of-a-try", retryable(planted.Remove("spec", "retry", "perRetry"))},
		{"no timeout of the request", "timeout-of-a-try", retryable(planted.Remove("spec", "timeout"))},
		{"the timeouts swapped", "timeout-of-a-try", retryable(func(v manifest.Value) {
			planted.Put("3s", "spec", "retry", "perRetry", "timeout")(v)
			planted.Put("500ms", "spec", "timeout", "http", "requestTimeout")(v)
		})},
		{"a larger budget", "budget", retryable(planted.Put(50, "spec", "circuitBreaker", "retryBudget", "percent", "numerator"))},
		{"the budget's floor left out", "budget", retryable(planted.Remove("spec", "circuitBreaker", "retryBudget", "minRetryConcurrency"))},
		{"a limit one higher", "circuit-breaker", planted.In("BackendTrafficPolicy", "api", planted.Put(11, "spec", "circuitBreaker", "maxParallelRetries"))},
		{"a key that is the same for all requests", "idempotency-key", route("orders", func(v manifest.Value) {
			v.At("spec", "rules").Index(0).At("filters").Index(0).At("requestHeaderModifier", "set").Index(0).Put("value", "${request_id}")
		})},
	}
}

// traefikMutants are faults of Traefik's objects.
func traefikMutants() []mutant {
	retry := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("Middleware", name, change)
	}
	attach := func(change func(rule manifest.Value)) func(*manifest.Object) bool {
		return planted.In("HTTPRoute", "api", func(v manifest.Value) { change(v.At("spec", "rules").Index(0)) })
	}
	return []mutant{
		{"attempts that do not count the first try", "basic", retry("api", planted.Put(3, "spec", "retry", "attempts"))},
		{"one attempt too many", "basic", retry("api", planted.Put(5, "spec", "retry", "attempts"))},
		{"attempts left out", "basic", retry("api", planted.Remove("spec", "retry", "attempts"))},
		{"no status", "basic", retry("api", planted.Remove("spec", "retry", "status"))},
		{"too many codes", "basic", retry("api", planted.With("500", "spec", "retry", "status"))},
		{"POST retried as well", "basic", retry("api", planted.Put(true, "spec", "retry", "retryNonIdempotentMethod"))},
		{"not for network errors", "basic", retry("api", planted.Put(true, "spec", "retry", "disableRetryOnNetworkError"))},
		{"for network errors", "backoff", retry("api", planted.Remove("spec", "retry", "disableRetryOnNetworkError"))},
		{"the middleware not attached", "basic", attach(func(rule manifest.Value) { rule.Remove("filters") })},
		{"a middleware that does not exist", "basic", attach(func(rule manifest.Value) {
			rule.At("filters").Index(0).At("extensionRef").Put("name", "apl")
		})},
		{"the interval three times as long", "jitter", retry("api", planted.Put("300ms", "spec", "retry", "initialInterval"))},
		{"no interval", "jitter", retry("api", planted.Remove("spec", "retry", "initialInterval"))},
	}
}

// kongMutants are faults of Kong's objects.
func kongMutants() []mutant {
	annotate := func(key string, change func(v manifest.Value, key string)) func(*manifest.Object) bool {
		return planted.In("Service", "api", func(v manifest.Value) { change(v.Make("metadata", "annotations"), "konghq.com/"+key) })
	}
	set := func(value string) func(manifest.Value, string) {
		return func(v manifest.Value, key string) { v.Put(key, value) }
	}
	drop := func(v manifest.Value, key string) { v.Remove(key) }
	route := false
	return []mutant{
		{"one retry more", "kong-annotation", annotate("retries", set("4"))},
		{"tries in place of retries", "kong-annotation", annotate("retries", set("2"))},
		{"the annotation left out", "kong-annotation", annotate("retries", drop)},
		{"a number that Kong does not read", "kong-annotation", annotate("retries", set("3.0"))},
		{"the annotation on the route instead of the Service", "kong-annotation", func(o *manifest.Object) bool {
			if o.ID().Kind == "HTTPRoute" {
				o.Root().Make("metadata", "annotations").Put("konghq.com/retries", "3")
				route = true
			}
			return annotate("retries", drop)(o) && route
		}},
		{"no timeout for receiving", "timeout-of-a-try", annotate("read-timeout", drop)},
		{"the timeout for receiving in seconds", "timeout-of-a-try", annotate("read-timeout", set("1"))},
	}
}
