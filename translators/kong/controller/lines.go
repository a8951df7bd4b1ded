package controller

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/kong/api"
)

// The annotations of a route or an Ingress that change what Kong matches.
const (
	methodsKey  = api.Prefix + "/methods"
	priorityKey = api.Prefix + "/regex-priority"
	headersKey  = api.Prefix + "/headers."
	snisKey     = api.Prefix + "/snis"
)

// httpRoute adds the lines of an HTTPRoute. A prefix of whole elements becomes a
// regular expression for the path itself and a prefix for what is below it, an exact
// path a regular expression (subtranslator/httproute.go,
// generateKongRoutePathFromHTTPRouteMatch).
func (r *Router) httpRoute(o *manifest.Object) {
	rules := route.Rules(o)
	whole := ""
	for _, rule := range rules {
		for _, m := range rule.Matches {
			if m.Queries > 0 && !r.expressions {
				whole = "a match on query parameters, for which the controller leaves the whole route out unless Kong's router is that of expressions"
			}
		}
	}
	var hosts []string
	for _, v := range o.At("spec", "hostnames").Items() {
		hosts = append(hosts, strings.ToLower(v.Text()))
	}
	for n, rule := range rules {
		dropped := whole
		if dropped == "" {
			dropped = LeftOut(r.world, o, n)
		}
		for m, match := range rule.Distinct() {
			l := line{ServedRule: ServedRule{ID: o.ID(), Rule: n}, match: m, dropped: dropped}
			written := rule.Value.At("matches").Index(m)
			l.headers = append(headersOf(written.At("headers"), ""), headersOf(written.At("queryParams"), queryMark)...)
			if match.Method != "" {
				l.methods = behavior.ParseMethod(match.Method)
			}
			path := match.Path.Value
			l.order = standardOrder{length: len(path), method: min(1, len(match.Method)), headers: match.Headers, queries: match.Queries,
				created: o.At("metadata", "creationTimestamp").Text()}
			l.route = fmt.Sprint(o.ID(), alike(rules, n), match.Method, match.Conditions)
			var patterns []pattern
			switch match.Path.Kind {
			case route.Exact:
				l.order.kind, patterns = 2, []pattern{{exact: true, text: path}}
			case route.Prefix:
				below := strings.TrimSuffix(path, "/") + "/"
				l.order.kind, patterns = 1, []pattern{{exact: true, text: path}, {text: below}}
			default:
				if expr, err := regexp.Compile("^(?:" + path + ")"); err == nil {
					patterns = []pattern{{text: path, expr: expr}}
				}
			}
			r.spread(o, l, hosts, patterns)
		}
	}
}

// grpcRoute adds the lines of a GRPCRoute, which are in one order with all others: the
// router looks at no protocol (kong/router/transform.lua, get_expression), and what is
// no gRPC is answered 415 by a route for it (kong/runloop/handler.lua). A method of a
// service is a regular expression for the beginning of the path, as it is written, and
// no condition on the HTTP method (subtranslator/grpcroute.go).
func (r *Router) grpcRoute(o *manifest.Object) {
	rules := route.Rules(o)
	for n, rule := range rules {
		dropped := LeftOut(r.world, o, n)
		for m, match := range rule.Distinct() {
			written := rule.Value.At("matches").Index(m)
			l := line{ServedRule: ServedRule{ID: o.ID(), Rule: n}, match: m, methods: behavior.POST, grpc: true, dropped: dropped, headers: headersOf(written.At("headers"), "")}
			method := written.At("method")
			service, called := method.At("service").Text(), method.At("method").Text()
			l.order = standardOrder{kind: 2, length: len(service), method: len(called), headers: match.Headers, created: o.At("metadata", "creationTimestamp").Text()}
			if method.At("type").Text() == "RegularExpression" {
				l.order.kind = 0
				if called == "" {
					called = ".+"
				}
			}
			if service == "" {
				service = ".+"
			}
			l.route = fmt.Sprint(o.ID(), n, m)
			hosts := grpcHosts(r.world, o)
			p := pattern{text: "/"}
			if l.pathless = !method.IsMap() && (len(hosts) > 0 || written.Exists()); method.IsMap() {
				expr, err := regexp.Compile("^/" + service + "/" + called)
				if err != nil {
					continue // Kong refuses it
				}
				p = pattern{text: expr.String(), expr: expr}
				if exact := l.order.kind == 2; exact && service != ".+" && called != "" {
					p.call = "/" + service + "/" + called
				}
			}
			r.spread(o, l, hosts, []pattern{p})
		}
	}
}

// grpcHosts gives the hostnames of a GRPCRoute: where it has none, those of the
// listeners that it is attached to (getGRPCRouteHostnamesAsSliceOfStringPointers).
func grpcHosts(world *manifest.Set, o *manifest.Object) []string {
	var hosts []string
	for _, v := range o.At("spec", "hostnames").Items() {
		hosts = append(hosts, strings.ToLower(v.Text()))
	}
	if len(hosts) > 0 {
		return hosts
	}
	for _, listener := range resolve.Listeners(o, world) {
		if parent := world.Get(listener.Parent); parent != nil {
			for _, l := range parent.At("spec", "listeners").Items() {
				if host := strings.ToLower(l.At("hostname").Text()); host != "" && l.At("name").Text() == listener.Name {
					hosts = append(hosts, host)
				}
			}
		}
	}
	return hosts
}

