package gatewayapi_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi"
	"retryctl.dev/translators/stanza"
)

func TestARuleThatIsAnsweredWithoutABackendMakesNoTry(t *testing.T) {
	const text = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec: {parentRefs: [PARENT], rules: [{retry: {attempts: 3}, RULE}]}\n"
	const backend, foreign = "backendRefs: [{name: a, port: 80}]", "filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: x}}], backendRefs: [{name: a, port: 80}]"
	const gatewayRef, service = "{name: edge}", "{group: '', kind: Service, name: a}"
	for _, c := range []struct {
		about, parent, rule, implementation string
		status                              int
	}{
		{"it has a backend", gatewayRef, backend, "none", 0},
		{"it redirects", gatewayRef, "filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]", "none", 301},
		{"it redirects as by default", gatewayRef, "filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]", "kgateway", 302},
		{"it has no backend", gatewayRef, "name: x", "none", 500},
		{"its backend has no weight", gatewayRef, "backendRefs: [{name: a, port: 80, weight: 0}]", "none", 500},
		{"it has no backend, in a mesh", service, "name: x", "none", 0},
		{"its filter is not known to the implementation", gatewayRef, foreign, "envoy-gateway", 500},
		{"nobody knows which filters there are", gatewayRef, foreign, "none", 0},
	} {
		objects, err := manifest.Read(strings.NewReader(strings.NewReplacer("PARENT", c.parent, "RULE", c.rule).Replace(text)), "test")
		if err != nil {
			t.Fatal(err)
		}
		world := manifest.NewSet(objects)
		s := gateway.Defaults(gatewayapi.Gateway{}.Profile())
		s.Set(stanza.Implementer.Is(c.implementation))
		e := gateway.Read(gatewayapi.Gateway{}, (&resolve.Plan{World: world}).Bystanders(), world, s)[0][0]
		if e.Answer != c.status || (e.MaxRetries == behavior.Is(3)) != (c.status == 0) {
			t.Errorf("%s, for %s: answered %d, %v retries; want %d", c.about, c.implementation, e.Answer, e.MaxRetries, c.status)
		}
	}
}
