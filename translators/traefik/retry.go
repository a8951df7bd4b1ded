package traefik

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
)

// A retry is a retry middleware that Traefik can build.
type retry struct {
	from     string // "Middleware shop/api"
	attempts int    // the first try included
	interval time.Duration
	timeout  time.Duration
	status   [][2]int
	// network says that every method is retried as long as nothing of the request
	// was written.
	network       bool
	nonIdempotent bool
}

// readRetry reads the spec of a retry middleware; problem says why Traefik, or
// the API server before it, does not take it. The fields of 3.7 are nothing to
// older versions, whose CRD drops them.
func readRetry(v manifest.Value, from string, is37 bool) (r retry, problem string) {
	r = retry{from: from, network: true}
	attempts := v.At("attempts")
	n, ok := attempts.Int()
	switch {
	case attempts.Exists() && !attempts.IsNull() && !ok:
		return r, "attempts is not a whole number"
	case n <= 0:
		return r, "attempts is missing or not above 0"
	}
	r.attempts = int(min(n, math.MaxInt32))
	if r.interval, problem = interval(v.At("initialInterval")); problem != "" {
		return r, "initialInterval " + problem
	}
	if !is37 {
		return r, ""
	}
	if r.timeout, problem = interval(v.At("timeout")); problem != "" {
		return r, "timeout " + problem
	}
	if r.status, problem = ranges(v.At("status")); problem != "" {
		return r, "status " + problem
	}
	if bytes, ok := v.At("maxRequestBodyBytes").Int(); ok && bytes < -1 {
		return r, "maxRequestBodyBytes is less than -1"
	}
	disabled, _ := v.At("disableRetryOnNetworkError").Bool()
	if disabled && len(r.status) == 0 {
		return r, "disableRetryOnNetworkError stands without status"
	}
	r.network = !disabled
	r.nonIdempotent, _ = v.At("retryNonIdempotentMethod").Bool()
	return r, ""
}

// intervalForm is the CRD's pattern; a number without a unit passes it.
var intervalForm = regexp.MustCompile(`^([0-9]+(ns|us|µs|ms|s|m|h)?)+$`)

// interval reads a duration of a CRD of Traefik: a number without a unit, quoted
// or not, is seconds.
func interval(v manifest.Value) (d time.Duration, problem string) {
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

func (r retry) has(status int) bool {
	for _, s := range r.status {
		if s[0] <= status && status <= s[1] {
			return true
		}
	}
	return false
}

// methods are those that status codes are retried for. CONNECT is left out,
// because it has no path and does not match a rule with one.
func (r retry) methods() behavior.Methods {
	if r.nonIdempotent {
		return behavior.AllMethods
	}
	return behavior.IdempotentMethods
}

// causes gives what is retried. Traefik answers 502 for a lost or refused
// connection and 504 for a timeout, and its own answers count like the backend's
// (v3.7.13 pkg/proxy/httputil/proxy.go:236).
func (r retry) causes() (causes behavior.Causes) {
	if r.attempts == 1 {
		return causes
	}
	if r.network {
		causes.Add(behavior.AllMethods, behavior.ConnectFailure, behavior.ResetBeforeRequest)
	}
	for _, s := range r.status {
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

// unclear gives what is retried in part: a connection that is refused is 502 and
// one that is never made 504, so one of the two alone covers some of them.
func (r retry) unclear() (causes behavior.Causes) {
	if r.attempts > 1 && r.has(502) != r.has(504) {
		causes.Add(r.methods(), behavior.ConnectFailure)
	}
	if r.network {
		causes = behavior.Causes{} // all of them are retried
	}
	return causes
}

// backoff gives the waits; ok is false where behavior.Backoff has no form for
// them, which is a first wait above the bound that later ones are cut to.
func (r retry) backoff() (b behavior.Setting[behavior.Backoff], ok bool) {
	if r.attempts < 2 || r.interval <= 0 {
		return behavior.None[behavior.Backoff](), true
	}
	shape := behavior.Backoff{Base: r.interval, Cap: maxInterval, Growth: growth(r.attempts - 1), Jitter: behavior.HalfJitter}
	if r.interval > maxInterval {
		shape.Cap = 0
		if r.attempts > 2 {
			return behavior.Unclear[behavior.Backoff](), false
		}
	}
	return behavior.Is(shape), true
}

// growth is the factor between waits: all of them together do not double.
func growth(retries int) float64 { return math.Pow(2, 1/float64(retries)) }

// reached gives how many retries can come about: a wait that would end 15 minutes
// after the first try or later is not begun, and the client gets an empty 200.
func (r retry) reached() int {
	retries := r.attempts - 1
	if retries < 1 || r.interval <= 0 || sum(r.interval, retries, retries)/2 <= maxElapsed {
		return retries
	}
	low, high := 0, retries
	for low < high { // the most retries whose shortest waits fit
		if middle := low + (high-low+1)/2; sum(r.interval, retries, middle)/2 <= maxElapsed {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// sum gives the first n of a number of waits, without their jitter.
func sum(first time.Duration, retries, n int) time.Duration {
	if first <= maxInterval/2 { // no wait reaches the bound
		step := math.Ln2 / float64(retries)
		return clamp(float64(first) * math.Expm1(float64(n)*step) / math.Expm1(step))
	}
	total := 0.0
	for k := range min(n, 1000) { // of at least 30s each
		w := float64(first) * math.Pow(growth(retries), float64(k))
		if k > 0 || first <= maxInterval {
			w = min(w, float64(maxInterval))
		}
		total += w
	}
	return clamp(total)
}

func clamp(d float64) time.Duration { return time.Duration(min(d, math.MaxInt64/4)) }
