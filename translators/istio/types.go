package istio

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
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

// everyReset is what Envoy calls a reset: each way to lose a try without
// response headers, the per-try timeout included (retry_state_impl.cc,
// wouldRetryFromReset).
var everyReset = []behavior.Cause{
	behavior.ConnectFailure, behavior.RefusedStream, behavior.ResetBeforeRequest, behavior.Reset, behavior.AttemptTimeout,
}

// tokens say what each word of retryOn retries (Istio 1.31
// pkg/config/validation/validation.go:92). Status codes stand there as numbers.
var tokens = []struct {
	name   string
	causes []behavior.Cause
}{
	{"connect-failure", []behavior.Cause{behavior.ConnectFailure}},
	{"refused-stream", []behavior.Cause{behavior.RefusedStream}},
	{"reset-before-request", []behavior.Cause{behavior.ConnectFailure, behavior.ResetBeforeRequest}},
	{"reset", everyReset},
	{"cancelled", grpc("CANCELLED")},
	{"deadline-exceeded", grpc("DEADLINE_EXCEEDED")},
	{"resource-exhausted", grpc("RESOURCE_EXHAUSTED")},
	{"internal", grpc("INTERNAL")},
	{"unavailable", grpc("UNAVAILABLE")},
	{"5xx", append(behavior.Codes(500, 599), everyReset...)},
	{"gateway-error", append(behavior.Codes(502, 504), everyReset...)},
	{"retriable-4xx", behavior.Codes(409, 409)},
}

func grpc(name string) []behavior.Cause {
	c, _ := behavior.GRPC(name)
	return []behavior.Cause{c}
}

// knownCode reports whether Istio takes a number in retryOn for a status code:
// only those that Go's net/http has a text for.
func knownCode(status int) bool { return http.StatusText(status) != "" }

// causesOf gives what a retryOn retries. Words that Envoy does not know, and the
// ones that need more than Istio can say, retry nothing.
func causesOf(retryOn string) []behavior.Cause {
	var causes []behavior.Cause
	for _, word := range strings.Split(retryOn, ",") {
		word = strings.TrimSpace(word)
		if status, err := strconv.Atoi(word); err == nil {
			if c, ok := behavior.Code(status); ok && knownCode(status) {
				causes = append(causes, c)
			}
			continue
		}
		for _, t := range tokens {
			if t.name == word {
				causes = append(causes, t.causes...)
			}
		}
	}
	return causes
}

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
	for _, t := range tokens {
		if len(t.causes) == 1 && t.causes[0] == c {
			return []string{t.name}
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
