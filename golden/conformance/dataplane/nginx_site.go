package dataplane

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// kongShim is as much of Kong as code of a plugin needs to set the retries of a
// request, with Kong's checks (kong/pdk/service.lua:114), and its balancer
// (kong/init.lua:1270).
const kongShim = `
local balancer = require "ngx.balancer"
shim = {}
kong = {
  service = {
    set_retries = function(n)
      if type(n) ~= "number" or math.floor(n) ~= n or n < 0 or n > 32767 then error("retries must be an integer between 0 and 32767") end
      ngx.ctx.data.retries = n
    end,
    set_timeouts = function(connect, write, read)
      for _, n in ipairs({connect, write, read}) do
        if type(n) ~= "number" or math.floor(n) ~= n or n < 1 or n > 2147483646 then error("a timeout must be an integer between 1 and 2147483646") end
      end
      ngx.ctx.data.connect, ngx.ctx.data.read = connect, read -- the one for writing is lost, as in Kong
    end,
  },
  request = { get_method = function() return ngx.req.get_method() end },
  log = { err = function(...) ngx.log(ngx.ERR, ...) end, warn = function(...) ngx.log(ngx.WARN, ...) end },
}
function shim.headers(rule)
  for _, pair in ipairs(rule.headers) do
    if ngx.req.get_headers()[pair[1]] ~= pair[2] then return false end
  end
  return true
end
-- A host is whole, or *.example.com, or "" for every one.
function shim.host(rule)
  local host = ngx.var.host
  for _, h in ipairs(rule.hosts) do
    if h == "" or h == host then return true end
    if string.sub(h, 1, 2) == "*." and string.sub(host, -(#h - 1)) == string.sub(h, 2) then return true end
  end
  return false
end
function shim.access(rules, host, port)
  for _, rule in ipairs(rules) do
    local path = ngx.var.uri
    if (rule.method == "" or rule.method == ngx.req.get_method()) and
       (path == rule.path or not rule.exact and string.sub(path, 1, #rule.path) == rule.path) and shim.host(rule) and shim.headers(rule) then
      ngx.ctx.data = { host = host, port = port, retries = rule.retries, connect = rule.connect, write = rule.write, read = rule.read }
      for _, code in ipairs(rule.code) do
        local ok, problem = pcall(code)
        if not ok then ngx.log(ngx.ERR, problem); return ngx.exit(500) end
      end
      return
    end
  end
  return ngx.exit(404)
end
function shim.balance()
  local data = ngx.ctx.data
  if not data.tried then
    data.tried = true
    if data.retries > 0 then balancer.set_more_tries(data.retries) end
  end
  balancer.set_current_peer(data.host, data.port)
  balancer.set_timeouts(data.connect / 1000, data.write / 1000, data.read / 1000)
end
`

// Kong's own values (kong/db/schema/entities/services.lua:33).
const (
	kongRetries = 5
	kongTimeout = 60000
)

// writeServer writes a server with the rules of an input. Where several rules
// take a request the one with a method is first, then the one with most headers, then the longest
// path.
func writeServer(w io.Writer, addr string, in Objects, kind Upstream, upstream string) {
	type line struct {
		rank int
		text string
	}
	var lines []line
	for _, s := range in.serves() {
		for _, m := range s.matches {
			rank := len(m.path) + 1000*len(m.headers)
			if m.method != "" {
				rank += 100000
			}
			lines = append(lines, line{rank, in.luaRule(s, m, kind)})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return b.rank - a.rank })
	host, port, _ := strings.Cut(upstream, ":")
	fmt.Fprintf(w, "  server {\n    listen %s;\n    location / {\n      access_by_lua_block {\n        shim.access({\n", addr)
	for _, l := range lines {
		fmt.Fprintf(w, "%s,\n", l.text)
	}
	fmt.Fprintf(w, "        }, %q, %s)\n      }\n%s      proxy_http_version 1.1;\n      proxy_set_header Connection \"\";\n      proxy_set_header Host $host;\n      proxy_pass http://balancer;\n    }\n  }\n", host, port, in.buffering())
}

