package envoy

import (
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

	"retryctl.dev/schema/behavior"
)

// key gives the header that every try of a request shares and that tells requests
// apart: the client's own value, or else the ID that Envoy gave the request. Both
// are fixed before the first try.
func key(headers []*corev3.HeaderValueOption) behavior.Setting[string] {
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
