package stanza

import (
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
)

// An Implementation is what one data plane makes of the retry stanza, which the
// standard leaves open. A nil pointer or function is unknown.
type Implementation struct {
	Name string
	// words are those of Envoy's retry policy for a stanza; nil where the data plane is
	// not Envoy, or not known.
	words []string
	// stanza is what a stanza retries there beside its codes, whatever the method;
	// unclear is what it may.
	stanza, unclear []behavior.Cause
	// bare is the number of retries on a rule without a stanza, after what a stanza
	// retries; unknownRetries is unknown.
	bare int
	// others says that the implementation has retry policies of its own, in whose place
	// a stanza stands.
	others bool
	// unset is the number of retries of a stanza without attempts, before Gateway
	// API 1.7, whose API server writes 1.
	unset int
	// codes are those of a stanza that lists none.
	codes []int
	// code reports whether a listed status code is retried.
	code func(int) knowledge
	// backoff gives the waits for the interval of a stanza; 0 is one without.
	backoff func(base time.Duration) behavior.Setting[behavior.Backoff]
	// total is the bound on a request without timeouts.request.
	total behavior.Setting[time.Duration]
	// attempt says what timeouts.backendRequest bounds beside a stanza.
	attempt attemptRule
	// lone says that backendRequest bounds the whole request without a stanza.
	lone bool
	// needsRetries says that a try's timeout is lost where attempts are 0, with the
	// whole retry policy.
	needsRetries bool
	// inert says that a stanza retries nothing, whatever it says.
	inert bool
	// attemptNeedsBackoff says that a try's timeout is lost where a stanza has no
	// backoff.
	attemptNeedsBackoff bool
	// Filters are the API groups of the filters that an ExtensionRef may name; nil is
	// not known.
	Filters []string
	// Budget says whether XBackendTrafficPolicy is read.
	Budget behavior.State
	// Breaker is what bounds the requests in flight where no other policy does; unset is
	// not known.
	Breaker behavior.Breaker
	// Bodies are those with which a request is tried again; unset is read elsewhere.
	Bodies behavior.Bodies
	// next is where the next try goes; unset is read elsewhere, and unknown not known.
	next behavior.Setting[behavior.NextBackend]
	// reach says which methods reach a match where the order of matches is not the
	// standard's; nil is the standard's.
	reach route.ReachFunc
}

const unknownRetries = -1

type knowledge uint8

const (
	no knowledge = iota
	yes
	maybe
)

type attemptRule uint8

const (
	perTry     attemptRule = iota // each try
	alsoRoute                     // each try, and the request as well
	wholeRoute                    // the request, if shorter than timeouts.request
	unsure
)

var (
	always = []string{"connect-failure", "refused-stream", "unavailable", "cancelled", envoy.CodesWord}
	resets = []string{"connect-failure", "refused-stream", "reset", envoy.CodesWord}
)

// doubling is Envoy's back-off, with a cap of so many times the base.
func doubling(times time.Duration) func(time.Duration) behavior.Setting[behavior.Backoff] {
	return func(base time.Duration) behavior.Setting[behavior.Backoff] {
		return behavior.Is(envoy.Waits(base, times*base))
	}
}

func unknownWaits(time.Duration) behavior.Setting[behavior.Backoff] {
	return behavior.Unclear[behavior.Backoff]()
}

func everyCode(int) knowledge { return yes }

// requiredCodes are those that the standard has every implementation support.
func requiredCodes(code int) knowledge {
	switch code {
	case 500, 502, 503, 504:
		return yes
	}
	return maybe
}

// goCode reports whether Go's net/http has a text for the code; Istio takes any
// other for the name of a condition, which then matches nothing.
func goCode(code int) knowledge {
	switch {
	case code <= 418, code >= 421 && code <= 426, code == 428, code == 429, code == 431, code == 451,
		code >= 500 && code <= 508, code == 510, code == 511:
		return yes
	}
	return no
}

