package write

import (
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/nginx"
)

// A portion is what Kong is to do for an intent: as much of the wish as Kong can do at all.
type portion struct {
	retries int
	// clauses are the numbers by method, as code would have them; every says that
	// one number is for all.
	clauses []clause
	every   bool
	// number is the one for all methods, where exact says that there is one: then
	// an annotation carries it.
	number  int
	exact   bool
	timeout time.Duration // 0 is no wish
	key     string        // empty is no wish
}

// portionOf finds what of a wish Kong can carry.
func portionOf(i resolve.Intent, grpc bool, s controller.Sandbox) portion {
	n := portion{retries: i.Want.MaxRetries.Value}
	if i.Want.AttemptTimeout.State == behavior.Set {
		n.timeout = i.Want.AttemptTimeout.Value
	}
	if i.Want.IdempotencyKey.State == behavior.Set {
		n.key = i.Want.IdempotencyKey.Value
	}
	w := wish{causes: i.Want.Causes, methods: i.Methods &^ nginx.Unreachable}
	w.limit, _ = gateway.Limit(i.Want)
	if s.Chooses() && !grpc && n.retries > 0 && w.needsWords() {
		n.choose(w)
	} else {
		n.count(w)
	}
	return n
}

// A wish is the part of an intent that is about causes.
type wish struct {
	causes  behavior.Causes
	methods behavior.Methods // that reach the rule
	limit   behavior.Methods // that may be retried once the request was sent
}

func (w wish) any(method behavior.Methods, causes ...behavior.Cause) bool {
	for _, c := range causes {
		if w.causes[c]&method != 0 {
			return true
		}
	}
	return false
}

func (w wish) codes(method behavior.Methods) nginx.Mask {
	var m nginx.Mask
	for bit, status := range nginx.MaskCodes {
		if c, ok := behavior.Code(status); ok && w.causes[c]&method != 0 {
			m |= bit
		}
	}
	return m
}

// needsWords reports whether a part of the wish portions other words than nginx' own.
func (w wish) needsWords() bool {
	return w.codes(w.methods) != 0 || w.any(w.methods&nginx.AfterSending, behavior.Reset, behavior.AttemptTimeout)
}

// count gives each method the number or 0, with nginx' own words. A method that
// the owner left out gets 0 where Kong would try it again after it was sent: less
// is better than more. POST and PATCH are safe with any number.
func (n *portion) count(w wish) {
	var on, out, either behavior.Methods
	for _, name := range w.methods.Each() {
		m := behavior.ParseMethod(name)
		safe := w.any(m, behavior.ConnectFailure, behavior.ResetBeforeRequest)
		switch {
		case m&nginx.AfterSending != 0 && safe:
			on |= m
		case m&nginx.AfterSending != 0:
			either |= m
		case w.limit&m != 0 && (safe || w.any(m, behavior.Reset, behavior.AttemptTimeout)):
			on |= m
		default:
			out |= m
		}
	}
	if n.retries == 0 {
		on = 0
	}
	n.exact = on == 0 || out == 0
	n.every = n.exact
	switch {
	case on == 0:
		n.clauses = []clause{{w.methods, 0, 0}}
	case n.every:
		n.number = n.retries
		n.clauses = []clause{{on | either, n.retries, 0}}
	default:
		n.clauses = []clause{{on, n.retries, 0}}
	}
}

// choose gives each method the words of its causes. Words for what may have been
// processed are for POST and PATCH only if every outcome that they cover is one
// that was asked for.
func (n *portion) choose(w wish) {
	var all behavior.Methods
	for _, name := range w.methods.Each() {
		m := behavior.ParseMethod(name)
		words := w.words(m)
		if words == 0 || w.limit&m == 0 && m&nginx.AfterSending == 0 {
			continue
		}
		all |= m
		at := 0
		for at < len(n.clauses) && n.clauses[at].mask != words {
			at++
		}
		if at == len(n.clauses) {
			n.clauses = append(n.clauses, clause{0, n.retries, words})
		}
		n.clauses[at].methods |= m
	}
	n.every = len(n.clauses) == 1 && all == w.methods
}

func (w wish) words(m behavior.Methods) nginx.Mask {
	words := w.codes(m)
	if w.any(m, behavior.ConnectFailure) {
		words |= nginx.DefaultMask
	}
	if w.any(m, behavior.ResetBeforeRequest, behavior.Reset) {
		words |= nginx.OnError
	}
	if w.any(m, behavior.AttemptTimeout) {
		words |= nginx.OnTimeout
	}
	if m&nginx.AfterSending == 0 {
		return words
	}
	asked := w.codes(m) != 0 || w.any(m, behavior.Reset, behavior.AttemptTimeout)
	covered := (words&nginx.OnError == 0 || w.any(m, behavior.Reset)) && (words&nginx.OnTimeout == 0 || w.any(m, behavior.AttemptTimeout))
	switch {
	case asked && covered:
		return words | nginx.NonIdempotent
	case asked:
		return words & nginx.DefaultMask
	}
	return words
}

// script gives the code for a portion.
func (n portion) script(timeout bool) script {
	s := script{clauses: n.clauses, every: n.every}
	if timeout {
		s.timeout = n.timeout
	}
	return s
}
