package traefik_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"retryctl.dev/golden/input"
	"retryctl.dev/translators/gateway"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/traefik"
)

const second = time.Second

// retried gives who is retried after a cause.
func retried(t *testing.T, e behavior.Effect, name string) behavior.Methods {
	t.Helper()
	for c := range e.Causes {
		if behavior.Cause(c).String() == name {
			return e.Causes[c]
		}
	}
	t.Fatalf("there is no cause %s", name)
	return 0
}

func notes(e behavior.Effect) string { return strings.Join(e.Notes, "\n") }

func routeWith(spec string) string {
	return policy("HTTPRoute api", anything) + httpRoute(filter("again")) + middleware("again", spec)
}

func TestWithoutAMiddlewareNothingIsRetried(t *testing.T) {
	e := only(t, policy("HTTPRoute api", anything)+httpRoute(""))
	if e.MaxRetries != behavior.Is(0) || !e.Causes.Empty() || e.TotalTimeout.State != behavior.Off || e.AttemptTimeout.State != behavior.Off {
		t.Errorf("%+v", e.Behavior)
	}
}

func TestAttemptsCountTheFirstTry(t *testing.T) {
	for text, want := range map[string]int{"{retry: {attempts: 1}}": 0, "{retry: {attempts: 2}}": 1, "{retry: {attempts: 4}}": 3} {
		if e := only(t, routeWith(text)); e.MaxRetries != behavior.Is(want) {
			t.Errorf("%s gives %v, and %d retries are wanted", text, e.MaxRetries, want)
		}
	}
}

func TestNetworkErrorsAreRetriedForEveryMethodAndNothingElse(t *testing.T) {
	e := only(t, routeWith("{retry: {attempts: 3}}"))
	want := behavior.Causes{}
	want.Add(behavior.AllMethods, behavior.ConnectFailure, behavior.ResetBeforeRequest)
	if e.Causes != want || !e.Never[behavior.RefusedStream] || e.Backoff.State != behavior.Off {
		t.Errorf("retried on %v", e.Causes.List(behavior.AllMethods))
	}
}

func TestStatusLeavesOutPostAndPatch(t *testing.T) {
	e := only(t, routeWith(`{retry: {attempts: 3, status: ["503", "520-529"], disableRetryOnNetworkError: true}}`))
	for _, name := range []string{"503", "520", "529"} {
		if got := retried(t, e, name); got != behavior.IdempotentMethods {
			t.Errorf("%s is retried for %s", name, got)
		}
	}
	for _, name := range []string{"502", "530", "ConnectFailure", "Reset", "UNAVAILABLE"} {
		if got := retried(t, e, name); got != 0 {
			t.Errorf("%s is retried for %s", name, got)
		}
	}
	e = only(t, routeWith(`{retry: {attempts: 3, status: ["503"], retryNonIdempotentMethod: true}}`))
	if got := retried(t, e, "503"); got != behavior.AllMethods {
		t.Errorf("with retryNonIdempotentMethod 503 is retried for %s", got)
	}
}

func TestA502IsALostConnectionAndA504ATimeout(t *testing.T) {
	e := only(t, routeWith(`{retry: {attempts: 3, status: ["502"], disableRetryOnNetworkError: true}}`))
	for _, name := range []string{"502", "Reset", "ResetBeforeRequest"} {
		if got := retried(t, e, name); got != behavior.IdempotentMethods {
			t.Errorf("with 502, %s is retried for %s", name, got)
		}
	}
	if e.Causes[behavior.ConnectFailure] != 0 || e.Unclear[behavior.ConnectFailure] != behavior.IdempotentMethods {
		t.Error("502 alone covers refused connections, and not those that are never made")
	}
	e = only(t, routeWith(`{retry: {attempts: 3, status: ["502", "504"], disableRetryOnNetworkError: true}}`))
	if e.Causes[behavior.ConnectFailure] != behavior.IdempotentMethods || e.Unclear[behavior.ConnectFailure] != 0 {
		t.Error("502 and 504 do not cover every connect failure")
	}
	e = only(t, routeWith(`{retry: {attempts: 3, status: ["504"]}}`))
	if retried(t, e, "AttemptTimeout") != behavior.IdempotentMethods || retried(t, e, "Reset") != 0 {
		t.Error("with 504, a timeout is not retried, or a lost connection is")
	}
}

