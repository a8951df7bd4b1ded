package dataplane

import (
	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/manifest"
)

// envoyGatewayFaults are faults of Envoy Gateway's objects.
func envoyGatewayFaults() []planted.Fault {
	policy := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("BackendTrafficPolicy", name, change)
	}
	retryable := func(change func(manifest.Value)) func(*manifest.Object) bool { return policy("api-retryable", change) }
	triggers := []string{"spec", "retry", "retryOn", "triggers"}
	codes := []string{"spec", "retry", "retryOn", "httpStatusCodes"}
	route := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("HTTPRoute", name, change)
	}
	return []planted.Fault{
		planted.New("one retry more", "basic", retryable(planted.Put(4, "spec", "retry", "numRetries"))),
		planted.New("one retry less", "basic", retryable(planted.Put(2, "spec", "retry", "numRetries"))),
		planted.New("numRetries left out", "basic", retryable(planted.Remove("spec", "retry", "numRetries"))),
		planted.New("codes without their trigger", "basic", retryable(planted.Without("retriable-status-codes", triggers...))),
		planted.New("the trigger without codes", "basic", retryable(planted.Remove(codes...))),
		planted.New("a code more", "basic", retryable(planted.With(500, codes...))),
		planted.New("a code less", "basic", retryable(planted.Without("504", codes...))),
		planted.New("a trigger more", "selective", retryable(planted.With("reset", triggers...))),
		planted.New("a trigger less", "basic", retryable(planted.Without("reset", triggers...))),
		planted.New("no retryOn", "basic", retryable(planted.Remove("spec", "retry", "retryOn"))),
		planted.New("no retry", "basic", retryable(planted.Remove("spec", "retry"))),
		planted.New("a POST is retried like a GET", "basic", policy("api", planted.With("reset", triggers...))),
		planted.New("a method too many in the rule", "basic", route("api", func(v manifest.Value) {
			matches := v.At("spec", "rules").Index(1).At("matches")
			post := matches.Index(0).Copy()
			post.Put("method", "POST")
			matches.Append(post)
		})),
		planted.New("the policies of the rules swapped", "basic", policy("api", func(v manifest.Value) {
			v.At("spec", "targetRefs").Index(0).Put("sectionName", "rule-0-retryable")
		})),
		planted.New("the policy on another route", "basic", retryable(func(v manifest.Value) { v.At("spec", "targetRefs").Index(0).Put("name", "other") })),
		planted.New("base and cap swapped", "jitter", retryable(func(v manifest.Value) {
			b := v.At("spec", "retry", "perRetry", "backOff")
			b.Put("baseInterval", "400ms")
			b.Put("maxInterval", "100ms")
		})),
		planted.New("the cap left out", "jitter", retryable(planted.Remove("spec", "retry", "perRetry", "backOff", "maxInterval"))),
		planted.New("the base doubled", "jitter", retryable(planted.Put("200ms", "spec", "retry", "perRetry", "backOff", "baseInterval"))),
		planted.New("no timeout of a try", "timeout-of-a-try", retryable(planted.Remove("spec", "retry", "perRetry"))),
		planted.New("no timeout of the request", "timeout-of-a-try", retryable(planted.Remove("spec", "timeout"))),
		planted.New("the timeouts swapped", "timeout-of-a-try", retryable(func(v manifest.Value) {
			planted.Put("3s", "spec", "retry", "perRetry", "timeout")(v)
			planted.Put("500ms", "spec", "timeout", "http", "requestTimeout")(v)
		})),
		planted.New("a larger budget", "budget", retryable(planted.Put(50, "spec", "circuitBreaker", "retryBudget", "percent", "numerator"))),
		planted.New("the budget's floor left out", "budget", retryable(planted.Remove("spec", "circuitBreaker", "retryBudget", "minRetryConcurrency"))),
		planted.New("a limit one higher", "circuit-breaker", planted.In("BackendTrafficPolicy", "api", planted.Put(11, "spec", "circuitBreaker", "maxParallelRetries"))),
		planted.New("a key that is the same for all requests", "idempotency-key", route("orders", func(v manifest.Value) {
			v.At("spec", "rules").Index(0).At("filters").Index(0).At("requestHeaderModifier", "set").Index(0).Put("value", "${request_id}")
		})),
	}
}

