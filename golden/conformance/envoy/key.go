package envoy

import (
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/schema/behavior"
)

// key gives the header that every try of a request shares and that tells requests
// apart: the client's own value, or else the ID that Envoy gave the request. Both
// are fixed before the first try. A header that the route or one of its clusters
// changes in another way as well is none: a removal comes first, so that the client's
// value is lost.
func key(r *routev3.Route) behavior.Setting[string] {
	found := shared(r.GetRequestHeadersToAdd())
	times := mentions(r.GetRequestHeadersToAdd(), r.GetRequestHeadersToRemove(), found.Value)
	for _, c := range r.GetRoute().GetWeightedClusters().GetClusters() {
		times += mentions(c.GetRequestHeadersToAdd(), c.GetRequestHeadersToRemove(), found.Value)
	}
	if times > 1 {
		return behavior.None[string]()
	}
	return found
}

// mentions counts the changes of a header.
func mentions(added []*corev3.HeaderValueOption, removed []string, name string) (times int) {
	for _, h := range added {
		if strings.EqualFold(h.GetHeader().GetKey(), name) {
			times++
		}
	}
	for _, h := range removed {
		if strings.EqualFold(h, name) {
			times++
		}
	}
	return times
}

func shared(headers []*corev3.HeaderValueOption) behavior.Setting[string] {
	for _, h := range headers {
		name, value := h.GetHeader().GetKey(), h.GetHeader().GetValue()
		kept := "%REQ(" + name + "?X-Request-Id)%"
		switch h.GetAppendAction() {
		case corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD, corev3.HeaderValueOption_OVERWRITE_IF_EXISTS:
			if strings.EqualFold(value, kept) && h.GetAppendAction() == corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD {
				return behavior.Is(name)
			}
		case corev3.HeaderValueOption_ADD_IF_ABSENT:
			if strings.EqualFold(value, kept) || strings.EqualFold(value, "%REQ(X-Request-Id)%") || value == "%STREAM_ID%" {
				return behavior.Is(name)
			}
		}
	}
	return behavior.None[string]()
}