// buffering is that of the input's routes: Kong has a location without it, to which it
// sends the requests of routes that say so (kong/templates/nginx_kong.lua, @unbuffered).
// Inputs with such a route have no other here.
func (o Objects) buffering() string {
	for _, r := range o.World.Kind(route.Group, "HTTPRoute") {
		if value, _ := r.Annotation("konghq.com/request-buffering"); value == "false" {
			return "      proxy_request_buffering off;\n"
		}
	}
	return ""
}

// luaRule is a rule as a table of Lua. The code of plugins becomes functions, so
// it must be whole Lua; the configuration is refused otherwise.
func (o Objects) luaRule(s served, m match, kind Upstream) string {
	retries, connect, write, read := kongRetries, kongTimeout, kongTimeout, kongTimeout
	if d, err := time.ParseDuration(s.rule.At("timeouts", "backendRequest").Text()); err == nil {
		connect, write, read = int(d.Milliseconds()), int(d.Milliseconds()), int(d.Milliseconds())
	}
	var code []string
	for n, id := range s.services {
		service := o.World.Get(id)
		if service == nil {
			continue
		}
		set := func(into *int, annotation string) {
			// What is no number is ignored (kongstate/service.go:134).
			text, ok := service.Annotation("konghq.com/" + annotation)
			if value, err := strconv.Atoi(text); ok && err == nil {
				*into = value
			}
		}
		set(&retries, "retries")
		set(&connect, "connect-timeout")
		set(&write, "write-timeout")
		set(&read, "read-timeout")
		if n == 0 {
			code = append(code, o.code(service, "")...)
		}
	}
	if own := o.ruleCode(s); len(own) > 0 {
		code = own // a route's plugin takes the place of its Service's
	}
	if kind == Silent {
		connect = min(connect, silentMillis)
	}
	var functions strings.Builder
	for _, text := range code {
		fmt.Fprintf(&functions, "function()\n%s\nend,", text)
	}
	var headers strings.Builder
	for _, h := range m.headers {
		fmt.Fprintf(&headers, "{ %q, %q },", h[0], h[1])
	}
	var hosts strings.Builder
	for _, h := range orAny(s.hosts) {
		fmt.Fprintf(&hosts, "%q,", h)
	}
	return fmt.Sprintf("{ hosts = { %s }, headers = { %s }, path = %q, exact = %t, method = %q, retries = %d, connect = %d, write = %d, read = %d, code = { %s } }",
		hosts.String(), headers.String(), m.path, m.exact, m.method, retries, connect, write, read, functions.String())
}

// orAny gives the hosts of a route; one without any takes every host.
func orAny(hosts []string) []string {
	if len(hosts) == 0 {
		return []string{""}
	}
	return hosts
}

const silentMillis = 300

// ruleCode gives the code of the pre-functions that a rule's filters name.
func (o Objects) ruleCode(s served) (code []string) {
	for _, f := range s.filters {
		if f.kind == "KongPlugin" {
			code = append(code, access(o.World.Get(manifest.ID{Group: f.group, Kind: f.kind, Namespace: s.namespace, Name: f.name}))...)
		}
	}
	return code
}

// code gives that of the pre-functions that an object's annotation names.
func (o Objects) code(object *manifest.Object, namespace string) (code []string) {
	text, _ := object.Annotation("konghq.com/plugins")
	for name := range strings.SplitSeq(text, ",") {
		id := manifest.ID{Group: "configuration.konghq.com", Kind: "KongPlugin", Namespace: orElse(namespace, object.ID().Namespace), Name: strings.TrimSpace(name)}
		code = append(code, access(o.World.Get(id))...)
	}
	return code
}

// access gives the code that a pre-function runs for a request.
func access(o *manifest.Object) (code []string) {
	if o == nil || o.At("plugin").Text() != "pre-function" {
		return nil
	}
	for _, v := range o.At("config", "access").Items() {
		code = append(code, v.Text())
	}
	return code
}
