package controller

import (
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/istio/api"
)

// LimitOf gives a timeout; 0 and what cannot be read are none.
func LimitOf(v manifest.Value) behavior.Setting[time.Duration] {
	if d, ok := api.Span(v.Text()); ok && d > 0 {
		return behavior.Is(d)
	}
	return behavior.None[time.Duration]()
}
