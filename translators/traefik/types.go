package traefik

import "time"

// The API of Traefik, and the annotations that its Ingress provider reads.
const (
	group         = "traefik.io"
	apiVersion    = group + "/v1alpha1"
	kind          = "Middleware"
	transportKind = "ServersTransport"

	routerMiddlewares  = "traefik.ingress.kubernetes.io/router.middlewares"
	routerEntryPoints  = "traefik.ingress.kubernetes.io/router.entrypoints"
	routerPathMatcher  = "traefik.ingress.kubernetes.io/router.pathmatcher"
	routerPriority     = "traefik.ingress.kubernetes.io/router.priority"
	routerSyntax       = "traefik.ingress.kubernetes.io/router.rulesyntax"
	routerTLS          = "traefik.ingress.kubernetes.io/router.tls"
	serviceMiddlewares = "traefik.ingress.kubernetes.io/service.middlewares"
	serviceTransport   = "traefik.ingress.kubernetes.io/service.serverstransport"
	serviceScheme      = "traefik.ingress.kubernetes.io/service.serversscheme"

	crdProvider = "@kubernetescrd"
)

// What Traefik does where nothing is written, and what its back-off library has
// built in (v3.7.13 pkg/middlewares/retry/retry.go:262, cenkalti/backoff v4.3.0).
const (
	maxInterval = 60 * time.Second
	maxElapsed  = 15 * time.Minute
	defaultDial = 30 * time.Second // to connect (pkg/server/service/transport.go:300)
	// waitLimit is how much of maxElapsed Translate lets the waits take.
	waitLimit = 10 * time.Minute
	// bodyLimit is written as maxRequestBodyBytes beside status: every request
	// allocates that much, and Traefik's own value is 2 MiB.
	bodyLimit = 65536
	// What makes the priority of an HTTPRoute's match (v3.7.13
	// pkg/provider/kubernetes/gateway/httproute.go:742): that of a prefix and of a
	// regular expression, each character of it, an exact path, a method, each header
	// and each query parameter.
	pathPriority   = 10000
	prefixPriority = 100
	exactPriority  = 100000
	methodPriority = 1000
	headerPriority = 100
	queryPriority  = 10

	maxFilters = 16 // of a rule, in the Gateway API's CRD
)

// kinds are the fields of a Middleware's spec; an object has exactly one of them
// (v3.7.13 pkg/provider/kubernetes/crd/traefikio/v1alpha1/middleware.go:28).
var kinds = []string{
	"addPrefix", "stripPrefix", "stripPrefixRegex", "replacePath", "replacePathRegex", "chain", "ipWhiteList", "ipAllowList",
	"headers", "encodedCharacters", "errors", "rateLimit", "redirectRegex", "redirectScheme", "basicAuth", "digestAuth",
	"forwardAuth", "inFlightReq", "buffering", "circuitBreaker", "compress", "passTLSClientCert", "retry", "contentType",
	"grpcWeb", "plugin",
}
