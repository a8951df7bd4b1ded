package envoy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
)

// A Policy is the retry policy of a route, as far as it says when to retry and how
// often. The zero value is that of a route without one.
type Policy struct {
	Words   []string              // retry_on
	Codes   []int                 // retriable_status_codes, which need their word
	Retries behavior.Setting[int] // num_retries; unset is Envoy's own
}

// Read fills in what a policy retries and how often, for requests with some headers:
// MaxRetries, Causes and Unclear, and what is to be said of them. Origin has to name
// where the policy's own "maxRetries" and "retryOn" come from already; where a header
// changes them it is named instead, and Elsewhere says so.
func (p Policy) Read(e *behavior.Effect, h RequestHeaders) {
	r := reading{Policy: p, effect: e, headers: h}
	if r.Retries.State == behavior.Unset {
		r.Retries = behavior.Is(DefaultRetries)
	}
	before, _ := r.retried()
	r.merge()
	after, on := r.retried()
	if on == no {
		r.Retries = behavior.Is(0)
		for _, name := range []string{maxRetries, retriableCodes} {
			if from := h.origin(name); from != "" {
				r.note("%s is nothing by itself: nothing else has Envoy retry", from)
			}
		}
	} else {
		r.count()
	}
	e.MaxRetries, e.Causes = r.Retries, after
	r.reasons(before, after)
}

// retrying says whether anything is retried at all.
type retrying uint8

const (
	no retrying = iota
	perhaps
	yes
)

type reading struct {
	Policy
	effect  *behavior.Effect
	headers RequestHeaders
	// openWords says that a header's words are made at run time, openCodes that its
	// codes are.
	openWords, openCodes bool
	names                []string // headers of a response that are asked to be retried
}

func (r *reading) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.effect.Notes, text) {
		r.effect.Notes = append(r.effect.Notes, text)
	}
}

// merge lays the headers with words and lists over the policy.
func (r *reading) merge() {
	r.Words, r.Codes = slices.Clone(r.Words), slices.Clone(r.Codes)
	for _, name := range []string{retryOn, retryGRPCOn} {
		for _, item := range items(r.headers.value(name)) {
			w, known := find(item)
			switch {
			case open(item):
				r.openWords = true
				r.note("%s is made while requests are served: which words it has cannot be seen here", r.headers.origin(name))
			case !known, w.grpc != (name == retryGRPCOn):
				r.note("%s is no word that Envoy knows in %s", item, r.headers.origin(name))
			default:
				r.Words = append(r.Words, item)
			}
		}
	}
	for _, item := range items(r.headers.value(retriableCodes)) {
		code, err := strconv.ParseUint(strings.TrimPrefix(item, "+"), 10, 32)
		switch {
		case open(item):
			r.openCodes = true
		case err == nil:
			r.Codes = append(r.Codes, int(code))
		default:
			r.note("%s is no status code in %s", item, r.headers.origin(retriableCodes))
		}
	}
	r.names = items(r.headers.value(retriableNames))
}

// retried gives the causes of the words and lists as they are now, and puts those that
// may be retried into the effect.
func (r *reading) retried() (causes behavior.Causes, on retrying) {
	for _, name := range r.Words {
		w, known := find(name)
		if !known {
			continue
		}
		on = yes
		causes.Add(behavior.AllMethods, w.causes...)
		if name == CodesWord {
			r.codes(&causes)
		}
		if name == HeadersWord && len(r.names) > 0 {
			r.note("responses with the header %s are retried, whatever their status: %s", strings.Join(r.names, " or "), r.headers.origin(retriableNames))
			r.effect.Unclear.Add(behavior.AllMethods, behavior.Codes(400, 599)...)
		}
	}
	if r.openWords {
		on = max(on, perhaps)
		for c := range behavior.NumCauses {
			r.effect.Unclear.Add(behavior.AllMethods, behavior.Cause(c))
		}
	}
	return causes, on
}

func (r *reading) codes(causes *behavior.Causes) {
	for _, code := range r.Codes {
		if c, ok := behavior.Code(code); ok {
			causes.Add(behavior.AllMethods, c)
		} else {
			r.note("responses with status %d are retried too", code)
		}
	}
	if r.openCodes {
		r.note("%s is made while requests are served: which codes it has cannot be seen here", r.headers.origin(retriableCodes))
		r.effect.Unclear.Add(behavior.AllMethods, behavior.Codes(400, 599)...)
	}
}

// count is the number of retries that a header asks for, where it does: the lower 32
// bits of a number of 64.
func (r *reading) count() {
	from, value := r.headers.origin(maxRetries), strings.TrimSpace(r.headers.value(maxRetries))
	n, err := strconv.ParseUint(strings.TrimPrefix(value, "+"), 10, 64)
	switch {
	case from == "":
		return
	case open(value):
		r.Retries = behavior.Unclear[int]()
		r.note("%s is made while requests are served: how many retries it asks for cannot be seen here", from)
	case err != nil:
		r.note("%q is no number of retries in %s: the policy's counts", value, from)
		return
	default:
		r.Retries = behavior.Is(int(uint32(n)))
	}
	r.effect.Origin["maxRetries"] = from
	r.because(from+" takes the place of the number of retries, whatever the policy says", "maxRetries")
}

// reasons say which headers have more retried than the policy does.
func (r *reading) reasons(before, after behavior.Causes) {
	var from []string
	for _, name := range []string{retryOn, retryGRPCOn, retriableCodes, retriableNames} {
		if origin := r.headers.origin(name); origin != "" {
			from = append(from, origin)
		}
	}
	more := after.Union(r.effect.Unclear).Without(before)
	if len(from) == 0 || more.Empty() {
		return
	}
	who, origin := strings.Join(from, ", "), r.effect.Origin
	if before.Empty() {
		origin["retryOn"] = who
	} else {
		origin["retryOn"] += ", and " + who
	}
	if before.Empty() && r.headers.origin(maxRetries) == "" {
		origin["maxRetries"] = "Envoy's default beside " + who
	}
	for _, c := range more.List(behavior.AllMethods) {
		r.because(who+" adds to what is retried, whatever the policy says", c.Topic()+"/"+string(finding.Widened), c.Topic()+"/"+string(finding.Unknown))
	}
}

// because says which configuration has Envoy do what some differences are about.
func (r *reading) because(text string, topics ...string) {
	if r.effect.Elsewhere == nil {
		r.effect.Elsewhere = map[string]string{}
	}
	for _, topic := range topics {
		r.effect.Elsewhere[topic] = text + " (Envoy retry_state_impl.cc, RetryStateImpl; measured with Envoy 1.39.3)"
	}
}
