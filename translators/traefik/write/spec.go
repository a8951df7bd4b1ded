package write

import (
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// A config is what a retry middleware is to say. The zero value is none at all:
// nothing of the wish can be carried.
type config struct {
	attempts int
	// network says that failures before the request was written are retried.
	network       bool
	status        string // codes and ranges, with commas
	nonIdempotent bool
	// interval and timeout are 0 where nobody wishes them.
	interval, timeout time.Duration
	// body is the largest one that is sent again, where somebody wishes one.
	body behavior.Setting[int64]
}

// configure gives the middleware for a wish. timeouts says that a try's timeout
// is attached, so that a try can end by it.
func configure(want behavior.Behavior, timeouts, is37 bool) config {
	c := config{attempts: 1 + want.MaxRetries.Value}
	c.network = want.Causes[behavior.ConnectFailure]|want.Causes[behavior.ResetBeforeRequest] != 0
	if is37 {
		c.status, c.nonIdempotent = statuses(want.Causes, timeouts)
		if want.TotalTimeout.State == behavior.Set {
			c.timeout = want.TotalTimeout.Value
		}
		c.body = want.Bodies.Limit
	}
	if c.attempts < 2 || !c.network && c.status == "" {
		return config{}
	}
	if want.Backoff.State == behavior.Set {
		c.interval = bounded(want.Backoff.Value.Base, c.attempts-1)
	}
	return c
}

// statuses gives the codes to retry, and whether they are for POST and PATCH as
// well. A lost connection is 502 and a timeout 504; where the wish does not name
// the code itself, it is only added for methods that may run twice.
func statuses(causes behavior.Causes, timeouts bool) (status string, nonIdempotent bool) {
	var codes []int
	var methods behavior.Methods
	for _, c := range causes.List(behavior.AllMethods) {
		if code, ok := c.Status(); ok {
			codes = append(codes, code)
			methods |= causes[c]
		}
	}
	for _, own := range []struct {
		cause   behavior.Cause
		code    int
		carried bool
	}{{behavior.Reset, 502, true}, {behavior.AttemptTimeout, 504, timeouts}} {
		wished := causes[own.cause]
		if own.carried && wished != 0 && wished&^behavior.IdempotentMethods == 0 && !slices.Contains(codes, own.code) {
			codes = append(codes, own.code)
			methods |= wished
		}
	}
	slices.Sort(codes)
	return join(codes), methods&(behavior.POST|behavior.PATCH) != 0
}

// join draws runs of codes together: "502,520-529".
func join(codes []int) string {
	var parts []string
	for i := 0; i < len(codes); i++ {
		r := schema.CodeRange{First: codes[i], Last: codes[i]}
		for i+1 < len(codes) && codes[i+1] == r.Last+1 {
			i++
			r.Last = codes[i]
		}
		if r.Last == r.First+1 { // two codes read better apart
			parts = append(parts, schema.CodeRange{First: r.First, Last: r.First}.String())
			r.First = r.Last
		}
		parts = append(parts, r.String())
	}
	return strings.Join(parts, ",")
}

// bounded shortens an interval so that all waits at their longest stay well below
// the time after which Traefik answers an empty 200.
func bounded(first time.Duration, retries int) time.Duration {
	first = min(first, api.MaxInterval)
	for {
		longest := 3 * (controller.Sum(first, retries, retries) / 2)
		if longest <= api.WaitLimit {
			return first
		}
		first = min(time.Duration(float64(first)*float64(api.WaitLimit)/float64(longest)), first-time.Millisecond).Truncate(time.Millisecond)
	}
}

// write puts the config into the spec of a Middleware that is new or already
// retries. What nobody wishes stays.
func (c config) write(spec manifest.Value, is37 bool) {
	retry := spec.Make("retry")
	retry.Put("attempts", c.attempts)
	if c.interval > 0 {
		retry.Put("initialInterval", gateway.Duration(c.interval))
	} else if old := retry.At("initialInterval"); old.Exists() {
		d, problem := controller.Interval(old)
		if short := bounded(d, c.attempts-1); problem != "" || d <= 0 {
			retry.Remove("initialInterval")
		} else if short != d {
			retry.Put("initialInterval", gateway.Duration(short))
		}
	}
	if !is37 {
		return
	}
	if c.timeout > 0 {
		retry.Put("timeout", gateway.Duration(c.timeout))
	} else if _, problem := controller.Interval(retry.At("timeout")); problem != "" {
		retry.Remove("timeout")
	}
	flag := func(name string, on bool) {
		retry.Remove(name)
		if on {
			retry.Put(name, true)
		}
	}
	retry.Remove("status")
	if c.status != "" {
		retry.Put("status", strings.Split(c.status, ","))
		n, ok := retry.At("maxRequestBodyBytes").Int()
		switch {
		case c.body.State == behavior.Set:
			retry.Put("maxRequestBodyBytes", c.body.Value)
		case !ok || n < -1:
			retry.Put("maxRequestBodyBytes", api.BodyLimit)
		}
	}
	flag("disableRetryOnNetworkError", !c.network)
	flag("retryNonIdempotentMethod", c.nonIdempotent)
}