func TestANumberWithoutAUnitIsSeconds(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"2": 2 * second, `"2"`: 2 * second, "100ms": second / 10, "1m30s": 90 * second, "1s500ms": 3 * second / 2, "1500us": 1500 * time.Microsecond,
	} {
		e := only(t, routeWith("{retry: {attempts: 2, initialInterval: "+text+"}}"))
		if e.Backoff.Value.Base != want {
			t.Errorf("initialInterval %s is %s", text, e.Backoff.Value.Base)
		}
	}
	if e := only(t, routeWith("{retry: {attempts: 2, initialInterval: -5}}")); e.Backoff.State != behavior.Off {
		t.Error("a negative interval is a wait")
	}
}

func TestWaitsDoNotQuiteDoubleOverAllTries(t *testing.T) {
	e := only(t, routeWith("{retry: {attempts: 4, initialInterval: 100ms}}"))
	waits, ok := e.Waits()
	want := []behavior.Wait{{Min: 50 * time.Millisecond, Max: 150 * time.Millisecond}, {Min: 63 * time.Millisecond, Max: 189 * time.Millisecond}, {Min: 79 * time.Millisecond, Max: 238 * time.Millisecond}}
	if !ok || len(waits) != 3 || waits[0] != want[0] || waits[1] != want[1] || waits[2] != want[2] {
		t.Errorf("the waits are %v", waits)
	}
	if math.Abs(e.Backoff.Value.Growth-1.26) > 0.01 || e.Backoff.Value.Jitter != behavior.HalfJitter {
		t.Errorf("the back-off is %+v", e.Backoff.Value)
	}
}

func TestAMiddlewareThatCannotBeBuiltTakesTheRouterDown(t *testing.T) {
	for _, spec := range []string{
		"{retry: {}}", "{retry: {attempts: 0}}", `{retry: {attempts: "3"}}`, `{retry: {attempts: 3, status: ["500,503"]}}`,
		`{retry: {attempts: 3, status: ["503-"]}}`, "{retry: {attempts: 3, status: [503]}}", "{retry: {attempts: 3, disableRetryOnNetworkError: true}}",
		"{retry: {attempts: 3, initialInterval: 1m30}}", "{retry: {attempts: 3, initialInterval: 0.1s}}", `{retry: {attempts: 3, timeout: ""}}`,
		"{retry: {attempts: 3}, compress: {}}", "{}", "{retry: null}", "{chain: {middlewares: [{name: again}]}}",
	} {
		e := only(t, routeWith(spec))
		if e.MaxRetries != behavior.Is(0) || !e.Causes.Empty() || !strings.Contains(notes(e), "404") {
			t.Errorf("%s gives %v retries and the notes %q", spec, e.MaxRetries, e.Notes)
		}
	}
}

func TestAMiddlewareThatIsNotInTheInputIsUnknown(t *testing.T) {
	e := only(t, policy("HTTPRoute api", anything)+httpRoute(filter("elsewhere")))
	if e.MaxRetries.State != behavior.Unknown || e.Unclear[behavior.ConnectFailure] != behavior.AllMethods || !strings.Contains(notes(e), "shop/elsewhere is not in the input") {
		t.Errorf("%v %q", e.MaxRetries, e.Notes)
	}
	e = only(t, policy("HTTPRoute api", anything)+httpRoute(filter("elsewhere", "again"))+middleware("again", "{retry: {attempts: 3}}"))
	if e.MaxRetries != behavior.Is(2) || !strings.Contains(notes(e), "shop/elsewhere") {
		t.Errorf("beside a retry: %v %q", e.MaxRetries, e.Notes)
	}
}

func TestChainsAreFollowed(t *testing.T) {
	e := only(t, routeWith("{chain: {middlewares: [{name: auth}, {name: inner}]}}")+
		middleware("auth", "{basicAuth: {secret: s}}")+middleware("inner", "{chain: {middlewares: [{name: deep}]}}")+middleware("deep", "{retry: {attempts: 5}}"))
	if e.MaxRetries != behavior.Is(4) || !strings.Contains(e.Origin["maxRetries"], "shop/deep") {
		t.Errorf("%v from %s", e.MaxRetries, e.Origin["maxRetries"])
	}
}

