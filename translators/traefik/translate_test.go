package traefik_test

import (
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
)

const byStatus = `
maxRetries: 3
retryOn:
  statusCodes: [503, "520-529"]
  conditions: [ConnectFailure, ResetBeforeRequest]`

func TestADefaultWishNeedsNoSplit(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus)+httpRoute("filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [X]}}]"))
	want := "retry:\n  attempts: 4\n  status:\n  - \"503\"\n  - 520-529\n  maxRequestBodyBytes: 65536\n"
	if got := written(t, r, "Middleware", "api"); got != want {
		t.Errorf("written\n%s", got)
	}
	route := written(t, r, "HTTPRoute", "api")
	if strings.Count(route, "- matches") != 1 || strings.Index(route, "RequestHeaderModifier") > strings.Index(route, "ExtensionRef") {
		t.Errorf("the rule is split, or the retry is not its last filter:\n%s", route)
	}
	if got := codes(r); !slices.Equal(got, []string{"RT2011 spec.maxRequestBodyBytes", "RT3011 spec.targetRefs[0]"}) {
		t.Errorf("findings %v", got)
	}
}

func TestEveryMethodIsOneSwitch(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [\"*\"]", 1))+httpRoute(""))
	wants(t, written(t, r, "Middleware", "api"), "retryNonIdempotentMethod: true")
	if len(r.Objects) != 2 || r.Findings.Count(finding.Warning) > 0 {
		t.Errorf("%d objects, findings %v", len(r.Objects), codes(r))
	}
}

func TestOtherMethodsSplitTheRule(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [GET, POST]", 1))+httpRoute(""))
	wantsNot(t, written(t, r, "Middleware", "api"), "status", "retryNonIdempotentMethod")
	wants(t, written(t, r, "Middleware", "api-retryable"), "status", "retryNonIdempotentMethod: true")
	wants(t, written(t, r, "HTTPRoute", "api"), "method: GET", "method: POST", "name: api-retryable")
	if r.Findings.Count(finding.Warning) > 0 {
		t.Errorf("findings %v", codes(r))
	}
}

func TestASplitThatWouldOvertakeALongerPathIsRefused(t *testing.T) {
	in := policy("HTTPRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [GET]", 1))
	for path, refused := range map[string]bool{"/api/users": true, "/api/users/by/name": false, "/other": false} {
		more := "- matches: [{path: {type: PathPrefix, value: " + path + "}}]\n  backendRefs: [{name: api, port: 8080}]\n  name: longer"
		in := in + strings.Replace(httpRoute(""), "    \n---", "  "+strings.ReplaceAll(more, "\n", "\n  ")+"\n---", 1)
		if r := translate(t, in); has(r, finding.CannotSplit, "/api/users") != refused {
			t.Errorf("beside %s: %v", path, codes(r))
		}
	}
}

func TestWithoutASafeConditionNetworkErrorsAreLeftAlone(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", "maxRetries: 1\nretryOn: {statusCodes: [503]}")+httpRoute(""))
	wants(t, written(t, r, "Middleware", "api"), "attempts: 2", "disableRetryOnNetworkError: true")
	if r.Findings.Count(finding.Warning) > 0 {
		t.Errorf("findings %v", codes(r))
	}
}

func TestALostConnectionIsA502(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", "maxRetries: 1\nretryOn: {conditions: [ConnectFailure, ResetBeforeRequest, Reset]}")+httpRoute(""))
	wants(t, written(t, r, "Middleware", "api"), `- "502"`)
	if got := codes(r); !slices.Equal(got, []string{"RT3011 spec.targetRefs[0]", "RT2002 spec.retryOn.statusCodes"}) {
		t.Errorf("findings %v", got)
	}
	r = translate(t, policy("HTTPRoute api", "maxRetries: 1\nretryOn: {conditions: [ConnectFailure, ResetBeforeRequest, Reset], methods: [\"*\"]}")+httpRoute(""))
	wantsNot(t, written(t, r, "Middleware", "api"), "status") // a POST that got a 502 must not run twice
	if !has(r, finding.FewerRetries, "Reset") || r.Findings.Count(finding.Error) > 0 {
		t.Errorf("findings %v", codes(r))
	}
}

