// Package api has the words of the objects that carry Traefik's retries, and its defaults.
package api

import (
	"time"

	"retryctl.dev/schema/behavior"
)

// The API of Traefik, and the annotations that its Ingress provider reads.
const (
	Group         = "traefik.io"
	APIVersion    = Group + "/v1alpha1"
	Kind          = "Middleware"
	TransportKind = "ServersTransport"

	RouterMiddlewares  = "traefik.ingress.kubernetes.io/router.middlewares"
	RouterEntryPoints  = "traefik.ingress.kubernetes.io/router.entrypoints"
	RouterPathMatcher  = "traefik.ingress.kubernetes.io/router.pathmatcher"
	RouterPriority     = "traefik.ingress.kubernetes.io/router.priority"
	RouterSyntax       = "traefik.ingress.kubernetes.io/router.rulesyntax"
	RouterTLS          = "traefik.ingress.kubernetes.io/router.tls"
	ServiceMiddlewares = "traefik.ingress.kubernetes.io/service.middlewares"
	ServiceTransport   = "traefik.ingress.kubernetes.io/service.serverstransport"
	ServiceScheme      = "traefik.ingress.kubernetes.io/service.serversscheme"

	CrdProvider = "@kubernetescrd"
)

// What Traefik does where nothing is written, and what its back-off library has
// built in (v3.7.13 pkg/middlewares/retry/retry.go:262, cenkalti/backoff v4.3.0).
const (
	MaxInterval = 60 * time.Second
	MaxElapsed  = 15 * time.Minute
	DefaultDial = 30 * time.Second // to connect (pkg/server/service/transport.go:300)
	// WaitLimit is how much of maxElapsed Translate lets the waits take.
	WaitLimit = 10 * time.Minute
	// BodyLimit is written as maxRequestBodyBytes beside status where nobody wishes a
	// size: every request allocates that much, and Traefik's own value is DefaultBody.
	BodyLimit   = 65536
	DefaultBody = 2 << 20 // pkg/config/dynamic/middlewares.go:17
	// What makes the priority of an HTTPRoute's match (v3.7.13
	// pkg/provider/kubernetes/gateway/httproute.go:742): that of a prefix and of a
	// regular expression, each character of it, an exact path, a method, each header
	// and each query parameter.
	PathPriority   = 10000
	PrefixPriority = 100
	ExactPriority  = 100000
	MethodPriority = 1000
	HeaderPriority = 100
	QueryPriority  = 10

	MaxFilters = 16 // of a rule, in the Gateway API's CRD
)

// What faults of versions are about.
const (
	AnyRetry = "a middleware that retries"
	ByStatus = "a middleware that retries by status"
)

// Kinds are the fields of a Middleware's spec; an object has exactly one of them
// (v3.7.13 pkg/provider/kubernetes/crd/traefikio/v1alpha1/middleware.go:28).
var Kinds = []string{
	"addPrefix", "stripPrefix", "stripPrefixRegex", "replacePath", "replacePathRegex", "chain", "ipWhiteList", "ipAllowList",
	"headers", "encodedCharacters", "errors", "rateLimit", "redirectRegex", "redirectScheme", "basicAuth", "digestAuth",
	"forwardAuth", "inFlightReq", "buffering", "circuitBreaker", "compress", "passTLSClientCert", "retry", "contentType",
	"grpcWeb", "plugin",
}

// NotByStatus are the methods that are not retried by status unless a middleware
// says retryNonIdempotentMethod.
const NotByStatus = behavior.POST | behavior.PATCH