// ingress adds the lines of an Ingress (subtranslator/ingress.go, PathsFromIngressPaths).
func (r *Router) ingress(o *manifest.Object) {
	add := func(host string, at int, path manifest.Value) {
		name := path.At("backend", "service", "name").Text()
		if name == "" {
			return
		}
		l := line{ServedRule: ServedRule{ID: o.ID(), Rule: -1, To: manifest.ID{Kind: "Service", Namespace: o.ID().Namespace, Name: name}}, match: at}
		l.route = fmt.Sprint(o.ID(), host, name, path.At("backend", "service", "port"))
		value := path.At("path").Text()
		base := strings.Trim(value, "/")
		l.order = standardOrder{kind: 1, length: len(base) + 1, created: o.At("metadata", "creationTimestamp").Text()}
		var patterns []pattern
		switch expression, regex := strings.CutPrefix(value, "/~"); {
		case regex:
			if expr, err := regexp.Compile("^(?:" + expression + ")"); err == nil {
				l.order.kind, patterns = 0, []pattern{{text: expression, expr: expr}}
			}
		case path.At("pathType").Text() == "Exact":
			l.order.kind, patterns = 2, []pattern{{exact: true, text: "/" + strings.TrimLeft(value, "/")}}
		case path.At("pathType").Text() != "Prefix":
			patterns = []pattern{{text: "/" + strings.TrimLeft(value, "/")}}
		case base == "":
			patterns = []pattern{{text: "/"}}
		default:
			patterns = []pattern{{exact: true, text: "/" + base}, {text: "/" + base + "/"}}
		}
		var hosts []string
		if host != "" {
			hosts = []string{strings.ToLower(host)}
		}
		r.spread(o, l, hosts, patterns)
	}
	for n, rule := range o.At("spec", "rules").Items() {
		for _, path := range rule.At("http", "paths").Items() {
			add(rule.At("host").Text(), n, path)
		}
	}
	if b := o.At("spec", "defaultBackend"); b.Exists() {
		add("", -1, manifest.Map("backend", b.Copy()))
	}
}

// spread adds a line for each hostname and path, with what the object's annotations
// say of all its routes.
func (r *Router) spread(o *manifest.Object, l line, hosts []string, patterns []pattern) {
	if value, ok := o.Annotation(methodsKey); ok && !l.grpc {
		l.methods = behavior.ParseMethods(api.List(strings.ToUpper(value)))
	}
	for key, value := range o.At("metadata", "annotations").Fields() {
		if name, ok := strings.CutPrefix(key.Text(), headersKey); ok {
			l.headers = append(l.headers, condition{name: strings.ToLower(name), values: api.List(strings.ToLower(value.Text()))})
		}
	}
	l.rank.kinds, l.rank.headers = 1, len(l.headers)
	if l.pathless {
		l.rank.kinds = 0
	}
	l.rank.plain = len(hosts) > 0
	for _, host := range hosts {
		l.rank.plain = l.rank.plain && !strings.Contains(host, "*")
	}
	_, snis := o.Annotation(snisKey)
	for _, more := range []bool{len(hosts) > 0, l.methods != 0 && !l.grpc, len(l.headers) > 0, snis} {
		if more {
			l.rank.kinds++
		}
	}
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	priority, _ := o.Annotation(priorityKey)
	there := map[string]bool{}
	for _, host := range hosts {
		if there[host] {
			continue
		}
		there[host], l.host = true, host
		l.order.host = 2 * len(host)
		if strings.HasPrefix(host, "*") {
			l.order.host = len(host)
		}
		for _, p := range patterns {
			l.path = p
			l.rank.regex, l.rank.priority, l.rank.length = p.exact || p.expr != nil, 0, 0
			if l.rank.regex {
				l.rank.priority, _ = strconv.Atoi(priority)
			} else {
				l.rank.length = len(p.text)
				if l.pathless {
					l.rank.length = 0
				}
			}
			r.add(l)
		}
	}
}

// alike gives the first rule with the backends and filters of one: the controller
// makes one route of Kong of their matches that differ in the path alone.
func alike(rules []route.Rule, n int) int {
	for k, rule := range rules[:n] {
		if same(rule.Value.At("backendRefs"), rules[n].Value.At("backendRefs")) && same(rule.Value.At("filters"), rules[n].Value.At("filters")) {
			return k
		}
	}
	return n
}

// queryMark stands before the name of a query parameter, which no header begins with.
const queryMark = "?"

// headersOf reads conditions on headers, whose names and values Kong takes in lower
// case, or on query parameters.
func headersOf(list manifest.Value, mark string) []condition {
	var headers []condition
	for _, v := range list.Items() {
		h := condition{name: mark + v.At("name").Text(), values: []string{v.At("value").Text()}}
		if mark == "" {
			h.name, h.values[0] = strings.ToLower(h.name), strings.ToLower(h.values[0])
		}
		if v.At("type").Text() == "RegularExpression" {
			h.pattern, _ = regexp.Compile(h.values[0])
		}
		headers = append(headers, h)
	}
	return headers
}
