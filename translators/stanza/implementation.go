package stanza

import (
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/route"
)

// An Implementation is what one data plane makes of the retry stanza, which the
// standard leaves open. A nil pointer or function is unknown.
type Implementation struct {
	Name string
	// stanza is what a stanza retries beside its codes, whatever the method;
	// unclear is what it may.
	stanza, unclear []behavior.Cause
	// bare is the number of retries on a rule without a stanza, after the causes
	// of stanza; unknownRetries is unknown.
	bare int
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
	// envoy says that the data plane is Envoy, which ignores a try's timeout that is
	// not less than the request's (router.cc, finalTimeout).
	envoy bool
	// needsRetries says that a try's timeout is lost where attempts are 0.
	needsRetries bool
	// Filters are the API groups of the filters that an ExtensionRef may name; nil is
	// not known.
	Filters []string
	// Budget says whether XBackendTrafficPolicy is read.
	Budget behavior.State
	// reach says which methods reach a match where the order of matches is not the
	// standard's; nil is the standard's.
	reach route.ReachFunc
	// Note is what else there is to know.
	Note string
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
	wholeRoute                    // the request, if shorter than timeouts.request
	unsure
)

func causes(names ...string) []behavior.Cause {
	var list []behavior.Cause
	for _, name := range names {
		c, _ := behavior.GRPC(name)
		list = append(list, c)
	}
	return list
}

var (
	notSent  = []behavior.Cause{behavior.ConnectFailure, behavior.RefusedStream}
	anyReset = append([]behavior.Cause{behavior.ResetBeforeRequest, behavior.Reset, behavior.AttemptTimeout}, notSent...)
	envoySet = append(causes("UNAVAILABLE", "CANCELLED"), notSent...)
)

// doubling is Envoy's back-off: full jitter, doubled up to a multiple of the base,
// and none after a 425.
func doubling(factor time.Duration) func(time.Duration) behavior.Setting[behavior.Backoff] {
	return func(base time.Duration) behavior.Setting[behavior.Backoff] {
		limit := factor * base
		if base == 0 {
			base, limit = 25*time.Millisecond, 250*time.Millisecond
		}
		return behavior.Is(behavior.Backoff{Base: base, Cap: limit, Growth: 2, Jitter: behavior.FullJitter, NotAfter425: true})
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

// implementations are read in their sources: Envoy Gateway 1.9.1
// internal/gatewayapi/route.go:1083, Istio 1.31
// pilot/pkg/config/kube/gateway/conversion.go:186, kgateway 2.4.0
// pkg/pluginsdk/policy/retry.go:15, Cilium 1.20.2
// operator/pkg/model/translation/envoy_virtual_host.go:469, agentgateway
// crates/agentgateway/src/proxy/httpproxy.rs:1006. The last row is the standard.
var implementations = []Implementation{
	{
		Name: "envoy-gateway", envoy: true, stanza: envoySet, unset: 2, codes: []int{503}, code: everyCode, backoff: doubling(10),
		total: behavior.Is(15 * time.Second), lone: true, Budget: behavior.Off, reach: route.ReachCounting,
		Filters: []string{"gateway.envoyproxy.io"},
	},
	{
		Name: "istio", envoy: true, needsRetries: true, stanza: envoySet, bare: 2, unset: 2, code: goCode, backoff: doubling(10),
		total: behavior.None[time.Duration](), lone: true, Budget: behavior.Unknown,
	},
	{
		Name: "kgateway", envoy: true, stanza: append(causes("UNAVAILABLE", "CANCELLED"), anyReset...), unset: 1, code: everyCode, backoff: doubling(10),
		total: behavior.Unclear[time.Duration](), Budget: behavior.Unknown,
	},
	{
		Name: "cilium", stanza: anyReset, unset: 1, code: everyCode, backoff: doubling(2),
		total: behavior.Unclear[time.Duration](), attempt: wholeRoute, lone: true, Budget: behavior.Off,
	},
	{
		Name: "agentgateway", stanza: anyReset, unset: 1, code: everyCode,
		backoff: func(base time.Duration) behavior.Setting[behavior.Backoff] {
			if base == 0 {
				return behavior.Unclear[behavior.Backoff]()
			}
			return behavior.Is(behavior.Backoff{Base: base, Growth: 1, Jitter: behavior.NoJitter})
		},
		total: behavior.Unclear[time.Duration](), attempt: unsure, Budget: behavior.Unknown,
		Note: "requests with a body of more than 64 KiB are not retried",
	},
	{
		Name: "none", unclear: append(causes("UNAVAILABLE", "CANCELLED"), anyReset...), bare: unknownRetries, unset: unknownRetries,
		code: requiredCodes, backoff: unknownWaits, total: behavior.Unclear[time.Duration](), Budget: behavior.Set,
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

// Counts reports whether the implementation counts a method of a match as one
// header more, where the standard places it above all headers.
func (row Implementation) Counts() bool { return row.reach != nil }

// Order gives which methods reach a match of a rule.
func (row Implementation) Order() route.ReachFunc {
	if row.reach != nil {
		return row.reach
	}
	return route.ReachOf
}
