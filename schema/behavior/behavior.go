package behavior

import (
	"math"
	"slices"
	"time"
)

// State says what is known of a setting.
type State uint8

// Unset is the zero value: in an intent nobody wishes anything; an effect does
// not use it. Unknown is not zero: the implementation decides, or it cannot be
// seen from here.
const (
	Unset State = iota
	Off
	Set
	Unknown
)

// A Setting is one value of a Behavior.
type Setting[T comparable] struct {
	State State
	Value T // only where State is Set
}

// Is gives a setting that is set.
func Is[T comparable](value T) Setting[T] { return Setting[T]{Set, value} }

// None gives a setting that is off.
func None[T comparable]() Setting[T] { return Setting[T]{State: Off} }

// Unclear gives a setting of which nothing is known.
func Unclear[T comparable]() Setting[T] { return Setting[T]{State: Unknown} }

// A Behavior is what happens to the requests of one route rule, or what is
// wished to happen. It is a value: two are equal if == says so.
type Behavior struct {
	// MaxRetries is the number of tries after the first; Unlimited where nothing bounds it.
	MaxRetries Setting[int]
	// Causes are retried; Unclear ones may be, the implementation decides.
	Causes, Unclear Causes
	// Never are causes that cannot occur here, such as an HTTP/2 refusal where
	// the gateway speaks only HTTP/1.1 to backends.
	Never [NumCauses]bool
	// AttemptTimeout bounds each try, TotalTimeout the request with all of them.
	AttemptTimeout, TotalTimeout Setting[time.Duration]
	// Idle says that AttemptTimeout is an idle timeout: it bounds each silence of a try,
	// while connecting and between two parts that are sent or received, and not the
	// try, which nothing bounds then.
	Idle bool
	// Backoff is the wait before each retry; off is no wait at all.
	Backoff Setting[Backoff]
	// Budget bounds the share of retries.
	Budget Setting[Budget]
	// Breaker bounds what is in flight.
	Breaker Breaker
	// NextBackend is where the next try goes; nobody can wish for it.
	NextBackend Setting[NextBackend]
	// Bodies are those with which a request is tried again.
	Bodies Bodies
	// IdempotencyKey is the name of the header that all tries share.
	IdempotencyKey Setting[string]
}

// Unlimited is the number of retries where nothing bounds them.
const Unlimited = math.MaxInt32

// Retries gives a number of retries for people.
func Retries(n int) string { return count(n) }

// Jitter says how a wait is spread around its interval w.
type Jitter uint8

// The kinds of jitter; AnyJitter is no wish.
const (
	AnyJitter  Jitter = iota
	NoJitter          // exactly w
	HalfJitter        // uniform in [0.5w, 1.5w]
	FullJitter        // uniform in [0, w)
)

// String gives the word that policies use.
func (j Jitter) String() string { return [...]string{"", "None", "Half", "Full"}[j] }

// Backoff is the wait before retry k: Base times Growth to the power of k-1, at
// most Cap, spread by Jitter.
type Backoff struct {
	Base   time.Duration
	Cap    time.Duration // 0 is no bound
	Growth float64       // per retry; 2 doubles, 1 keeps the interval
	Jitter Jitter
	// NotAfter425 says that after a 425 the next try begins at once.
	NotAfter425 bool
}

// Budget bounds retries to a share of requests. The kinds do not convert: an
// Interval of 0 is the kind by concurrency.
type Budget struct {
	Percent       float64       // of the requests, 0 to 100
	MinConcurrent int           // retries allowed at once whatever the percentage
	Interval      time.Duration // over which requests are counted
	MinPerSecond  int           // retries allowed in a second whatever the percentage
}

// Breaker bounds what one gateway instance has in flight to the backend. Off is
// no bound.
type Breaker struct {
	MaxConnections, MaxPendingRequests, MaxParallelRequests, MaxParallelRetries Setting[int64]
	// RetriesOverridden says that MaxParallelRetries is written and has no
	// effect, because a budget takes its place.
	RetriesOverridden bool
	// Unwritten says that nobody has written the limits, the gateway's own controller
	// included: they are what the data plane does then.
	Unwritten bool
}

// An Effect is what the requests that reach one rule get.
type Effect struct {
	// Object and Rule name where the rule stands now: "HTTPRoute shop/checkout"
	// and its name or index; a rule that was split has several Effects.
	Object, Rule string
	// Methods are those with which a request can reach the rule.
	Methods Methods
	// Answer is the status with which the gateway answers all of them itself, such
	// as that of a redirect; 0 where requests are tried.
	Answer int
	Behavior
	// Origin says for a field of the policy's spec ("totalTimeout") where the
	// value in force comes from.
	Origin map[string]string
	// Elsewhere says, for the topic of a difference ("Reset") or for one class of it
	// ("Reset/widened"), which other configuration of the input has the gateway do so:
	// what somebody has written, which the target's own output does not take away.
	Elsewhere map[string]string
	// Why says for topics of Diff why it is so here; see Because.
	Why map[string]string
	// Touches are parts of the rule that some versions of the gateway treat in another way,
	// by names that its profile has.
	Touches []string
	// Notes are what is unusual about the rule, in sentences for people.
	Notes []string
	// Unseen are those of the notes about parts of the input that may change the retries
	// and cannot be read.
	Unseen []string
}

// Touch notes a part of the rule that some versions of the gateway treat in another way.
func (e *Effect) Touch(part string) {
	if !slices.Contains(e.Touches, part) {
		e.Touches = append(e.Touches, part)
	}
}

// Hides notes that a part of the input may change the retries and cannot be read.
func (e *Effect) Hides(sentence string) {
	if !slices.Contains(e.Unseen, sentence) {
		e.Notes, e.Unseen = append(e.Notes, sentence), append(e.Unseen, sentence)
	}
}

// For gives the behavior for requests with one of the methods only. Where
// nothing is retried the number of retries is 0.
func (b Behavior) For(methods Methods) Behavior {
	b.Causes, b.Unclear = b.Causes.Only(methods), b.Unclear.Only(methods)
	return b.Normal()
}

// Normal gives the behavior in its one form: no retries means no causes, and no
// causes mean no retries.
func (b Behavior) Normal() Behavior {
	if b.MaxRetries.State == Set && b.MaxRetries.Value <= 0 || b.MaxRetries.State == Off {
		b.Causes, b.Unclear = Causes{}, Causes{}
	}
	if b.Causes.Empty() && b.Unclear.Empty() && b.MaxRetries.State != Unset {
		b.MaxRetries = Is(0)
	}
	return b
}
