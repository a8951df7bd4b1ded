package controller

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/traefik/api"
)

// A Retry is a retry middleware that Traefik can build.
type Retry struct {
	From     string // "Middleware shop/api"
	Attempts int    // the first try included
	Interval time.Duration
	Timeout  time.Duration
	Status   [][2]int
	// network says that every method is retried as long as nothing of the request
	// was written.
	network       bool
	nonIdempotent bool
	// body is the largest body that is kept, and -1 any; it counts beside status alone.
	body int64
}

// readRetry reads the spec of a retry middleware; problem says why Traefik, or
// the API server before it, does not take it. The fields of 3.7 are nothing to
// older versions, whose CRD drops them.
func readRetry(v manifest.Value, from string, is37 bool) (r Retry, problem string) {
	r = Retry{From: from, network: true, body: api.DefaultBody}
	attempts := v.At("attempts")
	n, ok := attempts.Int()
	switch {
	case attempts.Exists() && !attempts.IsNull() && !ok:
		return r, "attempts is not a whole number"
	case n <= 0:
		return r, "attempts is missing or not above 0"
	}
	r.Attempts = int(min(n, math.MaxInt32))
	if r.Interval, problem = Interval(v.At("initialInterval")); problem != "" {
		return r, "initialInterval " + problem
	}
	if !is37 {
		return r, ""
	}
	if r.Timeout, problem = Interval(v.At("timeout")); problem != "" {
		return r, "timeout " + problem
	}
	if r.Status, problem = ranges(v.At("status")); problem != "" {
		return r, "status " + problem
	}
	if bytes, ok := v.At("maxRequestBodyBytes").Int(); ok {
		r.body = bytes
	}
	if r.body < -1 {
		return r, "maxRequestBodyBytes is less than -1"
	}
	disabled, _ := v.At("disableRetryOnNetworkError").Bool()
	if disabled && len(r.Status) == 0 {
		return r, "disableRetryOnNetworkError stands without status"
	}
	r.network = !disabled
	r.nonIdempotent, _ = v.At("retryNonIdempotentMethod").Bool()
	return r, ""
}

// intervalForm is the CRD's pattern; a number without a unit passes it.
var intervalForm = regexp.MustCompile(`^([0-9]+(ns|us|µs|ms|s|m|h)?)+$`)

// Interval reads a duration of a CRD of Traefik: a number without a unit, quoted
// or not, is seconds.
func Interval(v manifest.Value) (d time.Duration, problem string) {
	if !v.Exists() || v.IsNull() {
		return 0, ""
	}
	text := v.Text()
	if n, ok := v.Int(); ok {
		text = strconv.FormatInt(n, 10)
	} else if v.Tag() != "!!str" || !intervalForm.MatchString(text) {
		return 0, fmt.Sprintf("%q is no duration", text)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n > math.MaxInt32 || n < math.MinInt32 {
			return 0, text + " is too long"
		}
		return time.Duration(n) * time.Second, ""
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Sprintf("%q has a number without a unit", text)
	}
	return d, ""
}

var statusForm = regexp.MustCompile(`^([1-5][0-9]{2}[,-]?)+$`)

// ranges reads status codes, of which an item holds one, or one range (v3.7.13
// pkg/types/http_code_range.go:15).
func ranges(v manifest.Value) (list [][2]int, problem string) {
	for _, item := range v.Items() {
		text := item.Text()
		if item.Tag() != "!!str" || !statusForm.MatchString(text) {
			return nil, fmt.Sprintf("%q is no text with a code or a range", text)
		}
		parts := strings.Split(text, "-")
		first, err := strconv.Atoi(parts[0])
		last := first
		if err == nil && len(parts) > 1 {
			last, err = strconv.Atoi(parts[1])
		}
		if err != nil {
			return nil, fmt.Sprintf("%q is neither one code nor one range", text)
		}
		list = append(list, [2]int{first, last})
	}
	return list, ""
}

func (r Retry) has(status int) bool {
	for _, s := range r.Status {
		if s[0] <= status && status <= s[1] {
			return true
		}
	}
	return false
}

// methods are those that status codes are retried for. CONNECT is left out,
// because it has no path and does not match a rule with one.
func (r Retry) methods() behavior.Methods {
	if r.nonIdempotent {
		return behavior.AllMethods
	}
	return behavior.IdempotentMethods
}

