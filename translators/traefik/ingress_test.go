package traefik_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"retryctl.dev/golden/input"
	"retryctl.dev/translators/gateway"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators/traefik"
)

const routeOfAPI = "{kind: Rule, match: 'Host(`api.example`) && PathPrefix(`/api`)', services: [{name: api, port: 8080}]}"

func TestAnIngressKeepsItsOtherMiddlewares(t *testing.T) {
	for name, setups := range map[string][]setup{"shop-api": nil, "shop_api": {safeNaming}} {
		r := translate(t, policy("Ingress api", byStatus)+ingress("z@file, a@file"), setups...)
		for _, o := range r.Objects {
			if o.ID().Kind != "Ingress" {
				continue
			}
			if got, _ := o.Annotation("traefik.ingress.kubernetes.io/router.middlewares"); got != "z@file, a@file,"+name+"@kubernetescrd" {
				t.Errorf("the annotation is %q", got)
			}
		}
		if len(r.Objects) != 2 || r.Findings.Count(finding.Warning) > 0 {
			t.Errorf("%s%v", all(t, r), codes(r))
		}
	}
}

func TestAnIngressCannotBeSplit(t *testing.T) {
	r := translate(t, policy("Ingress api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [GET]", 1))+ingress("z@file"))
	if !has(r, finding.CannotSplit, "an Ingress knows no methods") || !has(r, finding.FewerRetries, "503") {
		t.Errorf("findings %v", codes(r))
	}
	wantsNot(t, written(t, r, "Middleware", "api"), "status")
}

func TestTheLastRetryOfAnIngressTakesItsAnnotationAlong(t *testing.T) {
	r := translate(t, policy("Ingress api", "maxRetries: 0")+ingress("shop-again@kubernetescrd")+middleware("again", "{retry: {attempts: 4}}"))
	if len(r.Objects) != 1 || r.Objects[0].At("metadata", "annotations").Len() != 1 || !undo.Marked(r.Objects[0], "traefik") {
		t.Errorf("written\n%s", all(t, r))
	}
}

func TestAnIngressRouteIsReferredTo(t *testing.T) {
	r := translate(t, policy("IngressRoute api", byStatus)+ingressRoute(routeOfAPI))
	route := written(t, r, "IngressRoute", "api")
	wants(t, route, "middlewares:", "name: api\n")
	wantsNot(t, route, "priority")
	if got := codes(r); !slices.Equal(got, []string{"RT2011 spec.maxRequestBodyBytes"}) {
		t.Errorf("findings %v", got)
	}
}

func TestTheHalvesOfAnIngressRouteExcludeEachOtherAndKeepThePriority(t *testing.T) {
	in := policy("IngressRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [GET, HEAD]", 1))
	r := translate(t, in+ingressRoute(routeOfAPI))
	wants(t, written(t, r, "IngressRoute", "api"),
		"match: Host(`api.example`) && PathPrefix(`/api`) && !Method(`GET`) && !Method(`HEAD`)\n",
		"match: Host(`api.example`) && PathPrefix(`/api`) && (Method(`GET`) || Method(`HEAD`))\n")
	if n := strings.Count(written(t, r, "IngressRoute", "api"), "priority: 41\n"); n != 2 { // the length of the match
		t.Errorf("%d routes with the old priority in\n%s", n, written(t, r, "IngressRoute", "api"))
	}
	methods := []behavior.Methods{}
	for _, e := range r.Rules[0].Effects {
		methods = append(methods, e.Methods)
	}
	if !slices.Equal(methods, []behavior.Methods{behavior.AllMethods &^ (behavior.GET | behavior.HEAD), behavior.GET | behavior.HEAD}) || len(codes(r)) > 0 {
		t.Errorf("%v %v", methods, codes(r))
	}
	either := "{kind: Rule, priority: 7, match: 'Path(`/a`) || Path(`/b`)', services: [{name: api, port: 8080}]}"
	r = translate(t, in+ingressRoute(either))
	wants(t, written(t, r, "IngressRoute", "api"), "(Path(`/a`) || Path(`/b`)) && !Method(`GET`) && !Method(`HEAD`)\n", "priority: 7\n")
}

func TestARouteForReadsIsNotSplit(t *testing.T) {
	r := translate(t, policy("IngressRoute api", byStatus)+ingressRoute("{kind: Rule, match: 'Path(`/a`) && Method(`GET`)', services: [{name: api, port: 8080}]}"))
	if strings.Count(written(t, r, "IngressRoute", "api"), "match:") != 1 {
		t.Errorf("written\n%s", all(t, r))
	}
}

const withTimeout = byStatus + "\nattemptTimeout: 1500ms"

