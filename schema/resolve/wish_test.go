package resolve_test

import (
	"strings"
	"testing"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
)

func wishOf(t *testing.T, spec string) behavior.Behavior {
	t.Helper()
	policies, _ := input(t, strings.Replace(policy("p", "HTTPRoute x"), "maxRetries: 0", spec, 1))
	return resolve.Wish(policies[0].Spec)
}

func TestAWishHasWhatThePolicySaysAndNothingElse(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	want := behavior.Behavior{
		MaxRetries: behavior.Is(3), AttemptTimeout: behavior.Is(2 * s), TotalTimeout: behavior.Is(20 * s),
		Backoff:        behavior.Is(behavior.Backoff{Base: 100 * ms, Cap: s, Growth: 2, Jitter: behavior.HalfJitter}),
		Budget:         behavior.Is(behavior.Budget{Percent: 20, MinConcurrent: 5}),
		IdempotencyKey: behavior.Is("X-Key"),
	}
	want.Breaker.MaxConnections, want.Breaker.MaxParallelRetries = behavior.Is(int64(7)), behavior.Is(int64(8))
	want.Causes.Add(behavior.AllMethods, behavior.ConnectFailure)
	want.Causes.Add(behavior.GET|behavior.POST, behavior.Reset, behavior.AttemptTimeout)
	want.Causes.Add(behavior.GET|behavior.POST, behavior.Codes(502, 504)...)
	unavailable, _ := behavior.GRPC("UNAVAILABLE")
	want.Causes.Add(behavior.GET|behavior.POST, unavailable)
	got := wishOf(t, `maxRetries: 3, attemptTimeout: 2s, totalTimeout: 20s, backoff: {baseInterval: 100ms, maxInterval: 1s, jitter: Half},
  budget: {percent: 20, minConcurrentRetries: 5}, idempotencyKey: {header: X-Key}, circuitBreaker: {maxConnections: 7, maxParallelRetries: 8},
  retryOn: {conditions: [ConnectFailure, Reset, AttemptTimeout], statusCodes: ["502-504"], grpcStatuses: [UNAVAILABLE], methods: [GET, POST]}`)
	if got != want {
		t.Errorf("the wish is %+v, want %+v", got, want)
	}
}

func TestWhatAPolicyLeavesOutIsNoWish(t *testing.T) {
	got := wishOf(t, "maxRetries: 0")
	if want := (behavior.Behavior{MaxRetries: behavior.Is(0)}); got != want {
		t.Errorf("the wish is %+v", got)
	}
	got = wishOf(t, "maxRetries: 1, retryOn: {statusCodes: [503]}, backoff: {baseInterval: 1s}, budget: {percent: 0, interval: 3s, minRetriesPerSecond: 2}")
	code, _ := behavior.Code(503)
	if got.Causes[code] != behavior.IdempotentMethods {
		t.Errorf("without methods the wish is for %s", got.Causes[code])
	}
	if got.Backoff.Value != (behavior.Backoff{Base: time.Second, Growth: 2}) || got.Budget.Value != (behavior.Budget{Interval: 3 * time.Second, MinPerSecond: 2}) {
		t.Errorf("the wish is %+v and %+v", got.Backoff, got.Budget)
	}
}
