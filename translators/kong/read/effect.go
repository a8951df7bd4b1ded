package read

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/nginx"
)

// fill says what a rule's requests get.
func (r reading) fill(e *behavior.Effect, at kongRoute, v controller.Verdict, functions []*manifest.Object, problem string) {
	e.Backoff, e.Budget = behavior.None[behavior.Backoff](), behavior.None[behavior.Budget]()
	e.TotalTimeout = behavior.None[time.Duration]()
	none := behavior.None[int64]()
	e.Breaker = behavior.Breaker{MaxConnections: none, MaxPendingRequests: none, MaxParallelRequests: none, MaxParallelRetries: none}
	e.Never[behavior.RefusedStream] = !at.grpc
	r.number(e, at, v, functions, problem)
	r.causes(e, at, v)
	r.timeout(e, at, v)
	if missing := at.upstream.Origin["maxRetries"] + ": its annotations count"; len(at.upstream.Missing) > 0 {
		if e.MaxRetries.State == behavior.Unknown {
			e.Because(missing, "maxRetries", "retryOn")
		}
		if e.AttemptTimeout.State == behavior.Unknown {
			e.Because(missing, "attemptTimeout")
		}
	}
	bodies(e, at)
	r.nextBackend(e, at)
	r.key(e, at)
	e.Notes = append(e.Notes, ignored(at)...)
	for _, id := range r.plugins.Missing(at.routeHolder()) {
		e.Notes = append(e.Notes, fmt.Sprintf("%s is not in the input; with code in it that sets retries, something else would hold", id))
	}
	e.Behavior = e.Behavior.Normal()
}

// number finds how often a request is tried again.
func (r reading) number(e *behavior.Effect, at kongRoute, v controller.Verdict, functions []*manifest.Object, problem string) {
	u := at.upstream
	e.MaxRetries, e.Origin["maxRetries"] = u.Retries, u.Origin["maxRetries"]
	if strings.HasSuffix(u.Origin["maxRetries"], " "+api.RetriesKey) && controller.ByOperator(r.world, at.object) {
		e.Touch(api.RetriesOfOperator)
	}
	stopped := func(format string, args ...any) {
		why := fmt.Sprintf(format, args...)
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(0), why
		e.Notes = append(e.Notes, why)
		e.Because(why, behavior.Everything()...)
	}
	if off := r.plugins.Off(at.routeHolder(), r.serviceHolder(at)); len(functions) == 0 && off != nil {
		e.Because(off.ID().String()+" is disabled", "maxRetries", "retryOn")
	}
	switch {
	case len(at.services) == 0:
		stopped("it sends requests to no Service")
	case u.Differ != "":
		stopped("the controller drops the rule: %s, and Services of one rule must agree", u.Differ)
	case u.Refused != "" || problem != "":
		e.MaxRetries = behavior.Unclear[int]()
		if u.Refused != "" {
			e.Notes = append(e.Notes, u.Refused+": Kong refuses its whole configuration and keeps the one before")
			e.Because(e.Notes[len(e.Notes)-1], behavior.Everything()...)
		}
		if problem != "" {
			e.Notes = append(e.Notes, problem)
			e.Because(problem, behavior.Everything()...)
		}
	case v.Failed:
		stopped("every request is answered 500: Kong does not let the code in %s do what it does", names(functions))
	case v.Unclear:
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Unclear[int](), names(functions)+", which retryctl does not follow"
		e.Because("code that retryctl does not follow may set it: "+names(functions), "maxRetries", "retryOn", "attemptTimeout")
	case v.Retries.State == behavior.Set:
		e.MaxRetries, e.Origin["maxRetries"] = v.Retries, v.Number
	}
}

func names(functions []*manifest.Object) string {
	var list []string
	for _, o := range functions {
		list = append(list, o.ID().String())
	}
	return strings.Join(list, ", ")
}