func TestAnIngressRouteGetsATransportForTheTimeoutOfATry(t *testing.T) {
	in := strings.Replace(withTimeout, "Request]", "Request, AttemptTimeout]", 1)
	r := translate(t, policy("IngressRoute api", in)+ingressRoute(routeOfAPI))
	if got := written(t, r, "ServersTransport", "api"); got != "forwardingTimeouts:\n  responseHeaderTimeout: 1s500ms\n  dialTimeout: 1s500ms\n" {
		t.Errorf("written\n%s", got)
	}
	wants(t, written(t, r, "IngressRoute", "api"), "serversTransport: api")
	wants(t, written(t, r, "Middleware", "api"), `- "504"`)
	if !has(r, finding.NeedsSetting, "takes the place of the default one") || r.Rules[0].Effects[0].AttemptTimeout != behavior.Is(1500*time.Millisecond) {
		t.Errorf("findings %v", codes(r))
	}
}

func TestAnHTTPRouteHasNoPlaceForTheTimeoutOfATry(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", strings.Replace(withTimeout, "Request]", "Request, AttemptTimeout]", 1))+httpRoute(""))
	wantsNot(t, written(t, r, "Middleware", "api"), "504")
	if !slices.Contains(codes(r), "RT2004 spec.attemptTimeout") || !has(r, finding.FewerRetries, "AttemptTimeout") {
		t.Errorf("findings %v", codes(r))
	}
}

func TestAShorterTimeToConnectStays(t *testing.T) {
	mine := strings.Replace(routeOfAPI, "8080}", "8080, serversTransport: tls}", 1)
	r := translate(t, policy("IngressRoute api", withTimeout)+ingressRoute(mine)+strings.Replace(transport, "serverName: api.internal", "forwardingTimeouts: {dialTimeout: 1}", 1))
	wants(t, written(t, r, "ServersTransport", "tls"), "dialTimeout: 1,", "responseHeaderTimeout: 1s500ms")
	wants(t, notes(r.Rules[0].Effects[0]), "connecting can take 1s more")
}

const transport = "apiVersion: traefik.io/v1alpha1\nkind: ServersTransport\nmetadata: {name: tls, namespace: shop}\nspec: {serverName: api.internal}\n---\n"

func TestATransportOfOthersIsCopied(t *testing.T) {
	mine := strings.Replace(routeOfAPI, "8080}", "8080, serversTransport: tls}", 1)
	r := translate(t, policy("IngressRoute api", withTimeout)+ingressRoute(mine)+transport)
	wants(t, written(t, r, "ServersTransport", "tls"), "serverName: api.internal", "responseHeaderTimeout: 1s500ms")
	theirs := strings.NewReplacer("name: api, namespace", "name: other, namespace", service, "").Replace(ingressRoute(mine))
	r = translate(t, policy("IngressRoute api", withTimeout)+ingressRoute(mine)+theirs+transport)
	wants(t, written(t, r, "ServersTransport", "api"), "serverName: api.internal", "responseHeaderTimeout: 1s500ms")
	wants(t, written(t, r, "IngressRoute", "api"), "serversTransport: api")
}

func TestAServiceOfOneIngressCarriesTheTimeoutOfATry(t *testing.T) {
	r := translate(t, policy("Ingress api", withTimeout)+ingress("z@file"))
	for _, o := range r.Objects {
		if o.ID().Kind != "Service" {
			continue
		}
		if got, _ := o.Annotation("traefik.ingress.kubernetes.io/service.serverstransport"); got != "shop-api@kubernetescrd" {
			t.Errorf("the annotation is %q", got)
		}
	}
	if e := r.Rules[0].Effects[0]; e.AttemptTimeout != behavior.Is(1500*time.Millisecond) {
		t.Errorf("%v", e.AttemptTimeout)
	}
	other := strings.NewReplacer("name: api\n  namespace", "name: other\n  namespace", service, "").Replace(ingress("z@file"))
	r = translate(t, policy("Ingress api", withTimeout)+ingress("z@file")+other)
	wantsNot(t, all(t, r), "serverstransport")
	if !slices.Contains(codes(r), "RT2004 spec.attemptTimeout") {
		t.Errorf("findings %v", codes(r))
	}
}

func TestRoutesThatShareOneOfSeveralServicesShareItsTransport(t *testing.T) {
	two := strings.Replace(routeOfAPI, "[{name: api, port: 8080}]", "[{name: api, port: 8080}, {name: new, port: 8080}]", 1)
	theirs := strings.NewReplacer("name: api, namespace", "name: other, namespace", "`/api`", "`/other`", service, "").Replace(ingressRoute(two))
	r := translate(t, policy("IngressRoute api", withTimeout)+ingressRoute(two)+theirs)
	if !slices.Contains(codes(r), "RT2004 spec.attemptTimeout") {
		t.Errorf("%s%v", all(t, r), codes(r))
	}
	r = translate(t, policy("IngressRoute api", withTimeout)+ingressRoute(two)+theirs, safeNaming)
	if slices.Contains(codes(r), "RT2004 spec.attemptTimeout") || len(r.Objects) != 3 {
		t.Errorf("with safeNaming: %s%v", all(t, r), codes(r))
	}
	slow := strings.ReplaceAll(theirs, "8080}", "8080, serversTransport: tls}")
	if e := only(t, policy("IngressRoute api", anything)+ingressRoute(two)+slow+transport); e.AttemptTimeout.State != behavior.Unknown {
		t.Errorf("another route's transport may hold, and the timeout is %v", e.AttemptTimeout)
	}
}

