package kong

import (
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
)

// The KongPlugin and the kinds around it.
const (
	group         = "configuration.konghq.com"
	apiVersion    = group + "/v1"
	pluginKind    = "KongPlugin"
	clusterKind   = "KongClusterPlugin"
	preFunction   = "pre-function"
	postFunction  = "post-function"
	correlationID = "correlation-id"
	defaultKey    = "Kong-Request-ID" // correlation-id's header_name
)

// The annotations of a Service, but for plugins, which routes have as well.
const (
	prefix         = "konghq.com"
	retriesKey     = prefix + "/retries"
	connectKey     = prefix + "/connect-timeout"
	writeKey       = prefix + "/write-timeout"
	readKey        = prefix + "/read-timeout"
	protocolKey    = prefix + "/protocol"
	pluginsKey     = prefix + "/plugins"
	bufferingKey   = prefix + "/request-buffering"
	defaultRetries = 5
	maxRetries     = 32767
	maxMillis      = 2147483646
	defaultTimeout = time.Minute
)

// unreachable are methods that nginx answers itself: 405 for TRACE, 400 or 405
// for CONNECT. No request with them reaches a backend.
const unreachable = behavior.TRACE | behavior.CONNECT

// afterSending are the methods that nginx does not try again once a request was
// sent, LOCK left aside (ngx_http_upstream.c, ngx_http_upstream_next).
const afterSending = behavior.POST | behavior.PATCH

// A mask is what nginx tries again: the words of proxy_next_upstream.
type mask uint16

// The words, in the order in which they are written; unlisted codes have none.
const (
	onError mask = 1 << iota
	onTimeout
	onInvalidHeader
	on500
	on502
	on503
	on504
	on403
	on404
	on429
	nonIdempotent
	off

	defaultMask = onError | onTimeout
)

var maskWords = [...]string{
	"error", "timeout", "invalid_header", "http_500", "http_502", "http_503", "http_504",
	"http_403", "http_404", "http_429", "non_idempotent", "off",
}

var maskCodes = map[mask]int{on500: 500, on502: 502, on503: 503, on504: 504, on403: 403, on404: 404, on429: 429}

// words gives the words of a mask in order.
func (m mask) words() []string {
	var list []string
	for i, word := range maskWords {
		if m&(1<<i) != 0 {
			list = append(list, word)
		}
	}
	return list
}

// wordMask gives the mask of one word; 0 for one that nginx does not know.
func wordMask(word string) mask {
	for i, known := range maskWords {
		if word == known {
			return 1 << i
		}
	}
	return 0
}

// causes gives what is tried again with a mask, for some methods. A connect
// failure is an error or a timeout, so with one of the two it is unclear.
func (m mask) causes(methods behavior.Methods) (causes, unclear behavior.Causes) {
	if m&off != 0 {
		return causes, unclear
	}
	sent := methods &^ afterSending
	if m&nonIdempotent != 0 {
		sent = methods
	}
	switch m & defaultMask {
	case defaultMask:
		causes.Add(methods, behavior.ConnectFailure)
	case onError, onTimeout:
		unclear.Add(methods, behavior.ConnectFailure)
	}
	if m&onError != 0 {
		causes.Add(methods, behavior.ResetBeforeRequest)
		causes.Add(sent, behavior.Reset)
	}
	if m&onTimeout != 0 {
		causes.Add(sent, behavior.AttemptTimeout)
	}
	for bit, status := range maskCodes {
		if c, ok := behavior.Code(status); ok && m&bit != 0 {
			causes.Add(sent, c)
		}
	}
	return causes, unclear
}

// list reads an annotation that holds several values.
func list(text string) []string {
	var items []string
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
