package kong_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/translators/kong/api"
)

func TestAServiceAsTheTargetIsAnnotatedForAllThatSendToIt(t *testing.T) {
	r := try(t, "3.15", policy(onService, all)+httpRoute("", rule("reads", "", "api"))+ingress("", "api")+service("api"))
	r.says("")
	r.annotation("api", api.RetriesKey, "3")
	r.annotation("api", api.ReadKey, "2000")
	retries(t, r.one(), 3)
	r = try(t, "3.15", policy(onService, all)+httpRoute("", rule("reads", "", "api", "other"))+service("api")+service("other"))
	r.says("RT3009!")
	r.writes()
}

func TestARuleKeepsItsOwnPolicyBesideThatOfItsService(t *testing.T) {
	own := strings.Replace(policy(onRoute, "maxRetries: 1, retryOn: {conditions: [ConnectFailure]}"), "name: api", "name: own", 1)
	r := try(t, kongLua, policy(onService, safe)+"---\n"+own+httpRoute("", rule("reads", "", "api"))+service("api"))
	r.says("")
	r.annotation("api", api.RetriesKey, "3")
	retries(t, r.effects[0][0], 3)
	retries(t, r.effects[1][0], 1)
}

func TestAServiceCanCarryCodeItself(t *testing.T) {
	r := try(t, kongLua, policy(onService, "maxRetries: 3, retryOn: {conditions: [Reset], methods: [GET]}, idempotencyKey: {header: X-Key}")+service("api", "konghq.com/plugins: logs"))
	r.writes("KongPlugin api-retries", "KongPlugin api-key", "Service api")
	r.annotation("api", api.PluginsKey, "logs,api-retries,api-key")
	retried(t, r.one(), behavior.Reset, behavior.GET)
	if r.one().IdempotencyKey != behavior.Is("X-Key") {
		t.Errorf("the key is %+v", r.one().IdempotencyKey)
	}
}

func TestAnIngressCarriesPluginsInItsAnnotation(t *testing.T) {
	r := try(t, kongLua, policy(onIngress, "maxRetries: 1, retryOn: {conditions: [ConnectFailure]}, idempotencyKey: {header: X-Key}")+
		ingress(", annotations: {konghq.com/plugins: logs}", "api", "other")+httpRoute("", rule("reads", "", "other"))+service("api")+service("other"))
	r.writes("KongPlugin api-retries", "KongPlugin api-key", "Service api", "Ingress api")
	r.annotation("api", api.RetriesKey, "1")
	if got, _ := r.object("Ingress", "api").Annotation(api.PluginsKey); got != "logs,api-retries,api-key" {
		t.Errorf("the Ingress refers to %q", got)
	}
	for _, e := range r.effects[0] {
		retries(t, e, 1)
	}
}

func TestPluginsOfAGRPCRouteAreForAllItsRules(t *testing.T) {
	grpc := strings.Replace(httpRoute("", rule("reads", "", "api")+", "+rule("writes", "", "api")), "HTTPRoute", "GRPCRoute", 1)
	grpc = strings.ReplaceAll(grpc, "path: {type: PathPrefix, value: /", "method: {service: x")
	target := strings.Replace(onRoute, "HTTPRoute", "GRPCRoute", 1)
	r := try(t, kongLua, policy(target, "maxRetries: 3, retryOn: {conditions: [ConnectFailure]}, idempotencyKey: {header: X-Key}")+grpc+ingress("", "api")+service("api"))
	r.says("")
	r.writes("KongPlugin api-retries", "KongPlugin api-key", "GRPCRoute api")
	for _, effects := range r.effects {
		if effects[0].Methods != behavior.POST {
			t.Errorf("gRPC requests are POSTs, not %s", effects[0].Methods)
		}
		retries(t, effects[0], 3)
	}
	target = strings.Replace(onReads, "HTTPRoute", "GRPCRoute", 1)
	r = try(t, kongLua, policy(target, safe)+grpc+service("api"))
	r.says("RT3009!")
	r.writes()
}

func TestKindsThatKongDoesNotServeAreNamed(t *testing.T) {
	for _, ref := range []string{"{group: traefik.io, kind: IngressRoute, name: api}", "{group: networking.istio.io, kind: VirtualService, name: api}"} {
		r := try(t, "3.15", policy(ref, safe))
		r.says("RT3003!")
		if len(r.effects[0]) != 0 {
			t.Errorf("%s has effects", ref)
		}
	}
	try(t, "3.15", policy("{group: gateway.networking.k8s.io, kind: Gateway, name: edge}", safe)+service("api")).says("RT3005!")
}

func TestEveryRouteOfAGatewayGetsThePolicy(t *testing.T) {
	other := strings.Replace(httpRoute("", rule("reads", "", "other")), "name: api, namespace: shop", "name: else, namespace: shop", 1)
	r := try(t, "3.15", policy("{group: gateway.networking.k8s.io, kind: Gateway, name: edge}", safe)+
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\n"+
		httpRoute("", rule("reads", "", "api"))+other+service("api")+service("other"))
	r.says("")
	r.writes("Service api", "Service other")
	for _, effects := range r.effects {
		retries(t, effects[0], 3)
	}
}
