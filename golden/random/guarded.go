package random

import (
	"fmt"
	"strings"
)

// Guarded is InputFor for routes that others have a say in: their rules have filters of
// every kind, on backends too, matches of every type and names, and policies of several
// makers are on rules by their names, on routes, listeners and Gateways. There are
// IngressRoutes with middlewares, and plugins by annotation.
func Guarded(seed uint64, class GatewayClass) []byte {
	w := newWriter(seed, 4)
	w.edge(class)
	for n := range 1 + w.rng.IntN(2) {
		w.guardedRoute(fmt.Sprintf("route%d", n))
	}
	for n := range w.rng.IntN(4) {
		w.guard(n)
	}
	for _, name := range services {
		w.line("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop%s}\nspec: {ports: [{name: http, port: 8080, appProtocol: http}]}",
			name, w.pick("", "", ", annotations: {konghq.com/plugins: limit}"))
	}
	w.ingressRoute()
	w.line("---\napiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: limit, namespace: shop}\nplugin: rate-limiting\nconfig: {minute: 5}")
	w.line("---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: auth, namespace: shop}\nspec: {basicAuth: {secret: users}}")
	for n := range w.count {
		w.policy(fmt.Sprintf("policy%d", n), fmt.Sprintf("{group: gateway.networking.k8s.io, kind: HTTPRoute, name: route%d}", n))
	}
	w.policy("web", "{group: traefik.io, kind: IngressRoute, name: web}")
	return []byte(w.String())
}

func (w *writer) guardedRoute(name string) {
	w.count++
	w.line("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop%s}", name, w.pick("", "", ", annotations: {konghq.com/plugins: limit}"))
	w.line("spec:\n  parentRefs: [{name: edge}]\n  hostnames: [%s.example]\n  rules:", name)
	for n := range 1 + w.rng.IntN(w.rng.IntN(14)+2) {
		if w.chance(3) {
			w.line("  - backendRefs:")
		} else {
			rule := fmt.Sprintf("rule%d", n)
			w.line("  - name: %s\n    backendRefs:", rule)
			w.named = append(w.named, target{name, rule})
		}
		filters, onePrefix, redirects := w.filters()
		if !redirects {
			w.line("    - name: %s\n      port: 8080", w.pick(services...))
			if w.chance(5) {
				w.line("      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Backend, value: a}]}}]")
			}
			if w.chance(4) {
				w.line("    - {name: %s, port: 8080, weight: %d}", services[0], w.rng.IntN(3))
			}
		} else {
			w.line("      []")
		}
		if len(filters) > 0 {
			w.line("    filters:\n    - %s", strings.Join(filters, "\n    - "))
		}
		w.line("    matches:")
		if onePrefix {
			w.line("    - path: {type: PathPrefix, value: /p%d}", n)
		} else {
			for m := range 1 + w.rng.IntN(3) {
				w.guardedMatch(n, m)
			}
		}
		if w.chance(6) {
			w.line("    timeouts: {%s}", strings.Join(w.some(2, "request: 20s", "backendRequest: 2s"), ", "))
		}
	}
}

func (w *writer) guardedMatch(rule, n int) {
	w.line("    - path: {type: %s, value: /p%d%d}", w.pick("PathPrefix", "PathPrefix", "Exact", "RegularExpression"), rule, n)
	if w.chance(5) {
		w.line("      method: %s", w.pick("GET", "POST", "DELETE"))
	}
	if w.chance(4) {
		w.line("      headers: [{name: X-Version, value: '1', type: %s}]", w.pick("Exact", "RegularExpression"))
	}
	if w.chance(6) {
		w.line("      queryParams: [{name: page, value: '1', type: %s}]", w.pick("Exact", "RegularExpression"))
	}
}