func TestTwoRetriesMultiplyTheTries(t *testing.T) {
	in := policy("HTTPRoute api", anything) + httpRoute(filter("outer", "inner"))
	e := only(t, in+middleware("outer", "{retry: {attempts: 3}}")+middleware("inner", "{retry: {attempts: 2}}"))
	if e.MaxRetries != behavior.Is(5) {
		t.Errorf("3 times 2 tries are %v retries", e.MaxRetries)
	}
	e = only(t, in+middleware("outer", `{retry: {attempts: 3, status: ["503"]}}`)+middleware("inner", "{retry: {attempts: 2, initialInterval: 1s}}"))
	if e.MaxRetries.State != behavior.Unknown || e.Backoff.State != behavior.Unknown || retried(t, e, "503") != behavior.IdempotentMethods {
		t.Errorf("with other causes: %v, waits %v", e.MaxRetries, e.Backoff)
	}
}

func TestWaitsBeyondFifteenMinutesEndInAnEmptyResponse(t *testing.T) {
	e := only(t, routeWith("{retry: {attempts: 3, initialInterval: 2000s}}"))
	if e.MaxRetries != behavior.Is(0) || !strings.Contains(notes(e), "200 without a body") {
		t.Errorf("%v %q", e.MaxRetries, e.Notes)
	}
	e = only(t, routeWith("{retry: {attempts: 100, initialInterval: 20s}}"))
	if e.MaxRetries != behavior.Is(69) { // 69 waits from 10s to 16s are 15 minutes
		t.Errorf("%v retries come about", e.MaxRetries)
	}
	if e = only(t, routeWith("{retry: {attempts: 2000000000, initialInterval: 1ns}}")); e.MaxRetries != behavior.Is(1999999999) {
		t.Errorf("%v", e.MaxRetries)
	}
	if e = only(t, routeWith("{retry: {attempts: 3, initialInterval: 90s}}")); e.Backoff.State != behavior.Unknown || !strings.Contains(notes(e), "1m30s") {
		t.Errorf("a first wait above the bound: %v %q", e.Backoff, e.Notes)
	}
}

func TestOlderVersionsKnowAttemptsAndIntervalOnly(t *testing.T) {
	e := only(t, routeWith(`{retry: {attempts: 3, status: ["503"], disableRetryOnNetworkError: true, timeout: 1m30}}`), version(3, 6))
	if e.MaxRetries != behavior.Is(2) || retried(t, e, "503") != 0 || retried(t, e, "ConnectFailure") != behavior.AllMethods {
		t.Errorf("%+v", e)
	}
}

func TestStanzasOfTheRouteAreIgnored(t *testing.T) {
	e := only(t, policy("HTTPRoute api", anything)+httpRoute("retry: {attempts: 5, codes: [503]}\ntimeouts: {request: 5s}"))
	if e.MaxRetries != behavior.Is(0) || e.TotalTimeout.State != behavior.Off || !strings.Contains(notes(e), "ignores the rule's retry") {
		t.Errorf("%+v", e)
	}
}

func TestAnUnsupportedFilterFailsEveryRequest(t *testing.T) {
	e := only(t, policy("HTTPRoute api", anything)+httpRoute(
		"filters: [{type: RequestMirror, requestMirror: {backendRef: {name: api, port: 8080}}}, {type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: again}}]")+
		middleware("again", "{retry: {attempts: 3}}"))
	if e.MaxRetries != behavior.Is(0) || !strings.Contains(notes(e), "answered 500") {
		t.Errorf("%v %q", e.MaxRetries, e.Notes)
	}
}

func TestAnHTTP2BackendMayRefuseStreams(t *testing.T) {
	in := strings.Replace(routeWith("{retry: {attempts: 3}}"), "port: 8080}]}\n", "port: 8080, appProtocol: kubernetes.io/h2c}]}\n", 1)
	if e := only(t, in); e.Never[behavior.RefusedStream] || e.Unclear[behavior.RefusedStream] == 0 {
		t.Error("a refused stream is not left open")
	}
	in = strings.Replace(routeWith("{retry: {attempts: 1}}"), "port: 8080}]}\n", "port: 8080, appProtocol: kubernetes.io/h2c}]}\n", 1)
	if e := only(t, in); e.MaxRetries.State != behavior.Unknown || e.Unclear[behavior.RefusedStream] == 0 {
		t.Error("without a retry middleware a refused stream is not left open")
	}
}