// traefikFaults are faults of Traefik's objects.
func traefikFaults() []planted.Fault {
	retry := func(name string, change func(manifest.Value)) func(*manifest.Object) bool {
		return planted.In("Middleware", name, change)
	}
	attach := func(change func(rule manifest.Value)) func(*manifest.Object) bool {
		return planted.In("HTTPRoute", "api", func(v manifest.Value) { change(v.At("spec", "rules").Index(0)) })
	}
	return []planted.Fault{
		planted.New("attempts that do not count the first try", "basic", retry("api", planted.Put(3, "spec", "retry", "attempts"))),
		planted.New("one attempt too many", "basic", retry("api", planted.Put(5, "spec", "retry", "attempts"))),
		planted.New("attempts left out", "basic", retry("api", planted.Remove("spec", "retry", "attempts"))),
		planted.New("no status", "basic", retry("api", planted.Remove("spec", "retry", "status"))),
		planted.New("too many codes", "basic", retry("api", planted.With("500", "spec", "retry", "status"))),
		planted.New("POST retried as well", "basic", retry("api", planted.Put(true, "spec", "retry", "retryNonIdempotentMethod"))),
		planted.New("not for network errors", "basic", retry("api", planted.Put(true, "spec", "retry", "disableRetryOnNetworkError"))),
		planted.New("for network errors", "backoff", retry("api", planted.Remove("spec", "retry", "disableRetryOnNetworkError"))),
		planted.New("the middleware not attached", "basic", attach(func(rule manifest.Value) { rule.Remove("filters") })),
		planted.New("a middleware that does not exist", "basic", attach(func(rule manifest.Value) {
			rule.At("filters").Index(0).At("extensionRef").Put("name", "apl")
		})),
		planted.New("the interval three times as long", "jitter", retry("api", planted.Put("300ms", "spec", "retry", "initialInterval"))),
		planted.New("no interval", "jitter", retry("api", planted.Remove("spec", "retry", "initialInterval"))),
	}
}

// kongFaults are faults of Kong's objects.
func kongFaults() []planted.Fault {
	annotate := func(key string, change func(v manifest.Value, key string)) func(*manifest.Object) bool {
		return planted.In("Service", "api", func(v manifest.Value) { change(v.Make("metadata", "annotations"), "konghq.com/"+key) })
	}
	set := func(value string) func(manifest.Value, string) {
		return func(v manifest.Value, key string) { v.Put(key, value) }
	}
	drop := func(v manifest.Value, key string) { v.Remove(key) }
	route := false
	return []planted.Fault{
		planted.New("one retry more", "kong-annotation", annotate("retries", set("4"))),
		planted.New("tries in place of retries", "kong-annotation", annotate("retries", set("2"))),
		planted.New("the annotation left out", "kong-annotation", annotate("retries", drop)),
		planted.New("a number that Kong does not read", "kong-annotation", annotate("retries", set("3.0"))),
		planted.New("the annotation on the route instead of the Service", "kong-annotation", func(o *manifest.Object) bool {
			if o.ID().Kind == "HTTPRoute" {
				o.Root().Make("metadata", "annotations").Put("konghq.com/retries", "3")
				route = true
			}
			return annotate("retries", drop)(o) && route
		}),
		planted.New("no timeout for receiving", "timeout-of-a-try", annotate("read-timeout", drop)),
		planted.New("the timeout for receiving in seconds", "timeout-of-a-try", annotate("read-timeout", set("1"))),
	}
}
