package envoy

import (
	"fmt"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/schema/behavior"
)

// lost is every way in which a try can end without response headers: Envoy calls
// each of them a reset, the end of the per-try timeout included.
var lost = []behavior.Cause{
	behavior.ConnectFailure, behavior.RefusedStream, behavior.ResetBeforeRequest, behavior.Reset, behavior.AttemptTimeout,
}

// causesOf gives what a policy's retry_on retries, for every method. Words that
// Envoy does not know are nothing to it. What a Cause cannot say is a note.
func causesOf(policy *routev3.RetryPolicy) (c behavior.Causes, notes []string) {
	add := func(causes ...behavior.Cause) { c.Add(behavior.AllMethods, causes...) }
	status := func(name string) {
		cause, _ := behavior.GRPC(name)
		add(cause)
	}
	for word := range strings.SplitSeq(policy.GetRetryOn(), ",") {
		switch strings.TrimSpace(word) {
		case "5xx":
			add(lost...)
			add(behavior.Codes(500, 599)...)
		case "gateway-error":
			add(lost...)
			add(behavior.Codes(502, 504)...)
		case "reset":
			add(lost...)
		case "reset-before-request": // no byte of the request was sent, in any try
			add(behavior.ConnectFailure, behavior.ResetBeforeRequest)
		case "connect-failure":
			add(behavior.ConnectFailure)
		case "refused-stream":
			add(behavior.RefusedStream)
		case "retriable-4xx":
			add(behavior.Codes(409, 409)...)
		case "retriable-status-codes":
			for _, code := range policy.GetRetriableStatusCodes() {
				if cause, ok := behavior.Code(int(code)); ok {
					add(cause)
				} else {
					notes = append(notes, fmt.Sprintf("responses with status %d are retried", code))
				}
			}
		case "retriable-headers":
			if len(policy.GetRetriableHeaders()) > 0 {
				notes = append(notes, "responses with certain headers are retried")
			}
		case "envoy-ratelimited":
			notes = append(notes, "responses of Envoy's rate limiting are retried")
		case "cancelled":
			status("CANCELLED")
		case "deadline-exceeded":
			status("DEADLINE_EXCEEDED")
		case "internal":
			status("INTERNAL")
		case "resource-exhausted":
			status("RESOURCE_EXHAUSTED")
		case "unavailable":
			status("UNAVAILABLE")
		}
	}
	return c, notes
}

// guard gives the methods that a policy's retriable_request_headers let through:
// one that matches is enough, and without any every request is let through. known
// is false where another header decides as well.
func guard(headers []*routev3.HeaderMatcher) (m behavior.Methods, known bool) {
	if len(headers) == 0 {
		return behavior.AllMethods, true
	}
	known = true
	for _, h := range headers {
		if strings.EqualFold(h.GetName(), ":method") {
			m |= methodsOf(h)
		} else {
			known = false
		}
	}
	return m, known
}

// methods gives those with which a request can match.
func methods(match *routev3.RouteMatch) behavior.Methods {
	m := behavior.AllMethods
	if match.GetGrpc() != nil {
		m = behavior.POST
	}
	for _, h := range match.GetHeaders() {
		if strings.EqualFold(h.GetName(), ":method") {
			m &= methodsOf(h)
		}
	}
	return m
}

func methodsOf(h *routev3.HeaderMatcher) (m behavior.Methods) {
	for _, name := range behavior.AllMethods.Each() {
		if headerMatches(h, name, true) {
			m |= behavior.ParseMethod(name)
		}
	}
	return m
}
