package admission

import (
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema/manifest"
)

const (
	gatewayAPI   = "gateway.networking.k8s.io"
	envoyGateway = "gateway.envoyproxy.io"
)

// Kinds gives the kinds that translations write or edit.
func Kinds() []Kind {
	return []Kind{httpRoute(), grpcRoute(), budget(), traffic(), envoyPolicy("SecurityPolicy", securityPolicyLimits, "Gateway/ListenerSet/HTTPRoute/GRPCRoute/TCPRoute", "HTTPRoute/GRPCRoute/TCPRoute"),
		envoyPolicy("EnvoyExtensionPolicy", envoyExtensionPolicyLimits, anyRoute, "HTTPRoute/GRPCRoute/UDPRoute/TCPRoute/TLSRoute"),
		plugin(), middleware(), ingressRoute(), transport(), virtualService(), destinationRule()}
}

const (
	rulesPath   = "spec.rules"
	rulePath    = "spec.rules[]"
	filtersPath = "spec.rules[].filters"
	filterPath  = "spec.rules[].filters[]"
)

const fewMatchesMessage = "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128"

// ofFilters are the rules of filters: those that may be there once, and all of a kind
// of route.
func ofFilters(single []string, all ...string) []Rule {
	var rules []Rule
	for _, kind := range single {
		rules = append(rules, Rule{filtersPath, kind + " filter cannot be repeated", once(kind)})
	}
	for _, kind := range all {
		field := strings.ToLower(kind[:1]) + kind[1:]
		if kind == "CORS" || kind == "URLRewrite" {
			field = map[string]string{"CORS": "cors", "URLRewrite": "urlRewrite"}[kind]
		}
		rules = append(rules,
			Rule{filterPath, "filter." + field + " must be nil if the filter.type is not " + kind, onlyFor(field, kind, false)},
			Rule{filterPath, "filter." + field + " must be specified for " + kind + " filter.type", onlyFor(field, kind, true)})
	}
	return rules
}

// ofFilter are the paths of what translations write into filters.
var ofFilter = []string{"spec.rules[].name", "spec.rules[].filters[].type", "spec.rules[].filters[].extensionRef",
	"spec.rules[].filters[].requestHeaderModifier.set", "spec.rules[].filters[].requestHeaderModifier.add"}