// implementations are read in their sources, and their breakers as what Envoy does where
// none is written (kgateway api/v1alpha1/kgateway/backend_config_policy_types.go says so): Envoy Gateway 1.9.1
// internal/gatewayapi/route.go:1083, Istio 1.31
// pilot/pkg/config/kube/gateway/conversion.go:186, kgateway 2.4.0
// pkg/pluginsdk/policy/retry.go:15 and pkg/krtcollections/builtin.go (applyTimeouts), Cilium 1.20.2
// operator/pkg/model/translation/envoy_virtual_host.go:469, agentgateway
// crates/agentgateway/src/proxy/httpproxy.rs:1006. The last row is the standard.
var implementations = []Implementation{
	{
		Name: "envoy-gateway", words: always, others: true, unset: 2, codes: []int{503}, code: everyCode, backoff: doubling(envoy.DefaultCapTimes),
		total: behavior.Is(envoy.DefaultTimeout), lone: true, Budget: behavior.Off, reach: route.ReachCounting,
		Filters: []string{"gateway.envoyproxy.io"},
	},
	{
		Name: "istio", words: always, needsRetries: true, bare: 2, unset: 2, code: goCode, backoff: doubling(envoy.DefaultCapTimes),
		total: behavior.None[time.Duration](), lone: true, Budget: behavior.Unknown,
	},
	{
		Name: "kgateway", words: append([]string{"unavailable", "cancelled", envoy.HeadersWord}, resets...), others: true, unset: 1, code: everyCode, backoff: doubling(envoy.DefaultCapTimes),
		total: behavior.Unclear[time.Duration](), lone: true, Budget: behavior.Unknown, Breaker: envoy.DefaultBreaker(),
		Bodies: envoy.Bodies(envoy.DefaultBuffer, envoy.DefaultWindow), next: behavior.Is(behavior.AnyBackend),
	},
	{
		Name: "cilium", words: resets, unset: 1, code: everyCode, backoff: doubling(2),
		total: behavior.Unclear[time.Duration](), attempt: wholeRoute, lone: true, Budget: behavior.Off, Breaker: envoy.DefaultBreaker(),
		Bodies: envoy.Bodies(envoy.DefaultBuffer, envoy.DefaultWindow), next: behavior.Is(behavior.AnyBackend),
	},
	{
		Name: "agentgateway", stanza: envoy.EveryReset, unset: 1, code: everyCode,
		backoff: func(base time.Duration) behavior.Setting[behavior.Backoff] {
			if base == 0 {
				return behavior.Unclear[behavior.Backoff]()
			}
			return behavior.Is(behavior.Backoff{Base: base, Growth: 1, Jitter: behavior.NoJitter})
		},
		total: behavior.Unclear[time.Duration](), attempt: unsure, Budget: behavior.Unknown,
		Bodies: behavior.Buffered(64 << 10), next: behavior.Unclear[behavior.NextBackend](),
	},
	{
		Name: "none", unclear: slices.Concat(envoy.CausesOf("unavailable"), envoy.CausesOf("cancelled"), envoy.EveryReset), bare: unknownRetries, unset: unknownRetries,
		code: requiredCodes, backoff: unknownWaits, total: behavior.Unclear[time.Duration](), Budget: behavior.Set,
		Bodies: behavior.UnclearBodies(), next: behavior.Unclear[behavior.NextBackend](),
	},
}

// Of gives the implementation of a name; the standard's for any other.
func Of(name string) Implementation {
	for _, row := range implementations {
		if row.Name == name {
			return row
		}
	}
	return implementations[len(implementations)-1]
}

// controllers are those of the implementations that have no target of their own (kgateway
// 2.4.0 pkg/wellknown/controller.go, Cilium 1.20.2 operator/pkg/gateway-api/controller.go,
// agentgateway's chart).
var controllers = []struct{ controller, implementation string }{
	{"kgateway.dev/kgateway", "kgateway"},
	{"io.cilium/gateway-controller", "cilium"},
	{"agentgateway.dev/agentgateway", "agentgateway"},
	{"kgateway.dev/agentgateway", "agentgateway"},
}

// Controllers gives the names that GatewayClasses have for implementations without a
// target of their own.
func Controllers() []string {
	var names []string
	for _, c := range controllers {
		names = append(names, c.controller)
	}
	return names
}

// ByController gives the name of the implementation that a GatewayClass names; ok is false
// for one that is not among Controllers.
func ByController(controller string) (implementation string, ok bool) {
	for _, c := range controllers {
		if c.controller == controller {
			return c.implementation, true
		}
	}
	return "", false
}

// In gives the implementation in a version of it, the newest patch where none is meant.
// Until Envoy Gateway 1.8.2 a try's timeout was lost where the stanza has no backoff
// (envoyproxy/gateway#9238), and until 1.5 it bounded the whole request as well. Until
// Cilium 1.20 Envoy got no retry_on (cilium/cilium#46433).
func (row Implementation) In(version gateway.Version) Implementation {
	patch, known := version.Patch()
	switch row.Name {
	case "envoy-gateway":
		row.attemptNeedsBackoff = !version.AtLeast(1, 8) || !version.AtLeast(1, 9) && known && patch < 2
		if !version.AtLeast(1, 5) {
			row.attempt = alsoRoute
		}
	case "cilium":
		row.inert = !version.AtLeast(1, 20)
	}
	return row
}

// Counts reports whether the implementation counts a method of a match as one
// header more, where the standard places it above all headers.
func (row Implementation) Counts() bool { return row.reach != nil }

// Headers gives what the data plane sees of the request headers that Envoy takes for a
// retry policy, where it is Envoy, of those that filters before the router leave; from
// names the route.
func (row Implementation) Headers(rule manifest.Value, before envoy.RequestHeaders, from string) []envoy.Variant {
	if row.words == nil {
		return []envoy.Variant{{}}
	}
	return envoy.HeadersOf(rule, before, from)
}

// Order gives which methods reach a match of a rule.
func (row Implementation) Order() route.ReachFunc {
	if row.reach != nil {
		return row.reach
	}
	return route.ReachOf
}