func TestA502ForPostsIsAnErrorUnlessLostConnectionsAreAskedForToo(t *testing.T) {
	in := "maxRetries: 1\nretryOn: {conditions: [ConnectFailure, ResetBeforeRequest], statusCodes: [502], methods: [\"*\"]}"
	if r := translate(t, policy("HTTPRoute api", in)+httpRoute("")); !has(r, finding.UnsafeRetry, "Reset") || len(r.Objects) > 0 {
		t.Errorf("findings %v", codes(r))
	}
	in = strings.Replace(in, "Request]", "Request, Reset]", 1)
	if r := translate(t, policy("HTTPRoute api", in)+httpRoute("")); r.Findings.Count(finding.Warning)+r.Findings.Count(finding.Error) > 0 {
		t.Errorf("findings %v", codes(r))
	}
}

func TestNoRetriesIsNoMiddleware(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", "maxRetries: 0")+httpRoute(""))
	if len(r.Objects) > 0 || len(codes(r)) > 0 {
		t.Errorf("%s%v", all(t, r), codes(r))
	}
	r = translate(t, policy("HTTPRoute api", "maxRetries: 0")+httpRoute(filter("again", "auth"))+middleware("again", "{retry: {attempts: 4}}")+middleware("auth", "{basicAuth: {secret: s}}"))
	if len(r.Objects) != 1 {
		t.Errorf("written\n%s", all(t, r))
	}
	wantsNot(t, written(t, r, "HTTPRoute", "api"), "again")
	wants(t, written(t, r, "HTTPRoute", "api"), "auth")
}

func TestGRPCStatusesCannotBeCarried(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", "maxRetries: 2\nretryOn: {grpcStatuses: [UNAVAILABLE], methods: [POST]}")+httpRoute(""))
	if len(r.Objects) > 0 || !has(r, finding.FewerRetries, "") {
		t.Errorf("%s%v", all(t, r), codes(r))
	}
}

func TestOlderVersionsCannotRetryByStatus(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus+"\ntotalTimeout: 30s\nbackoff: {baseInterval: 250ms}")+httpRoute(""), version(3, 6))
	if got := written(t, r, "Middleware", "api"); got != "retry:\n  attempts: 4\n  initialInterval: 250ms\n" {
		t.Errorf("written\n%s", got)
	}
	if !has(r, finding.NeedsVersion, "status") || !has(r, finding.NeedsVersion, "bound on the time") || !has(r, finding.FewerRetries, "503") {
		t.Errorf("findings %v", codes(r))
	}
}

func TestAMiddlewareThatOnlyThisRuleUsesIsEdited(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus)+httpRoute(filter("again"))+middleware("again", "{retry: {attempts: 9, initialInterval: 200ms, maxRequestBodyBytes: 10, disableRetryOnNetworkError: true, status: [\"500\"]}} # ours"))
	if len(r.Objects) != 1 {
		t.Fatalf("written\n%s", all(t, r))
	}
	wants(t, written(t, r, "Middleware", "again"), "attempts: 4", "initialInterval: 200ms", "maxRequestBodyBytes: 10", `status: ["503", 520-529]`)
	wantsNot(t, written(t, r, "Middleware", "again"), "disableRetryOnNetworkError")
}

func TestAMiddlewareThatEveryUserIsToHaveIsEditedOnce(t *testing.T) {
	two := strings.Replace(httpRoute(filter("again")), "---", "  - matches: [{path: {type: Exact, value: /x}}]\n    backendRefs: [{name: api, port: 8080}]\n    "+filter("again")+"\n---", 1)
	r := translate(t, policy("HTTPRoute api", byStatus)+two+middleware("again", "{retry: {attempts: 9}}"))
	if len(r.Objects) != 1 || r.Objects[0].ID().Name != "again" {
		t.Errorf("written\n%s", all(t, r))
	}
}

