package envoy

import (
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
)

// Envoy's own values where a policy is silent.
const (
	DefaultRetries  = 1                     // num_retries
	DefaultBase     = 25 * time.Millisecond // retry_back_off.base_interval
	DefaultCapTimes = 10                    // max_interval as a multiple of base_interval
	DefaultTimeout  = 15 * time.Second      // timeout of a route
	DefaultBuffer   = 1 << 20               // per_connection_buffer_limit_bytes of a listener
	DefaultWindow   = 16 << 20              // initial_stream_window_size of HTTP/2
)

// The words that need a list beside them, and are nothing without.
const (
	CodesWord   = "retriable-status-codes"
	HeadersWord = "retriable-headers"
)

// EveryReset is what Envoy calls a reset: each way to lose a try without response
// headers, the per-try timeout included (retry_state_impl.cc, wouldRetryFromReset).
var EveryReset = []behavior.Cause{
	behavior.ConnectFailure, behavior.RefusedStream, behavior.ResetBeforeRequest, behavior.Reset, behavior.AttemptTimeout,
}

// A word is one of retry_on, or of the header that stands for it.
type word struct {
	name   string
	grpc   bool // of x-envoy-retry-grpc-on, where it is a header
	causes []behavior.Cause
}

// words are all that Envoy knows, in alphabetical order. The last three retry after
// what no Cause is: rate limits, and what does not occur without HTTP/3.
var words = []word{
	{"5xx", false, append(behavior.Codes(500, 599), EveryReset...)},
	{"cancelled", true, status("CANCELLED")},
	{"connect-failure", false, []behavior.Cause{behavior.ConnectFailure}},
	{"deadline-exceeded", true, status("DEADLINE_EXCEEDED")},
	{"gateway-error", false, append(behavior.Codes(502, 504), EveryReset...)},
	{"internal", true, status("INTERNAL")},
	{"refused-stream", false, []behavior.Cause{behavior.RefusedStream}},
	{"reset", false, EveryReset},
	{"reset-before-request", false, []behavior.Cause{behavior.ConnectFailure, behavior.ResetBeforeRequest}},
	{"resource-exhausted", true, status("RESOURCE_EXHAUSTED")},
	{"retriable-4xx", false, behavior.Codes(409, 409)},
	{"unavailable", true, status("UNAVAILABLE")},
	{CodesWord, false, nil},
	{HeadersWord, false, nil},
	{"envoy-ratelimited", false, nil},
	{"http3-post-connect-failure", false, nil},
}

func status(name string) []behavior.Cause {
	c, _ := behavior.GRPC(name)
	return []behavior.Cause{c}
}

// find gives a word by name.
func find(name string) (word, bool) {
	for _, w := range words {
		if w.name == name {
			return w, true
		}
	}
	return word{}, false
}

// CausesOf gives what a word of retry_on retries by itself, for every method; nothing
// for one that needs a list, or that Envoy does not know.
func CausesOf(name string) []behavior.Cause {
	w, _ := find(name)
	return w.causes
}

// WordFor gives the narrowest word that retries a cause; empty for a status code, and for
// a gRPC status without one. Reset and AttemptTimeout have none but "reset".
func WordFor(c behavior.Cause) string {
	switch c {
	case behavior.Reset, behavior.AttemptTimeout:
		return "reset"
	case behavior.ResetBeforeRequest:
		return "reset-before-request"
	}
	for _, w := range words {
		if len(w.causes) == 1 && w.causes[0] == c && w.name != "retriable-4xx" {
			return w.name
		}
	}
	return ""
}

// WordForAll gives a word that retries a cause among others, all of which are wanted; empty
// where there is none.
func WordForAll(wanted behavior.Causes, c behavior.Cause) string {
	for _, w := range words {
		unwanted := func(other behavior.Cause) bool { return wanted[other] == 0 }
		if len(w.causes) > 1 && slices.Contains(w.causes, c) && !slices.ContainsFunc(w.causes, unwanted) {
			return w.name
		}
	}
	return ""
}

// DefaultBreaker is what bounds the requests of a cluster without circuit_breakers: only
// 3 retries at once (measured with Envoy 1.40.0: of 800 retries, 40 requests at a time,
// 30 were sent).
func DefaultBreaker() behavior.Breaker {
	many := behavior.Is(int64(1024))
	return behavior.Breaker{MaxConnections: many, MaxPendingRequests: many, MaxParallelRequests: many, MaxParallelRetries: behavior.Is(int64(3)), Unwritten: true}
}

// Bodies gives the bodies with which Envoy tries a request again: as much as the buffer of
// the listener holds, or over HTTP/2 the window of a stream, whatever ends the try; one
// byte more and it is sent once (router.cc, decodeData; measured with Envoy 1.39.3). One
// that is still coming in when the try ends is answered 507, and not 503.
func Bodies(buffer, window int64) behavior.Bodies {
	b := behavior.Buffered(buffer)
	if window != buffer {
		b.HTTP2 = behavior.Is(window)
	}
	return b
}

// Whole gives the bodies where a filter waits for the whole request and refuses larger
// ones, which the buffer filter does (measured with Envoy 1.39.3).
func Whole(bytes int64) behavior.Bodies {
	b := behavior.Buffered(bytes)
	b.Larger = behavior.Refused
	return b
}

// Waits gives Envoy's back-off: full jitter, doubled up to a cap, and none after a 425.
// A base of 0 is Envoy's own, a cap of 0 ten times the base.
func Waits(base, limit time.Duration) behavior.Backoff {
	if base == 0 {
		base = DefaultBase
	}
	if limit == 0 {
		limit = DefaultCapTimes * base
	}
	return behavior.Backoff{Base: base, Cap: limit, Growth: 2, Jitter: behavior.FullJitter, NotAfter425: true}
}
