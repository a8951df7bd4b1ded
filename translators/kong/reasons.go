package kong

const notAlone = "what is safe cannot be tried again without a connection lost after sending being tried again too, which was not asked for these methods"

const oneBundle = "errors and timeouts are one bundle that Kong turns on and off with the number of retries (nginx proxy_next_upstream, default error timeout)"

// reasons are read in Kong 3.10 and its ingress controller 3.5 and measured there,
// unless they name another place.
var reasons = map[string]string{
	"ConnectFailure":              oneBundle,
	"ConnectFailure/unknown":      "a connect failure is an error or a timeout, and only one of the two is tried again; or it depends on what is not in the input",
	"ConnectFailure/narrowed":     notAlone,
	"ResetBeforeRequest/narrowed": notAlone,
	"RefusedStream":               "how nginx treats an HTTP/2 refusal of a gRPC backend was not measured (nginx grpc_next_upstream)",
	"ResetBeforeRequest":          oneBundle,
	"Reset/narrowed":              "nginx does not try POST and PATCH again once the request was sent (ngx_http_upstream.c, ngx_http_upstream_next); a limit on methods switches the others off as a whole",
	"Reset":                       oneBundle,
	"AttemptTimeout/narrowed":     "nginx does not try POST and PATCH again once the request was sent (ngx_http_upstream.c, ngx_http_upstream_next); a limit on methods switches the others off as a whole",
	"AttemptTimeout":              oneBundle,
	"statusCodes":                 "Kong passes every status on; codes 403, 404, 429, 500, 502, 503 and 504 can be tried again by code in a plugin since 3.10 with untrusted_lua = on, or for all routes with nginx_proxy_proxy_next_upstream",
	"grpcStatuses":                "Kong does not look at gRPC statuses",
	"maxRetries/narrowed":         "Kong tries nothing again of what is asked, or it cannot do so without trying more again than was asked",
	"maxRetries/unknown":          "the number is on a Service that is not in the input, or set by code that retryctl does not follow",
	"maxRetries":                  "the number of a Service holds for all rules that send to it, and is 5 where nothing is said (kong/db/schema/entities/services.lua:33)",
	"attemptTimeout":              "timeouts of a Service hold for all rules that send to it, and are 60s where nothing is said; each counts from one read or write to the next",
	"attemptTimeout.idle":         "Kong's timeouts are for connecting, for sending and for receiving, one after the other, and the last two start anew with every part of a body (nginx proxy_connect_timeout, proxy_send_timeout, proxy_read_timeout): a backend whose header is not whole in time is given up, one whose body trickles is not",
	"totalTimeout":                "nothing bounds a try as a whole, nor all tries together; timeouts.request of an HTTPRoute is ignored (the controller's subtranslator/httproute.go:265)",
	"backoff":                     "the next try starts at once (kong/init.lua:1270)",
	"order":                       "by the router traditional_compatible, Kong's default, a condition of another kind (hostname, method, header, path) counts before all else, then the number of headers, a regular expression, which an exact path is made into, before a prefix, and the length last (kong/router/transform.lua, get_priority); with the router expressions the controller keeps the Gateway API's order",
	"budget":                      "Kong has no budget for retries",
	"circuitBreaker":              "Kong has no limits on what is in flight; its health checks take backends out after failures",
	"maxRequestBodyBytes":         "nginx keeps bodies of every size where request buffering is on, large ones in a file, and none where it is off; no size can be set (ngx_http_upstream_next; measured with nginx 1.22.1)",
	"idempotencyKey":              "a correlation-id plugin gives the key; where the rule has one already, that one's header holds, and a filter that changes the header comes after it",
}