// TestTheHalvesOfAnIngressRouteKeepAllElse splits a route that has everything that an
// IngressRoute may have, and something that it may have one day.
func TestTheHalvesOfAnIngressRouteKeepAllElse(t *testing.T) {
	full := `{kind: Rule, match: 'Host(` + "`api.example`" + `)', priority: 7, syntax: v3, future: {a: [1]}, observability: {accessLogs: false, tracing: true},
    middlewares: [{name: auth, namespace: other}, {name: limit}], services: [{name: api, port: 8080, weight: 3, sticky: {cookie: {name: c}}, strategy: p2c}]}`
	in := policy("IngressRoute api", strings.Replace(byStatus, "retryOn:", "retryOn:\n  methods: [GET]", 1))
	r := translate(t, in+ingressRoute(full)+middleware("limit", "{rateLimit: {average: 5}}"), acrossNamespaces)
	for _, o := range r.Objects {
		if o.ID().Kind != "IngressRoute" {
			continue
		}
		before, routes := o.Original.At("spec", "routes").Index(0), o.At("spec", "routes")
		if routes.Len() != 2 {
			t.Fatalf("%d routes", routes.Len())
		}
		for _, half := range routes.Items() {
			for key, value := range before.Fields() {
				now := half.At(key.Text())
				switch key.Text() {
				case "match":
				case "middlewares":
					if now.Len() != 3 || !now.Index(0).Equal(value.Index(0)) || !now.Index(1).Equal(value.Index(1)) {
						t.Errorf("the middlewares of a half are not those of the whole and a retry")
					}
				default:
					if !now.Equal(value) {
						t.Errorf("%s of a half is not that of the whole", key.Text())
					}
				}
			}
		}
		return
	}
	t.Error("no IngressRoute is written")
}

func TestAMatchThatTraefikRefusesIsSaid(t *testing.T) {
	for _, match := range []string{"Path(`/a`) Path(`/b`)", "Pth(`/a`)", "Path(`/a`) &&", ""} {
		r := translate(t, policy("IngressRoute api", byStatus)+ingressRoute("{kind: Rule, match: \""+match+"\", services: [{name: api, port: 8080}]}"))
		if !has(r, finding.RuleLeftOut, "leaves IngressRoute shop/api rule 0 out") || r.Rules[0].Effects[0].Answer != 404 {
			t.Errorf("%q: %v", match, codes(r))
		}
	}
}

// TestTheRequestsOfARouterThatCannotBeBuiltGoToTheNext has a middleware without
// attempts on one route, and another route that takes its requests.
func TestARouteThatNamesWhatIsInAnotherNamespaceIsLeftOutUnlessThatIsAllowed(t *testing.T) {
	for _, refs := range []string{"middlewares: [{name: auth, namespace: other}], services: [{name: api, port: 8080}]", "services: [{name: api, namespace: other, port: 8080}]"} {
		text := policy("IngressRoute api", byStatus) + ingressRoute("{kind: Rule, match: 'Path(`/a`)', "+refs+"}")
		if r := translate(t, text); !has(r, finding.RuleLeftOut, "leaves IngressRoute shop/api rule 0 out") || r.Rules[0].Effects[0].Answer != 404 {
			t.Errorf("%s: %v", refs, codes(r))
		}
		if r := translate(t, text, acrossNamespaces); has(r, finding.RuleLeftOut, "") || r.Rules[0].Effects[0].Answer == 404 {
			t.Errorf("%s, which is allowed: %v", refs, codes(r))
		}
		if r := translate(t, strings.Replace(text, "namespace: other", "namespace: shop", 1)); has(r, finding.RuleLeftOut, "") {
			t.Errorf("%s in its own namespace: %v", refs, codes(r))
		}
	}
}

func TestTheRequestsOfARouterThatCannotBeBuiltGoToTheNext(t *testing.T) {
	broken := "{kind: Rule, match: 'Path(`/a/b`)', services: [{name: api, port: 8080}], middlewares: [{name: none}]}"
	next := "\n  - {kind: Rule, match: 'PathPrefix(`/a`)', priority: 1, services: [{name: api, port: 8080}], middlewares: [{name: four}]}"
	in := ingressRoute(broken+next) + middleware("none", "{retry: {}}") + middleware("four", "{retry: {attempts: 4}}")
	intents := input.Plan(t, in).Bystanders()
	for _, i := range intents {
		effects := gateway.Read(traefik.Gateway{}, []resolve.Intent{i}, input.Plan(t, in).World, settings(nil))[0]
		if len(effects) != 1 || effects[0].Rule != "1" || effects[0].MaxRetries != behavior.Is(3) {
			t.Errorf("rule %d: %v", i.Rule, effects)
		}
	}
}
