package read

import (
	"fmt"
	"math"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// mayRetry is what a middleware that cannot be seen may retry at most.
var mayRetry = append(behavior.Codes(400, 599),
	behavior.ConnectFailure, behavior.ResetBeforeRequest, behavior.Reset, behavior.AttemptTimeout)

// unretried is a router without a retry middleware: nothing in Traefik retries,
// bounds a request as a whole, or counts what is in flight.
func unretried() behavior.Behavior {
	none := behavior.None[int64]()
	return behavior.Behavior{
		MaxRetries: behavior.Is(0), AttemptTimeout: behavior.None[time.Duration](), TotalTimeout: behavior.None[time.Duration](),
		Backoff: behavior.None[behavior.Backoff](), Budget: behavior.None[behavior.Budget](),
		Breaker:        behavior.Breaker{MaxConnections: none, MaxPendingRequests: none, MaxParallelRequests: none, MaxParallelRetries: none},
		NextBackend:    behavior.Is(behavior.AnyBackend),
		Bodies:         behavior.AnyBody(),
		IdempotencyKey: behavior.None[string](),
	}
}

// fill has an effect say what a stack of middlewares does with the requests to a
// backend. path says that the router looks at the path.
func (r reading) fill(e *behavior.Effect, s controller.Stack, b backend, path bool) {
	e.Behavior = unretried()
	e.Origin["maxRetries"] = "no retry middleware: Traefik does not retry by itself"
	e.Origin["nextBackend"] = "Traefik's balancer, which passes over nobody (traefik/traefik#2723)"
	e.AttemptTimeout, e.Origin["attemptTimeout"] = b.timeout, controller.OrElse(b.origin, "the rule has no backend")
	e.Notes = append(e.Notes, b.notes...)
	if b.sticky {
		e.Origin["nextBackend"] += "; a request with the cookie of services[].sticky goes to its server again"
	}
	if s.Broken != "" {
		e.Origin["maxRetries"] = s.Broken
		e.Because(s.Broken+": Traefik leaves the router out", behavior.Everything()...)
		e.Notes = append(e.Notes, s.Broken+": Traefik leaves the router out, and every request is answered 404")
		return
	}
	e.Notes = append(e.Notes, s.Hidden...)
	switch {
	case len(s.Retries) == 1:
		single(e, s.Retries[0])
		r.bodies(e, s.Retries)
	case len(s.Retries) > 1:
		several(e, s.Retries)
		r.bodies(e, s.Retries)
	case len(s.Hidden) > 0:
		e.MaxRetries, e.Backoff = behavior.Unclear[int](), behavior.Unclear[behavior.Backoff]()
		e.Origin["maxRetries"] = "a middleware that cannot be seen"
		e.Because(strings.Join(s.Hidden, "; "), "maxRetries", "retryOn", "backoff", "maxRequestBodyBytes")
		e.Unclear.Add(behavior.AllMethods, mayRetry...)
		e.Bodies, e.Origin["maxRequestBodyBytes"] = behavior.UnclearBodies(), e.Origin["maxRetries"]
	}
	if b.http2 {
		refusals(e)
	}
	e.Never[behavior.RefusedStream] = !b.http2
	if !path {
		connect(e)
	}
	e.Behavior = e.Behavior.Normal()
}

// refusals leaves open what follows a refused stream: Go's HTTP client sends a
// request without a body up to six times more by itself, whatever the middlewares
// say, and waits longer each time (measured: seven tries in 31s).
func refusals(e *behavior.Effect) {
	e.Unclear.Add(behavior.AllMethods, behavior.RefusedStream)
	if e.MaxRetries == behavior.Is(0) {
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Unclear[int](), "Go's HTTP client, which sends a request again whose HTTP/2 stream was refused"
	}
}

// connect leaves open whether a CONNECT is retried by status, where a router
// looks at no path: only then can one reach it.
func connect(e *behavior.Effect) {
	for c, methods := range e.Causes {
		if !behavior.Cause(c).Safe() && methods != 0 {
			e.Unclear[c] |= behavior.CONNECT &^ methods
		}
	}
}

// single is one retry middleware.
func single(e *behavior.Effect, r controller.Retry) {
	from := r.From + " spec.retry"
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(r.Attempts-1), from+".attempts, which counts the first try"
	e.Causes, e.Origin["retryOn"] = r.Causes(), from
	e.Unclear = e.Unclear.Union(r.Unclear())
	backoff, exact := r.Backoff()
	e.Backoff, e.Origin["backoff"] = backoff, from+".initialInterval"
	if r.Interval <= 0 {
		e.Origin["backoff"] = "no initialInterval: Traefik retries at once"
	}
	if !exact {
		e.Notes = append(e.Notes, fmt.Sprintf("the first wait is around %s, and later ones around %s", behavior.Short(r.Interval), behavior.Short(api.MaxInterval)))
	}
	if reached := r.Reached(); reached < r.Attempts-1 {
		e.MaxRetries = behavior.Is(reached)
	}
	notes(e, r)
}

// notes says what a Behavior has no field for.
func notes(e *behavior.Effect, r controller.Retry) {
	if retries := r.Attempts - 1; retries > 0 && r.Interval > 0 && 3*(controller.Sum(r.Interval, retries, retries)/2) > api.MaxElapsed {
		e.Notes = append(e.Notes, fmt.Sprintf("%s can wait longer than %s in all: Traefik then gives up and answers 200 without a body", r.From, behavior.Short(api.MaxElapsed)))
	}
	if r.Timeout > 0 {
		e.Notes = append(e.Notes, fmt.Sprintf("no new try starts after a failure later than %s; a try that runs is not stopped", behavior.Short(r.Timeout)))
		e.Origin["totalTimeout"] = r.From + " spec.retry.timeout only stops new tries"
	}
	for _, s := range r.Status {
		if s[0] < 400 && s[0] <= s[1] {
			e.Notes = append(e.Notes, fmt.Sprintf("responses with status %d to %d are retried too", s[0], min(s[1], 399)))
		}
	}
}

// several are retry middlewares inside of each other. Where all retry the same,
// the tries multiply; else how many there are depends on which of them fails how.
func several(e *behavior.Effect, list []controller.Retry) {
	tries, waits := 1, false
	same := true
	for _, r := range list {
		same = same && r.Causes() == list[0].Causes()
		e.Causes = e.Causes.Union(r.Causes())
		e.Unclear = e.Unclear.Union(r.Unclear())
		tries = min(tries*r.Attempts, math.MaxInt32)
		waits = waits || r.Interval > 0
		notes(e, r)
	}
	e.Origin["retryOn"] = fmt.Sprintf("%d retry middlewares, from %s to %s", len(list), list[0].From, list[len(list)-1].From)
	e.Origin["maxRetries"] = e.Origin["retryOn"]
	e.Notes = append(e.Notes, fmt.Sprintf("%d retry middlewares stand inside of each other, and their tries multiply", len(list)))
	e.MaxRetries = behavior.Is(tries - 1)
	if !same {
		e.MaxRetries = behavior.Unclear[int]()
	}
	if waits {
		e.Backoff = behavior.Unclear[behavior.Backoff]()
	}
}

// bodies is the least that the middlewares of a router keep: each keeps what it sends
// again itself.
func (r reading) bodies(e *behavior.Effect, list []controller.Retry) {
	for _, one := range list {
		if one.Attempts > 1 {
			e.Touch(api.AnyRetry)
		}
		if one.Attempts > 1 && len(one.Status) > 0 {
			e.Touch(api.ByStatus)
		}
	}
	e.Origin["maxRequestBodyBytes"] = "Traefik keeps nothing of a request that it sends again only while nothing was written"
	for _, one := range list {
		b := one.Bodies(r.Refuses)
		if b.Limit.State != behavior.Set {
			continue
		}
		if e.Bodies.Limit.State != behavior.Set || b.Limit.Value < e.Bodies.Limit.Value {
			e.Bodies, e.Origin["maxRequestBodyBytes"] = b, one.From+" spec.retry.maxRequestBodyBytes"
		}
	}
}