func TestASharedMiddlewareIsReplaced(t *testing.T) {
	other := strings.Replace(ingressRoute("{kind: Rule, match: Host(`b`), middlewares: [{name: again}], services: [{name: api, port: 8080}]}"), service, "", 1)
	r := translate(t, policy("HTTPRoute api", byStatus)+httpRoute(filter("again"))+other+middleware("again", "{retry: {attempts: 9}}"))
	route := written(t, r, "HTTPRoute", "api")
	wantsNot(t, route, "again")
	wants(t, route, "name: api\n")
	if !has(r, finding.Shadows, "Middleware shop/again") || len(r.Objects) != 2 || r.Findings.Count(finding.Warning) > 0 {
		t.Errorf("%s%v", all(t, r), codes(r))
	}
	if n := r.Rules[0].Effects[0].MaxRetries; n != behavior.Is(3) {
		t.Errorf("%v retries", n)
	}
}

func TestASplitRuleSharesNoMiddleware(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [GET]", 1))+httpRoute(filter("again"))+middleware("again", "{retry: {attempts: 9}}"))
	route := written(t, r, "HTTPRoute", "api")
	wantsNot(t, route, "again")
	wants(t, route, "name: api\n", "name: api-retryable\n")
	for _, e := range r.Rules[0].Effects {
		if e.MaxRetries != behavior.Is(3) {
			t.Errorf("%v retries", e.MaxRetries)
		}
	}
}

func TestARetryWithinAChainIsAConflict(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus)+httpRoute(filter("all"))+middleware("all", "{chain: {middlewares: [{name: again}]}}")+middleware("again", "{retry: {attempts: 9}}"))
	if !has(r, finding.Conflicts, "Middleware shop/all") || len(r.Objects) > 0 {
		t.Errorf("%s%v", all(t, r), codes(r))
	}
}

func TestNamesThatAreOneToTraefikAreAvoided(t *testing.T) {
	taken := middleware("api", "{compress: {}}") + strings.Replace(middleware("api.2", "{compress: {}}"), "namespace: shop", "namespace: shop", 1)
	r := translate(t, policy("HTTPRoute api", byStatus)+httpRoute("")+taken)
	wants(t, written(t, r, "HTTPRoute", "api"), "name: api-3")
	r = translate(t, policy("HTTPRoute api", byStatus)+httpRoute("")+taken, safeNaming)
	wants(t, written(t, r, "HTTPRoute", "api"), "name: api-2")
}

func TestWaitsStayFarFromFifteenMinutes(t *testing.T) {
	for _, spec := range []string{"maxRetries: 100\nbackoff: {baseInterval: 30s}", "maxRetries: 30\nbackoff: {baseInterval: 5m}", "maxRetries: 1\nbackoff: {baseInterval: 20m}", "maxRetries: 9\nbackoff: {baseInterval: 1ms}"} {
		r := translate(t, policy("HTTPRoute api", spec+"\nretryOn: {conditions: [ConnectFailure, ResetBeforeRequest]}")+httpRoute(""))
		waits, ok := r.Rules[0].Effects[0].Waits()
		total := 0.0
		for _, w := range waits {
			total += w.Max.Seconds()
		}
		if !ok || total > 601 || total == 0 {
			t.Errorf("%s: the waits can take %gs in all", spec, total)
		}
	}
	r := translate(t, policy("HTTPRoute api", "maxRetries: 50\nretryOn: {conditions: [ConnectFailure, ResetBeforeRequest]}")+httpRoute(filter("again"))+middleware("again", "{retry: {attempts: 2, initialInterval: 60s}}"))
	wantsNot(t, written(t, r, "Middleware", "again"), "60s")
}

func TestTheTotalTimeoutIsNoDeadline(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus+"\ntotalTimeout: 1m30s")+httpRoute(""))
	wants(t, written(t, r, "Middleware", "api"), "timeout: 1m30s")
	if !slices.Contains(codes(r), "RT2004 spec.totalTimeout") || !strings.Contains(notes(r.Rules[0].Effects[0]), "no new try starts") {
		t.Errorf("findings %v", codes(r))
	}
}

func TestARouteThatIsNotInTheInputGetsTheMiddlewareAlone(t *testing.T) {
	for target, reference := range map[string]string{
		"HTTPRoute gone": "name: api}}", "Gateway gone": "name: api}}", "IngressRoute gone": "{name: api}", "Ingress gone": "shop-api@kubernetescrd",
	} {
		r := translate(t, policy(target, byStatus))
		if len(r.Objects) != 1 || !has(r, finding.NeedsObject, reference) {
			t.Errorf("%s: %s%v", target, all(t, r), codes(r))
		}
	}
}