func httpRoute() Kind {
	const prefix = "path.replacePrefixMatch, exactly one PathPrefix match must be specified"
	return Kind{Group: gatewayAPI, Name: "HTTPRoute", limits: httpRouteLimits,
		Written: append(slices.Clip(ofFilter), "spec.rules[].matches[].method", "spec.rules[].matches[].path", "spec.rules[].timeouts", "spec.rules[].retry"),
		Grown:   []string{rulesPath, "spec.rules[].matches", filtersPath},
		Rules: append(append(ofPaths(), ofFilters([]string{"RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite", "CORS"},
			"RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "RequestRedirect", "URLRewrite", "ExtensionRef", "CORS", "ExternalAuth")...),
			Rule{rulesPath, "Rule name must be unique within the route", uniqueNames},
			Rule{rulesPath, fewMatchesMessage, fewMatches(countOf)},
			Rule{rulePath, "RequestRedirect filter must not be used together with backendRefs", redirectsOrSends},
			Rule{filtersPath, "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both", redirectsOrRewrites},
			Rule{rulePath, "When using RequestRedirect filter with " + prefix, onePrefix("requestRedirect", false)},
			Rule{rulePath, "When using URLRewrite filter with " + prefix, onePrefix("urlRewrite", false)},
			Rule{rulePath, "Within backendRefs, when using RequestRedirect filter with " + prefix, onePrefix("requestRedirect", true)},
			Rule{rulePath, "Within backendRefs, When using URLRewrite filter with " + prefix, onePrefix("urlRewrite", true)},
			Rule{"spec.rules[].timeouts", "backendRequest timeout cannot be longer than request timeout", tryWithinRequest},
		)}
}

func grpcRoute() Kind {
	none := func(rule manifest.Value) int { return rule.At("matches").Len() }
	return Kind{Group: gatewayAPI, Name: "GRPCRoute", limits: grpcRouteLimits, Written: ofFilter, Grown: []string{filtersPath},
		Rules: append(ofFilters([]string{"RequestHeaderModifier", "ResponseHeaderModifier"}, "RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef"),
			Rule{rulesPath, "Rule name must be unique within the route", uniqueNames},
			Rule{rulesPath, fewMatchesMessage, fewMatches(none)})}
}

func budget() Kind {
	return Kind{Group: "gateway.networking.x-k8s.io", Name: "XBackendTrafficPolicy", limits: xBackendTrafficPolicyLimits,
		Written: []string{"spec.targetRefs", "spec.retryConstraint"},
		Rules: []Rule{
			{"spec.retryConstraint.budget.interval", "interval cannot be greater than one hour or less than one second", between(time.Second, time.Hour)},
			{"spec.retryConstraint.minRetryRate.interval", "interval cannot be greater than one hour", func(v manifest.Value) bool {
				return between(1, time.Hour)(v)
			}},
		}}
}

const anyRoute = "Gateway/ListenerSet/HTTPRoute/GRPCRoute/TCPRoute/UDPRoute/TLSRoute"

func traffic() Kind {
	k := envoyPolicy("BackendTrafficPolicy", backendTrafficPolicyLimits, anyRoute, "HTTPRoute/GRPCRoute/UDPRoute/TCPRoute/TLSRoute")
	k.Written = append(k.Written, "spec.retry", "spec.timeout.http.requestTimeout", "spec.circuitBreaker.maxConnections", "spec.circuitBreaker.maxPendingRequests",
		"spec.circuitBreaker.maxParallelRequests", "spec.circuitBreaker.maxParallelRetries", "spec.circuitBreaker.retryBudget")
	k.Rules = append(k.Rules,
		Rule{"spec.circuitBreaker.retryBudget.percent", "numerator must be less than or equal to denominator", fraction},
		Rule{"spec", "admissionControl can only be used with HTTPRoute, GRPCRoute, Gateway, or ListenerSet targets", with("admissionControl", "Gateway/ListenerSet/HTTPRoute/GRPCRoute")})
	const why = "no edit writes the fields, and a copy has them all"
	k.Kept = append(k.Kept, Kept{"spec", "either compression or compressor can be set, not both", why},
		Kept{"spec", "requestBuffer cannot be used together with httpUpgrade", why},
		Kept{"spec", "predictivePercent in preconnect policy only works with RoundRobin or Random load balancers", why})
	return k
}

// envoyPolicy is a policy of Envoy Gateway, which gets targets.
func envoyPolicy(name string, limits []limit, all, routes string) Kind {
	const why = "a policy with a targetRef is not edited at it, and a new one has none"
	k := Kind{Group: envoyGateway, Name: name, limits: limits, Written: []string{"spec.targetRefs"},
		Rules: []Rule{
			{"spec", "either targetRef or targetRefs must be used", targeted},
			{"spec", "this policy can only have a targetRefs[*].group of gateway.networking.k8s.io", groups},
			{"spec", "this policy can only have a targetRefs[*].kind of " + all, kinds(all)},
			{"spec", "mergeType can only be used with xRoute targets", with("mergeType", routes)},
		},
		Kept: []Kept{
			{"spec", "this policy can only have a targetRef.group of gateway.networking.k8s.io", why},
			{"spec", "this policy can only have a targetRef.kind of " + all, why},
		}}
	if name == "SecurityPolicy" {
		k.Kept = append(k.Kept, Kept{"spec", "if authorization.rules.principal.jwt is used, jwt must be defined", "only targets are written"})
	}
	return k
}

func plugin() Kind {
	return Kind{Group: "configuration.konghq.com", Name: "KongPlugin", limits: kongPluginLimits, Written: []string{"plugin", "config"},
		Rules: []Rule{{"", "Using both config and configFrom fields is not allowed.", func(o manifest.Value) bool { return !o.At("config").Exists() || !o.At("configFrom").Exists() }}},
		Kept: []Kept{
			{"", "Using both configFrom and configPatches fields is not allowed.", "neither is written"},
			{"", "The plugin field is immutable", "no edit changes it"},
		}}
}

const traefik = "traefik.io"

func middleware() Kind {
	return Kind{Group: traefik, Name: "Middleware", limits: middlewareLimits, Written: []string{"spec.retry"}}
}

func ingressRoute() Kind {
	return Kind{Group: traefik, Name: "IngressRoute", limits: ingressRouteLimits, Grown: []string{"spec.routes"},
		Written: []string{"spec.routes[].match", "spec.routes[].priority", "spec.routes[].middlewares", "spec.routes[].services[].serversTransport"}}
}

func transport() Kind {
	return Kind{Group: traefik, Name: "ServersTransport", limits: serversTransportLimits, Written: []string{"spec.forwardingTimeouts"}}
}

const (
	istio       = "networking.istio.io"
	millisecond = "must be a valid duration greater than 1ms"
)

func virtualService() Kind {
	long := between(time.Millisecond, 0)
	return Kind{Group: istio, Name: "VirtualService", limits: virtualServiceLimits,
		Written: []string{"spec.hosts", "spec.gateways", "spec.http[].name", "spec.http[].match", "spec.http[].route", "spec.http[].redirect", "spec.http[].rewrite",
			"spec.http[].headers", "spec.http[].timeout", "spec.http[].retries", "spec.http[].directResponse", "spec.http[].mirrors", "spec.http[].corsPolicy"},
		Rules: []Rule{
			{"spec.http[].timeout", millisecond, long},
			{"spec.http[].retries.perTryTimeout", millisecond, long},
			{"spec.http[].retries.backoff", millisecond, long},
			{"spec.http[].corsPolicy.maxAge", millisecond, long},
		}}
}

func destinationRule() Kind {
	const pool = "spec.trafficPolicy.connectionPool."
	return Kind{Group: istio, Name: "DestinationRule", limits: destinationRuleLimits,
		Written: []string{"spec.host", pool + "tcp.maxConnections", pool + "http.http1MaxPendingRequests", pool + "http.http2MaxRequests", pool + "http.maxRetries", "spec.trafficPolicy.retryBudget"}}
}
