package read

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx/api"
	"retryctl.dev/translators/ingressnginx/controller"
	"retryctl.dev/translators/nginx"
)

// effect is what the requests get that an Ingress serves.
func (r reading) effect(o *manifest.Object, methods behavior.Methods) behavior.Effect {
	e := behavior.Effect{Object: o.ID().String(), Methods: methods, Origin: map[string]string{}}
	none := behavior.None[int64]()
	e.TotalTimeout, e.IdempotencyKey = behavior.None[time.Duration](), behavior.None[string]()
	e.Backoff, e.Budget = behavior.None[behavior.Backoff](), behavior.None[behavior.Budget]()
	e.Breaker = behavior.Breaker{MaxConnections: none, MaxPendingRequests: none, MaxParallelRequests: none, MaxParallelRetries: none}
	if status := redirect(o); status != 0 {
		gateway.Answered(&e, status, "the Ingress redirects")
		return e
	}
	f := filling{&e, o, r.settings, protocol(o)}
	switch f.protocol {
	case grpc, "GRPCS":
		f.unbounded("gRPC")
		e.Unclear.Add(methods, behavior.RefusedStream)
	case "FCGI":
		f.unbounded("FastCGI")
		e.Never[behavior.RefusedStream] = true
	default:
		f.tries()
		f.causes()
		f.limit()
		e.Never[behavior.RefusedStream] = true
	}
	f.timeouts()
	f.nextBackend()
	f.bodies()
	f.snippets()
	e.Behavior = e.Behavior.Normal()
	return e
}

// A filling is an effect that is made of an Ingress.
type filling struct {
	*behavior.Effect
	ingress  *manifest.Object
	settings controller.Settings
	protocol string
}

const grpc = "GRPC"

// snippets leaves open what they speak of, since they are not read.
func (f filling) snippets() {
	if from := f.settings.Snippet(f.ingress, "_next_upstream"); from != "" {
		f.Hides(from + " speaks of tries, and snippets are not read")
		f.Because(from+" speaks of tries, and snippets are not read", "maxRetries", "retryOn")
		f.MaxRetries, f.Origin["maxRetries"], f.Origin["retryOn"] = behavior.Unclear[int](), from, from
		all, _ := (nginx.Off - 1).Causes(f.Methods)
		f.Causes, f.Unclear = behavior.Causes{}, f.Unclear.Union(all)
	}
	if from := f.settings.Snippet(f.ingress, "_timeout"); from != "" {
		f.Hides(from + " speaks of timeouts, and snippets are not read")
		f.Because(from+" speaks of timeouts, and snippets are not read", "attemptTimeout")
		f.AttemptTimeout, f.Origin["attemptTimeout"] = behavior.Unclear[time.Duration](), from
	}
}

// value gives that of a setting, and says what is passed over or not known.
func (f filling) value(key string, topics ...string) (v controller.Value, sure bool) {
	v = f.settings.Of(f.ingress, key)
	for _, why := range []string{v.Ignored, v.Unsure} {
		if why != "" {
			f.Notes = append(f.Notes, why)
			f.Because(why, topics...)
		}
	}
	return v, v.Unsure == ""
}

// number gives a whole number, of seconds or of tries.
func number(text string) int {
	n, _ := strconv.Atoi(text) //nolint:errcheck // what is no number has been passed over
	return n
}

// tries finds how often a request is tried.
func (f filling) tries() {
	v, sure := f.value(api.NextUpstreamTries, "maxRetries")
	f.Origin["maxRetries"] = v.Origin
	switch n := number(v.Text); {
	case !sure:
		f.MaxRetries = behavior.Unclear[int]()
	case n == 0:
		f.MaxRetries = behavior.Is(behavior.Unlimited)
		f.endless(api.NextUpstreamTries + " 0 is no limit: one pod that refuses connections is tried again without a wait until the client gives up")
	default:
		f.MaxRetries = behavior.Is(n - 1)
		if v.Origin != controller.Default {
			f.Origin["maxRetries"] += ", which counts the first try"
		}
	}
}