// causes finds after what. Where the number is unknown it may be 0.
func (r reading) causes(e *behavior.Effect, at kongRoute, v controller.Verdict) {
	m := v.Mask
	if m == 0 {
		m = nginx.DefaultMask
	}
	e.Causes, e.Unclear = m.Causes(e.Methods)
	if m&nginx.OnInvalidHeader != 0 {
		e.Notes = append(e.Notes, "responses with an invalid header are tried again too")
	}
	if at.grpc {
		e.Unclear.Add(e.Methods, behavior.RefusedStream)
	}
	if v.Unclear || v.Mask != 0 && at.grpc { // it may choose any word
		e.Causes, e.Unclear = (nginx.OnError | nginx.OnTimeout | nginx.On500 | nginx.On502 | nginx.On503 | nginx.On504 | nginx.On403 | nginx.On404 | nginx.On429 | nginx.NonIdempotent).Causes(e.Methods)
	}
	if v.Unclear || v.Mask != 0 && at.grpc || e.MaxRetries.State == behavior.Unknown {
		e.Unclear = e.Unclear.Union(e.Causes)
		e.Causes = behavior.Causes{}
	}
	e.Origin["retryOn"] = "nginx' default"
	if v.Mask != 0 {
		e.Origin["retryOn"] = "set_next_upstream"
	}
}

// timeout reads the timeout for receiving as an idle one of a try: it is what ends a
// try at a backend that sends nothing.
func (r reading) timeout(e *behavior.Effect, at kongRoute, v controller.Verdict) {
	u := at.upstream
	connect, read := u.Connect, u.Read
	e.Origin["attemptTimeout"] = u.Origin["attemptTimeout"]
	if v.Read.State == behavior.Set {
		connect, read = v.Connect, v.Read
		e.Origin["attemptTimeout"] = v.Bounds + ", from one read to the next"
	}
	if v.Unclear {
		connect, read = behavior.Unclear[time.Duration](), behavior.Unclear[time.Duration]()
	}
	e.AttemptTimeout, e.Idle = read, true
	for _, other := range []struct {
		what  string
		value behavior.Setting[time.Duration]
	}{{"connecting", connect}, {"sending the request", u.Write}} {
		if other.value.State == behavior.Set && read.State == behavior.Set && other.value != read {
			e.Notes = append(e.Notes, fmt.Sprintf("%s can take %s in each try, not %s", other.what, behavior.Short(other.value.Value), behavior.Short(read.Value)))
		}
	}
}

// bodies: with request buffering nginx has the whole body, in a file where it is large,
// before the first try. Without it a request is not sent again once a byte of it was, but
// for a body that came along with the header (ngx_http_upstream_next; measured with nginx
// 1.22.1 and Kong 3.10). gRPC is never buffered (ngx_http_grpc_handler).
func bodies(e *behavior.Effect, at kongRoute) {
	e.Bodies, e.Origin["maxRequestBodyBytes"] = behavior.AnyBody(), "Kong's default: request buffering"
	unbuffered := func(origin string) {
		e.Bodies = behavior.Bodies{Limit: behavior.Is(int64(0)), Unsent: behavior.None[int64](), Larger: behavior.PerhapsSent}
		e.Origin["maxRequestBodyBytes"] = origin
	}
	switch value, _ := at.object.Annotation(api.BufferingKey); {
	case at.grpc:
		unbuffered("nginx sends gRPC on as it comes in")
	case value == "false" && at.object.ID().Kind != "Service":
		unbuffered(at.object.ID().String() + " " + api.BufferingKey)
	}
}

// key finds the header of a correlation-id plugin, which keeps the client's value
// and is the same for all tries of a request.
func (r reading) key(e *behavior.Effect, at kongRoute) {
	e.IdempotencyKey = behavior.None[string]()
	o, _ := r.plugins.Holding(api.CorrelationID, at.routeHolder(), r.serviceHolder(at))
	switch {
	case o == nil && len(at.upstream.Missing) > 0:
		e.IdempotencyKey = behavior.Unclear[string]()
	case o == nil:
	case !controller.Plain(o):
		e.IdempotencyKey = behavior.Unclear[string]()
	case gateway.ChangesHeader(at.rule, controller.Header(o)):
		e.Notes = append(e.Notes, "a filter of the rule changes the header "+controller.Header(o)+": its plugin, request-transformer (priority 801), comes after correlation-id (100001)")
	default:
		e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(controller.Header(o)), o.ID().String()
	}
}

// ignored tells what stands at a rule and has no effect.
func ignored(at kongRoute) []string {
	var notes []string
	if at.object.ID().Kind == "Service" {
		return nil
	}
	if _, ok := at.object.Annotation(api.RetriesKey); ok {
		notes = append(notes, fmt.Sprintf("the annotation %s of %s has no effect: it counts on Services only", api.RetriesKey, at.object.ID()))
	}
	if at.rule.At("retry").Exists() {
		notes = append(notes, "Kong ignores the retry stanza of the rule")
	}
	if at.rule.At("timeouts", "request").Exists() {
		notes = append(notes, "Kong ignores timeouts.request of the rule")
	}
	return notes
}
