package controller

import (
	"time"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/traefik/api"
)

// DialTimeout is that of a ServersTransport; 0 is none.
func DialTimeout(o *manifest.Object) (d time.Duration, problem string) {
	v := o.At("spec", "forwardingTimeouts", "dialTimeout")
	if !v.Exists() || v.IsNull() {
		return api.DefaultDial, ""
	}
	return Interval(v)
}