// endless says why tries have no limit, unless a snippet may have set one.
func (f filling) endless(why string) {
	if f.settings.Snippet(f.ingress, "_next_upstream") == "" {
		f.Notes = append(f.Notes, why)
	}
}

// unbounded is a backend for whose protocol nothing of proxy-next-upstream is written.
func (f filling) unbounded(name string) {
	from := fmt.Sprintf("%s %s", f.ingress.ID(), api.Prefix+api.BackendProtocol)
	f.MaxRetries = behavior.Is(behavior.Unlimited)
	f.Origin["maxRetries"], f.Origin["retryOn"] = from+": nginx' default for "+name, from+": nginx' default for "+name
	f.Causes, f.Unclear = nginx.DefaultMask.Causes(f.Methods)
	f.endless("nothing of " + api.NextUpstream + " holds for " + name + " backends, which are tried again without any limit: one pod that refuses connections is, without a wait, until the client gives up")
	f.Because(api.NextUpstream+" does not hold for "+name+" backends", "maxRetries", "retryOn")
}

// causes finds after what.
func (f filling) causes() {
	v, sure := f.value(api.NextUpstream, "retryOn")
	var m nginx.Mask
	for _, word := range strings.Fields(v.Text) {
		m |= nginx.WordMask(word)
	}
	f.Origin["retryOn"] = v.Origin
	if all, _ := f.value(api.NonIdempotent, "retryOn"); all.Text == "true" && m&nginx.NonIdempotent == 0 {
		m |= nginx.NonIdempotent
		f.Origin["retryOn"] += ", for every method by " + all.Origin
	}
	if m&nginx.OnInvalidHeader != 0 && m&nginx.Off == 0 {
		f.Notes = append(f.Notes, "responses with an invalid header are tried again too")
	}
	f.Causes, f.Unclear = m.Causes(f.Methods)
	if m&(nginx.Off|nginx.DefaultMask) == 0 {
		f.Because(fmt.Sprintf("%s is %q, which takes the place of error and timeout", api.NextUpstream, v.Text), "ConnectFailure", "ResetBeforeRequest", "Reset", "AttemptTimeout")
	}
	if !sure {
		f.Causes, f.Unclear = (nginx.Off - 1).Causes(f.Methods)
	}
	if !sure || f.MaxRetries.State == behavior.Unknown {
		f.Unclear = f.Unclear.Union(f.Causes)
		f.Causes = behavior.Causes{}
	}
}

// limit is the time after which no new try begins.
func (f filling) limit() {
	if v, sure := f.value(api.NextUpstreamTimeout, "totalTimeout"); sure && number(v.Text) > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("no new try starts after a failure later than %s; a try that runs is not stopped", behavior.Short(span(v.Text))))
		f.Origin["totalTimeout"] = v.Origin + " only stops new tries"
	}
}

func span(text string) time.Duration { return time.Duration(number(text)) * time.Second }

// timeouts reads the one for receiving as an idle timeout of a try: it is what ends a try
// at a backend that sends nothing.
func (f filling) timeouts() {
	f.Idle = true
	read, sure := f.value(api.ReadTimeout, "attemptTimeout")
	f.AttemptTimeout, f.Origin["attemptTimeout"] = behavior.Is(span(read.Text)), read.Origin+", from one read to the next"
	if !sure {
		f.AttemptTimeout = behavior.Unclear[time.Duration]()
		return
	}
	for _, other := range [][2]string{{api.ConnectTimeout, "connecting"}, {api.SendTimeout, "sending the request"}} {
		if v, sure := f.value(other[0]); sure && v.Text != read.Text {
			f.Notes = append(f.Notes, fmt.Sprintf("%s can take %s in each try, not %s", other[1], behavior.Short(span(v.Text)), behavior.Short(span(read.Text))))
		}
	}
}
