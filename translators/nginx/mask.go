// Package nginx has what gateways share whose data plane is nginx: the words of
// proxy_next_upstream with what each has tried again, and the methods that reach no backend.
package nginx

import "retryctl.dev/schema/behavior"

// Unreachable are methods that nginx answers itself: 405 for TRACE, 400 or 405
// for CONNECT. No request with them reaches a backend.
const Unreachable = behavior.TRACE | behavior.CONNECT

// AfterSending are the methods that nginx does not try again once a request was
// sent, LOCK left aside (ngx_http_upstream.c, ngx_http_upstream_next).
const AfterSending = behavior.POST | behavior.PATCH

// A Mask is what nginx tries again: the words of proxy_next_upstream.
type Mask uint16

// The words, in the order in which they are written; unlisted codes have none.
const (
	OnError Mask = 1 << iota
	OnTimeout
	OnInvalidHeader
	On500
	On502
	On503
	On504
	On403
	On404
	On429
	NonIdempotent
	Off

	DefaultMask = OnError | OnTimeout
)

var maskWords = [...]string{
	"error", "timeout", "invalid_header", "http_500", "http_502", "http_503", "http_504",
	"http_403", "http_404", "http_429", "non_idempotent", "off",
}

// MaskCodes are the status codes of words.
var MaskCodes = map[Mask]int{On500: 500, On502: 502, On503: 503, On504: 504, On403: 403, On404: 404, On429: 429}

// Words gives the words of a mask in order.
func (m Mask) Words() []string {
	var list []string
	for i, word := range maskWords {
		if m&(1<<i) != 0 {
			list = append(list, word)
		}
	}
	return list
}

// WordMask gives the mask of one word; 0 for one that nginx does not know.
func WordMask(word string) Mask {
	for i, known := range maskWords {
		if word == known {
			return 1 << i
		}
	}
	return 0
}

// Causes gives what is tried again with a mask, for some methods. A connect
// failure is an error or a timeout, so with one of the two it is unclear.
func (m Mask) Causes(methods behavior.Methods) (causes, unclear behavior.Causes) {
	if m&Off != 0 {
		return causes, unclear
	}
	sent := methods &^ AfterSending
	if m&NonIdempotent != 0 {
		sent = methods
	}
	switch m & DefaultMask {
	case DefaultMask:
		causes.Add(methods, behavior.ConnectFailure)
	case OnError, OnTimeout:
		unclear.Add(methods, behavior.ConnectFailure)
	}
	if m&OnError != 0 {
		causes.Add(methods, behavior.ResetBeforeRequest)
		causes.Add(sent, behavior.Reset)
	}
	if m&OnTimeout != 0 {
		causes.Add(sent, behavior.AttemptTimeout)
	}
	for bit, status := range MaskCodes {
		if c, ok := behavior.Code(status); ok && m&bit != 0 {
			causes.Add(sent, c)
		}
	}
	return causes, unclear
}