func TestAGatewayIsEveryRouteOnIt(t *testing.T) {
	other := strings.NewReplacer("name: api, namespace: shop", "name: other, namespace: store").Replace(httpRoute(""))
	other = strings.Replace(other, "parentRefs: [{name: edge}]", "parentRefs: [{name: edge, namespace: shop}]", 1)
	r := translate(t, policy("Gateway edge", byStatus)+httpRoute("")+other+"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\n")
	namespaces := []string{}
	for _, o := range r.Objects {
		namespaces = append(namespaces, o.ID().String())
	}
	slices.Sort(namespaces)
	if !slices.Equal(namespaces, []string{"HTTPRoute shop/api", "HTTPRoute store/other", "Middleware shop/api", "Middleware store/api"}) {
		t.Errorf("written %v", namespaces)
	}
}

func TestAServiceIsNoTarget(t *testing.T) {
	r := translate(t, policy("Service api", anything)+service)
	if !has(r, finding.WrongTargetKind, "a Service") {
		t.Errorf("findings %v", codes(r))
	}
}

func TestAMiddlewareThatStandsOnAServiceTooIsReplaced(t *testing.T) {
	in := strings.Replace(httpRoute(filter("again")), "{name: api, port: 8080}", "{name: api, port: 8080, "+filter("again")+"}", 1)
	r := translate(t, policy("HTTPRoute api", byStatus)+in+middleware("again", "{retry: {attempts: 9}}"))
	wantsNot(t, written(t, r, "HTTPRoute", "api"), "again")
	if n := r.Rules[0].Effects[0].MaxRetries; n != behavior.Is(3) {
		t.Errorf("%v retries", n)
	}
	in = strings.Replace(httpRoute(""), "{name: api, port: 8080}", "{name: api, port: 8080, "+filter("again")+"}", 1)
	r = translate(t, policy("HTTPRoute api", byStatus)+in+middleware("again", "{retry: {attempts: 9}}"))
	wantsNot(t, written(t, r, "HTTPRoute", "api"), "again")
}

func TestAMiddlewareThatStandsTwiceOnARuleIsReplaced(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus)+httpRoute(filter("again", "again"))+middleware("again", "{retry: {attempts: 9}}"))
	wantsNot(t, written(t, r, "HTTPRoute", "api"), "again")
	if n := r.Rules[0].Effects[0].MaxRetries; n != behavior.Is(3) {
		t.Errorf("%v retries", n)
	}
}

func TestAGRPCRouteIsAllPosts(t *testing.T) {
	in := strings.NewReplacer("HTTPRoute", "GRPCRoute", "path: {type: PathPrefix, value: /api}", "method: {service: shop.Orders}").Replace(httpRoute(""))
	r := translate(t, policy("GRPCRoute api", byStatus)+in)
	wantsNot(t, written(t, r, "Middleware", "api"), "status")
	r = translate(t, policy("GRPCRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [POST]", 1))+in)
	wants(t, written(t, r, "Middleware", "api"), "status", "retryNonIdempotentMethod: true")
	if r = translate(t, policy("GRPCRoute api", byStatus)+in, version(3, 1)); !has(r, finding.NeedsVersion, "GRPCRoute") || len(r.Objects) > 0 {
		t.Errorf("findings %v", codes(r))
	}
}

func TestAMiddlewareThatIsNotGivenIsSaidOnce(t *testing.T) {
	route := httpRoute(filter("auth", "auth"))
	for text, want := range map[string]int{route: 1, route + middleware("auth", "{headers: {}}"): 0} {
		said := 0
		for _, f := range translate(t, policy("HTTPRoute api", anything)+text).Findings {
			if f.Code == finding.NeedsObject && strings.Contains(f.Message, "auth") {
				said++
			}
		}
		if said != want {
			t.Errorf("%d findings, want %d, of\n%s", said, want, text)
		}
	}
}
