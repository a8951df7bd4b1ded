package istio

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
)

// The APIs of Istio that carry retries.
const (
	group      = "networking.istio.io"
	apiVersion = group + "/v1"
	controller = "istio.io/gateway-controller"
	wholeMesh  = "mesh"
)

// nativeVersion is the Gateway API's that Istio 1.31 is built with.
var nativeVersion = gateway.Version{Major: 1, Minor: 6}

// Serves gives the newest version: which versions of the Gateway API each of Istio's
// own installs is not known here.
func (g Gateway) Serves(gateway.Version) gateway.Version { return g.Profile().Newest }

// stanzaVersion is the Gateway API's of a cluster: where its stanza is what is written
// that of the target.
func stanzaVersion(s gateway.Settings) gateway.Version {
	if s.GatewayAPI.Version != (gateway.Version{}) {
		return s.GatewayAPI.Version
	}
	return nativeVersion
}

// defaultRetryOn holds where a route, or its retries, does not say (Istio 1.31
// pilot/pkg/networking/core/route/retry/retry.go:36).
const (
	defaultRetryOn  = "connect-failure,refused-stream,unavailable,cancelled"
	defaultAttempts = 2
)

// tokens are the words that retryOn takes for one cause each (Istio 1.31
// pkg/config/validation/validation.go:92). Status codes stand there as numbers.
var tokens = []string{
	"connect-failure", "refused-stream", "cancelled", "deadline-exceeded", "resource-exhausted", "internal", "unavailable",
}

// knownCode reports whether Istio takes a number in retryOn for a status code:
// only those that Go's net/http has a text for.
func knownCode(status int) bool { return http.StatusText(status) != "" }

// retryOnFor writes causes as a retryOn, without a space; empty where none of
// them can be said.
func retryOnFor(causes behavior.Causes) string {
	var words, codes []string
	for _, c := range causes.List(behavior.AllMethods) {
		status, isCode := c.Status()
		switch {
		case isCode && knownCode(status):
			codes = append(codes, strconv.Itoa(status))
		case isCode:
		case c == behavior.AttemptTimeout: // only reset covers it
			words = append(words, "reset")
		default:
			words = append(words, tokenFor(c)...)
		}
	}
	return strings.Join(append(slices.Compact(words), codes...), ",")
}

// tokenFor gives the narrowest word for a cause, as a list of none or one.
func tokenFor(c behavior.Cause) []string {
	switch c {
	case behavior.Reset:
		return []string{"reset"}
	case behavior.ResetBeforeRequest:
		return []string{"reset-before-request"}
	}
	for _, name := range tokens {
		if causes := envoy.CausesOf(name); len(causes) == 1 && causes[0] == c {
			return []string{name}
		}
	}
	return nil
}

// span reads a duration as Istio does: any that Go's time.ParseDuration takes.
func span(text string) (time.Duration, bool) {
	if d, err := schema.ParseDuration(text); err == nil {
		return time.Duration(d), true
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}
