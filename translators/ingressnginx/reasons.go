package ingressnginx

const ownList = "proxy-next-upstream is a list that takes the place of its default, error timeout (internal/ingress/annotations/proxy/main.go)"

const onceSent = "nginx does not try POST and PATCH again once the request was sent, unless non_idempotent is in proxy-next-upstream or retry-non-idempotent in the ConfigMap (ngx_http_upstream.c, ngx_http_upstream_next)"

// reasons are those of ingress-nginx at dbb11b92d, and of nginx.
var reasons = map[string]string{
	"ConnectFailure":          ownList,
	"ConnectFailure/unknown":  "a connect failure is an error or a timeout, and only one of the two is in proxy-next-upstream",
	"ResetBeforeRequest":      ownList,
	"RefusedStream":           "how nginx treats an HTTP/2 refusal of a gRPC backend was not measured (nginx grpc_next_upstream)",
	"Reset/narrowed":          onceSent,
	"Reset":                   ownList,
	"AttemptTimeout/narrowed": onceSent,
	"AttemptTimeout":          ownList,
	"statusCodes":             "proxy-next-upstream has words for 403, 404, 429, 500, 502, 503 and 504, and for no other status (ngx_http_upstream.c, ngx_http_upstream_next_errors)",
	"grpcStatuses":            "nginx does not look at gRPC statuses",
	"maxRetries":              "proxy-next-upstream-tries counts the first try and is 3 where nothing is said; nothing bounds the tries at gRPC backends (rootfs/etc/nginx/template/nginx.tmpl writes no grpc_next_upstream_tries)",
	"attemptTimeout":          "proxy-read-timeout is 60s where nothing is said, and counts from one read to the next",
	"attemptTimeout.idle":     "nginx' timeouts are for connecting, for sending and for receiving, one after the other, and the last two start anew with every part of a body (nginx proxy_connect_timeout, proxy_send_timeout, proxy_read_timeout)",
	"totalTimeout":            "nothing bounds a request with all its tries; proxy-next-upstream-timeout only stops new ones (nginx proxy_next_upstream_timeout)",
	"backoff":                 "the next try starts at once (rootfs/etc/nginx/lua/balancer.lua, balance)",
	"order":                   "the hostname counts first, then an exact path, then the length of the path (nginx server_name, location)",
	"budget":                  "nginx has no budget for retries",
	"circuitBreaker":          "ingress-nginx has no limit on what is in flight to a backend",
	"maxRequestBodyBytes":     "nginx keeps bodies up to proxy-body-size where request buffering is on, large ones in a file, and none where it is off (ngx_http_upstream_next)",
	"idempotencyKey":          "ingress-nginx sets the same X-Request-ID for all tries of a request, and no other header that a client did not send",
}
