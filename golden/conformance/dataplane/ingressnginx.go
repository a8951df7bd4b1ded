package dataplane

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"retryctl.dev/golden/conformance/backend"
)

// An IngressSite is what the controller of ingress-nginx has for the location of an
// Ingress: annotations without their prefix, and its ConfigMap.
type IngressSite struct {
	Name                   string
	Annotations, ConfigMap map[string]string
}

// ingressShim is the balancer of ingress-nginx as far as tries go: one more is asked for
// with each that is made.
const ingressShim = `
local balancer = require "ngx.balancer"
shim = {}
function shim.balance()
  balancer.set_more_tries(1)
  balancer.set_current_peer(ngx.var.to_host, tonumber(ngx.var.to_port))
end
`

// StartIngressNginx runs nginx with a server for each site and kind of backend, whose
// location has the directives that the controller writes.
func StartIngressNginx(root string, b *backend.Backend, sites []IngressSite) (DataPlane, error) {
	n := &nginxPlane{ports: map[string]string{}}
	var names []string
	of := map[string]IngressSite{}
	for _, s := range sites {
		names, of[s.Name] = append(names, s.Name), s
	}
	var servers strings.Builder
	err := n.servers(names, func(addr, name string, kind Upstream) {
		host, port, _ := strings.Cut(address(b, kind), ":")
		fmt.Fprintf(&servers, "  server {\n    listen %s;\n    location / {\n      set $to_host %s;\n      set $to_port %s;\n%s    }\n  }\n", addr, host, port, of[name].location(kind))
	})
	if err != nil {
		return nil, err
	}
	return n, n.start(root, ingressShim, servers.String())
}

// builtIn is what holds where nothing is said, as the controller has it.
var builtIn = map[string]string{
	"proxy-next-upstream": "error timeout", "proxy-next-upstream-tries": "3", "proxy-next-upstream-timeout": "0",
	"proxy-connect-timeout": "5", "proxy-send-timeout": "60", "proxy-read-timeout": "60", "proxy-request-buffering": "on",
	"proxy-body-size": "1m",
}

// wordList is what the controller takes for a list of proxy-next-upstream.
var wordList = regexp.MustCompile(`^((error|timeout|invalid_header|http_500|http_502|http_503|http_504|http_403|http_404|http_429|non_idempotent|off)\s?)+$`)

// sizes are those that the template lets through to nginx.
var sizes = regexp.MustCompile(`^\d+[kKmMgG]?$`)

// value gives that of a key: the annotation's if it is valid, else the ConfigMap's.
func (s IngressSite) value(key string) string {
	usual, mapped := s.ConfigMap[key]
	if !mapped {
		usual = builtIn[key]
	}
	text, ok := s.Annotations[key]
	switch {
	case !ok:
		return usual
	case key == "proxy-next-upstream":
		ok = wordList.MatchString(text)
	case key == "proxy-request-buffering":
		ok = text == "on" || text == "off"
	case key == "proxy-body-size":
		ok = sizes.MatchString(text)
	default:
		_, err := strconv.Atoi(text)
		ok = err == nil
	}
	if !ok {
		return usual
	}
	return text
}

// location gives the directives of the site's location. A connection that is never made
// is given up soon, to keep the tests short.
func (s IngressSite) location(kind Upstream) string {
	connect := s.value("proxy-connect-timeout") + "s"
	if kind == Silent {
		connect = fmt.Sprintf("%dms", silentMillis)
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, "      "+format+";\n", args...) }
	line("client_max_body_size %s", s.value("proxy-body-size"))
	if strings.HasPrefix(strings.ToUpper(s.Annotations["backend-protocol"]), "GRPC") {
		line("grpc_connect_timeout %s", connect)
		line("grpc_send_timeout %ss", s.value("proxy-send-timeout"))
		line("grpc_read_timeout %ss", s.value("proxy-read-timeout"))
		line("grpc_pass grpc://balancer")
		return b.String()
	}
	var words []string
	every := s.ConfigMap["retry-non-idempotent"] == "true"
	for _, word := range strings.Fields(s.value("proxy-next-upstream")) {
		if every = every || word == "non_idempotent"; word != "non_idempotent" {
			words = append(words, word)
		}
	}
	if every {
		words = append(words, "non_idempotent")
	}
	line("proxy_connect_timeout %s", connect)
	line("proxy_send_timeout %ss", s.value("proxy-send-timeout"))
	line("proxy_read_timeout %ss", s.value("proxy-read-timeout"))
	line("proxy_request_buffering %s", s.value("proxy-request-buffering"))
	line("proxy_next_upstream %s", strings.Join(words, " "))
	line("proxy_next_upstream_timeout %s", s.value("proxy-next-upstream-timeout"))
	line("proxy_next_upstream_tries %s", s.value("proxy-next-upstream-tries"))
	line("proxy_http_version 1.1")
	line("proxy_set_header Connection \"\"")
	line("proxy_set_header Host $host")
	line("proxy_pass http://balancer")
	return b.String()
}
