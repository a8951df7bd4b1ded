package dataplane

import "fmt"

// A HeaderCase is a route, with or without a retry policy, that sets request headers
// which Envoy takes for one. Its requests have the host h.example.
type HeaderCase struct{ About, Objects string }

// IstioHeaderCases are VirtualServices, and HTTPRoutes on a Gateway of Istio's own.
func IstioHeaderCases() []HeaderCase {
	const (
		words    = "x-envoy-retry-on: 5xx"
		nine     = `x-envoy-max-retries: "9"`
		three    = `x-envoy-max-retries: "3"`
		listed   = `x-envoy-retriable-status-codes: "502, 500"`
		connects = "retries: {attempts: 1, retryOn: connect-failure}, "
		failures = "retries: {attempts: 1, retryOn: 5xx}, "
		off      = "retries: {attempts: 0}, "
		one      = "route: [{destination: {host: a}}]"
	)
	set := func(headers string) string { return "headers: {request: {set: {" + headers + "}}}, " }
	add := func(headers string) string { return "headers: {request: {add: {" + headers + "}}}, " }
	// Two destinations share the requests; what is set for one is behind it.
	two := func(headers string) string {
		return "route: [{destination: {host: b}, weight: 50}, {" + headers + "destination: {host: a}, weight: 50}]"
	}
	only := func(headers string) string { return "route: [{" + headers + "destination: {host: a}}]" }
	const stanza = "retry: {attempts: 1, codes: [500]}, "
	modifier := func(changes string) string {
		return "filters: [{type: RequestHeaderModifier, requestHeaderModifier: {" + changes + "}}], "
	}
	const setThree, setNine = `set: [{name: x-envoy-max-retries, value: "3"}]`, `set: [{name: x-envoy-max-retries, value: "9"}]`
	const backend = "backendRefs: [{name: a, port: 80}]"
	modified := func(changes string) string { return "backendRefs: [{" + modifier(changes) + "name: a, port: 80}]" }
	return []HeaderCase{
		virtualService("nothing", connects+one),
		virtualService("words and a number", connects+set(words+", "+nine)+one),
		virtualService("words and a number, retries off", off+set(words+", "+nine)+one),
		virtualService("words alone, Istio's default retries", set(words)+one),
		virtualService("words alone, retries off", off+set(words)+one),
		virtualService("a number alone, Istio's default retries", set(three)+one),
		virtualService("a number alone, retries off", off+set(three)+one),
		virtualService("a number", failures+set(three)+one),
		virtualService("a number in capitals", failures+set(`X-Envoy-Max-Retries: "3"`)+one),
		virtualService("a number that is added", failures+add(three)+one),
		virtualService("a number that is set and added", failures+"headers: {request: {set: {"+nine+"}, add: {"+three+"}}}, "+one),
		virtualService("a number that is removed and set", failures+"headers: {request: {remove: [x-envoy-max-retries], set: {"+three+"}}}, "+one),
		virtualService("codes", "retries: {attempts: 2, retryOn: '503'}, "+set(listed)+one),
		virtualService("codes without their word", failures+set(listed)+one),
		virtualService("the only destination's number", failures+only(set(three))),
		virtualService("the only destination's number, and the route's", failures+set(nine)+only(set(three))),
		virtualService("the only destination's number, which the route removes", failures+"headers: {request: {remove: [x-envoy-max-retries]}}, "+only(set(three))),
		virtualService("the only destination's number, to which the route adds", failures+add(nine)+only(set(three))),
		virtualService("a number for one of two destinations", failures+two(set(three))),
		virtualService("a number for one of two destinations, and the route's", failures+set(nine)+two(set(three))),
		virtualService("a number for one of two destinations, which the route removes", failures+"headers: {request: {remove: [x-envoy-max-retries]}}, "+two(set(three))),
		virtualService("a number for one of two destinations, to which the route adds", failures+add(nine)+two(set(three))),
		virtualService("timeouts", failures+set(`x-envoy-upstream-rq-timeout-ms: "1", x-envoy-upstream-rq-per-try-timeout-ms: "1"`)+one),
		istiosOwn("a filter's number beside a stanza", stanza+modifier(setThree)+backend),
		istiosOwn("a filter's words and number without a stanza", modifier(`set: [{name: x-envoy-retry-on, value: 5xx}, {name: x-envoy-max-retries, value: "9"}]`)+backend),
		istiosOwn("a backend's number", stanza+modified(setThree)),
		istiosOwn("a backend's number, and the rule's", stanza+modifier(setNine)+modified(setThree)),
		istiosOwn("a backend's number, which the rule removes", stanza+modifier("remove: [x-envoy-max-retries]")+modified(setThree)),
		istiosOwn("a number for one of two backends", stanza+"backendRefs: [{name: b, port: 80}, {"+modifier(setThree)+"name: a, port: 80}]"),
		istiosOwn("a number for one of two backends, and the rule's", stanza+modifier(setNine)+"backendRefs: [{name: b, port: 80}, {"+modifier(setThree)+"name: a, port: 80}]"),
		istiosOwn("a filter that adds a number and sets it", stanza+modifier(`add: [{name: x-envoy-max-retries, value: "3"}], `+setNine)+backend),
	}
}

// HeadersName names a case of headers, by its place in the list.
func HeadersName(n int) string { return fmt.Sprintf("headers-%d", n) }

// virtualService gives a case of an http route of a VirtualService on a classic Gateway.
func virtualService(about, http string) HeaderCase {
	return HeaderCase{"VirtualService: " + about, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: shop}\n" +
		"spec: {hosts: [h.example], gateways: [edge], http: [{" + http + "}]}\n"}
}

// istiosOwn gives a case of a rule of an HTTPRoute.
func istiosOwn(about, rule string) HeaderCase {
	return HeaderCase{"HTTPRoute: " + about, "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\n" +
		"spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}\n" +
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\n" +
		"spec: {parentRefs: [{name: edge}], hostnames: [h.example], rules: [{" + rule + "}]}\n"}
}