// filters gives some filters of one rule, and whether they want one match on a prefix
// and no backend.
func (w *writer) filters() (list []string, onePrefix, redirects bool) {
	if w.chance(3) {
		return nil, false, false
	}
	path := w.pick("{type: ReplaceFullPath, replaceFullPath: /b}", "{type: ReplacePrefixMatch, replacePrefixMatch: /b}")
	switch w.rng.IntN(4) {
	case 0:
		list = append(list, "{type: URLRewrite, urlRewrite: {hostname: b.example, path: "+path+"}}")
	case 1:
		list, redirects = append(list, "{type: RequestRedirect, requestRedirect: {statusCode: 302, path: "+path+"}}"), true
	}
	onePrefix = len(list) > 0 && strings.Contains(path, "ReplacePrefixMatch")
	for _, f := range []string{
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Team, value: blue}], add: [{name: X-More, value: a}], remove: [X-Debug]}}",
		"{type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: X-Frame-Options, value: DENY}]}}",
		"{type: RequestMirror, requestMirror: {backendRef: {name: search, port: 8080}}}",
		"{type: CORS, cors: {allowOrigins: ['https://a.example']}}",
		"{type: ExtensionRef, extensionRef: {group: " + w.pick("gateway.envoyproxy.io, kind: HTTPRouteFilter, name: filter", "traefik.io, kind: Middleware, name: auth", "configuration.konghq.com, kind: KongPlugin, name: limit") + "}}",
	} {
		if w.chance(4) {
			list = append(list, f)
		}
	}
	return list, onePrefix, redirects
}

// guard is one policy of some maker on one to three targets.
func (w *writer) guard(n int) {
	one := func() string {
		const group = "{group: gateway.networking.k8s.io, kind: "
		if len(w.named) > 0 && !w.chance(3) {
			t := w.named[w.rng.IntN(len(w.named))]
			return fmt.Sprintf("%sHTTPRoute, name: %s, sectionName: %s}", group, t.route, t.rule)
		}
		return group + w.pick("HTTPRoute, name: route0}", "Gateway, name: edge}", "Gateway, name: edge, sectionName: http}")
	}
	kind := w.pick("gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy", "gateway.envoyproxy.io/v1alpha1\nkind: EnvoyExtensionPolicy", "gateway.kgateway.dev/v1alpha1\nkind: TrafficPolicy",
		"guards.example/v1\nkind: Guard", "kuadrant.io/v1\nkind: AuthPolicy", "gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy")
	w.line("---\napiVersion: %s\nmetadata: {name: guard%d, namespace: shop}\nspec:", kind, n)
	if strings.HasSuffix(kind, "AuthPolicy") {
		w.line("  targetRef: %s\n  rules: {}", one())
		return
	}
	refs := []string{one()}
	for len(refs) < 1+w.rng.IntN(3) {
		if ref := one(); !strings.Contains(strings.Join(refs, ""), ref) {
			refs = append(refs, ref)
		}
	}
	w.line("  targetRefs: [%s]", strings.Join(refs, ", "))
	switch {
	case strings.HasSuffix(kind, "SecurityPolicy"):
		w.line("  cors: {allowOrigins: ['https://a.example']}")
	case strings.HasSuffix(kind, "EnvoyExtensionPolicy"):
		w.line("  lua: [{type: Inline, inline: 'function envoy_on_request(r) end'}]")
	case strings.HasSuffix(kind, "BackendTrafficPolicy"):
		w.line("  rateLimit: {type: Local, local: {rules: [{limit: {requests: 10, unit: Second}}]}}")
	}
}

func (w *writer) ingressRoute() {
	w.line("---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: web, namespace: shop}\nspec:\n  entryPoints: [web]\n  routes:")
	for n := range 1 + w.rng.IntN(3) {
		w.line("  - kind: Rule\n    match: Host(`a.example`) && PathPrefix(`/p%d`)%s", n, w.pick("", "", " && Method(`GET`, `POST`)", " && !Method(`DELETE`)"))
		w.line("    services: [{name: %s, port: 8080}]", w.pick(services...))
		if w.chance(2) {
			w.line("    middlewares: [{name: auth}, {name: limit, namespace: other}]")
		}
		if w.chance(3) {
			w.line("    priority: %d", 1+w.rng.IntN(50))
		}
		if w.chance(3) {
			w.line("    observability: {accessLogs: false}")
		}
	}
}