func TestFiltersOfABackendAreRead(t *testing.T) {
	in := policy("HTTPRoute api", anything) + strings.Replace(httpRoute(""), "{name: api, port: 8080}", "{name: api, port: 8080, "+filter("again")+"}, {name: other, port: 8080}", 1) +
		middleware("again", "{retry: {attempts: 3}}") + strings.Replace(service, "name: api", "name: other", 1)
	effects := read(t, in)
	if len(effects) != 2 || effects[0].MaxRetries != behavior.Is(2) || effects[1].MaxRetries != behavior.Is(0) {
		t.Errorf("%+v", effects)
	}
	if effects = read(t, in, version(3, 6)); len(effects) != 1 || effects[0].MaxRetries != behavior.Is(0) {
		t.Errorf("before 3.7: %+v", effects)
	}
}

func TestAnIngressNamesMiddlewaresByAnnotation(t *testing.T) {
	objects := middleware("my.retry", "{retry: {attempts: 3}}")
	if e := only(t, policy("Ingress api", anything)+ingress("other@file, shop-my-retry@kubernetescrd")+objects); e.MaxRetries != behavior.Is(2) || !strings.Contains(notes(e), "other@file") {
		t.Errorf("%v %q", e.MaxRetries, e.Notes)
	}
	if e := only(t, policy("Ingress api", anything)+ingress("shop_my.retry@kubernetescrd")+objects, safeNaming); e.MaxRetries != behavior.Is(2) {
		t.Errorf("with safeNaming: %v", e.MaxRetries)
	}
	if e := only(t, policy("Ingress api", anything)+ingress("shop-my-retry@kubernetescrd")+objects, safeNaming); e.MaxRetries.State != behavior.Unknown {
		t.Errorf("the other form with safeNaming: %v", e.MaxRetries)
	}
	two := objects + middleware("my-retry", "{retry: {attempts: 9}}")
	if e := only(t, policy("Ingress api", anything)+ingress("shop-my-retry@kubernetescrd")+two); e.MaxRetries.State != behavior.Unknown || !strings.Contains(notes(e), "either may hold") {
		t.Errorf("two objects of one name: %v %q", e.MaxRetries, e.Notes)
	}
}

func TestAnIngressRouteHasItsServicesTimeout(t *testing.T) {
	in := policy("IngressRoute api", anything) + ingressRoute(
		"{kind: Rule, match: 'Host(`api.example`) && PathPrefix(`/api`)', middlewares: [{name: again}], services: [{name: api, port: 8080, serversTransport: slow}]}") +
		middleware("again", `{retry: {attempts: 3, status: ["503"]}}`) +
		"apiVersion: traefik.io/v1alpha1\nkind: ServersTransport\nmetadata: {name: slow, namespace: shop}\nspec: {forwardingTimeouts: {responseHeaderTimeout: 3}}\n"
	e := only(t, in)
	if e.AttemptTimeout != behavior.Is(3*second) || e.MaxRetries != behavior.Is(2) || e.Unclear[503-400+21] != 0 {
		t.Errorf("%+v", e)
	}
}

func TestARouterThatLooksAtNoPathLeavesConnectOpen(t *testing.T) {
	in := policy("IngressRoute api", anything) + ingressRoute("{kind: Rule, match: Host(`api.example`), middlewares: [{name: again}], services: [{name: api, port: 8080}]}") +
		middleware("again", `{retry: {attempts: 3, status: ["503"]}}`)
	e := only(t, in)
	code, _ := behavior.Code(503)
	if e.Unclear[code] != behavior.CONNECT || e.Causes[code] != behavior.IdempotentMethods {
		t.Errorf("503 is retried for %s and perhaps %s", e.Causes[code], e.Unclear[code])
	}
}

func TestARouteOfAnIngressRouteServesTheMethodsOfItsMatch(t *testing.T) {
	in := policy("IngressRoute api", anything) + ingressRoute(
		"{kind: Rule, match: 'Host(`a`) && (Method(`GET`) || Method(`HEAD`))', middlewares: [{name: again}], services: [{name: api, port: 8080}]}",
		"{kind: Rule, match: Host(`a`), services: [{name: api, port: 8080}]}") + middleware("again", "{retry: {attempts: 3}}")
	p := input.Plan(t, in)
	effects := gateway.Read(traefik.Gateway{}, p.Intents, p.World, settings(nil))
	if len(effects) != 2 || effects[0][0].Methods != behavior.GET|behavior.HEAD || effects[1][0].Methods != behavior.AllMethods&^(behavior.GET|behavior.HEAD) {
		t.Errorf("%+v", effects)
	}
}