// Causes gives what is retried. Traefik answers 502 for a lost or refused
// connection and 504 for a timeout, and its own answers count like the backend's
// (v3.7.13 pkg/proxy/httputil/proxy.go:236).
func (r Retry) Causes() (causes behavior.Causes) {
	if r.Attempts == 1 {
		return causes
	}
	if r.network {
		causes.Add(behavior.AllMethods, behavior.ConnectFailure, behavior.ResetBeforeRequest)
	}
	for _, s := range r.Status {
		causes.Add(r.methods(), behavior.Codes(max(s[0], 400), min(s[1], 599))...)
	}
	if r.has(502) {
		causes.Add(r.methods(), behavior.ResetBeforeRequest, behavior.Reset)
	}
	if r.has(504) {
		causes.Add(r.methods(), behavior.AttemptTimeout)
	}
	if r.has(502) && r.has(504) {
		causes.Add(r.methods(), behavior.ConnectFailure)
	}
	return causes
}

// Unclear gives what is retried in part: a connection that is refused is 502 and
// one that is never made 504, so one of the two alone covers some of them.
func (r Retry) Unclear() (causes behavior.Causes) {
	if r.Attempts > 1 && r.has(502) != r.has(504) {
		causes.Add(r.methods(), behavior.ConnectFailure)
	}
	if r.network {
		causes = behavior.Causes{} // all of them are retried
	}
	return causes
}

// Bodies gives the bodies with which a request is tried again. Only for status they are
// kept; as long as nothing of the request was written, none has to be. Until 3.7.6
// larger ones were refused (traefik/traefik#13039; v3.7.13
// pkg/middlewares/retry/retry.go:158; sizes measured with 3.7.13).
func (r Retry) Bodies(refuses bool) behavior.Bodies {
	if len(r.Status) == 0 || r.body < 0 {
		return behavior.AnyBody()
	}
	if refuses {
		return behavior.Bodies{Limit: behavior.Is(r.body), Unsent: behavior.Is(r.body), Larger: behavior.Refused}
	}
	return behavior.Bodies{Limit: behavior.Is(r.body), Unsent: behavior.None[int64](), Larger: behavior.SentOnce}
}

// Backoff gives the waits; ok is false where behavior.Backoff has no form for
// them, which is a first wait above the bound that later ones are cut to.
func (r Retry) Backoff() (b behavior.Setting[behavior.Backoff], ok bool) {
	if r.Attempts < 2 || r.Interval <= 0 {
		return behavior.None[behavior.Backoff](), true
	}
	shape := behavior.Backoff{Base: r.Interval, Cap: api.MaxInterval, Growth: growth(r.Attempts - 1), Jitter: behavior.HalfJitter}
	if r.Interval > api.MaxInterval {
		shape.Cap = 0
		if r.Attempts > 2 {
			return behavior.Unclear[behavior.Backoff](), false
		}
	}
	return behavior.Is(shape), true
}

// growth is the factor between waits: all of them together do not double.
func growth(retries int) float64 { return math.Pow(2, 1/float64(retries)) }

// Reached gives how many retries can come about: a wait that would end 15 minutes
// after the first try or later is not begun, and the client gets an empty 200.
func (r Retry) Reached() int {
	retries := r.Attempts - 1
	if retries < 1 || r.Interval <= 0 || Sum(r.Interval, retries, retries)/2 <= api.MaxElapsed {
		return retries
	}
	low, high := 0, retries
	for low < high { // the most retries whose shortest waits fit
		if middle := low + (high-low+1)/2; Sum(r.Interval, retries, middle)/2 <= api.MaxElapsed {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// Sum gives the first n of a number of waits, without their jitter.
func Sum(first time.Duration, retries, n int) time.Duration {
	if first <= api.MaxInterval/2 { // no wait reaches the bound
		step := math.Ln2 / float64(retries)
		return clamp(float64(first) * math.Expm1(float64(n)*step) / math.Expm1(step))
	}
	total := 0.0
	for k := range min(n, 1000) { // of at least 30s each
		w := float64(first) * math.Pow(growth(retries), float64(k))
		if k > 0 || first <= api.MaxInterval {
			w = min(w, float64(api.MaxInterval))
		}
		total += w
	}
	return clamp(total)
}

func clamp(d float64) time.Duration { return time.Duration(min(d, math.MaxInt64/4)) }
