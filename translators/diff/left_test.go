package diff

import (
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

const routes = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  rules:
  - backendRefs: [{name: api, port: 80}]
`

func objectsOf(t *testing.T, text string) []*manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func TestAMiddlewareIsLeftOverWhenTheLastReferenceIsGone(t *testing.T) {
	const one = "---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: own, namespace: shop}\nspec: {retry: {attempts: 3}}\n"
	const again = "---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: other, namespace: shop}\nspec: {routes: [{match: a, middlewares: [{name: own}]}]}\n"
	bare := objectsOf(t, routes)
	named := strings.Replace(routes, "- backendRefs:", "- filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: own}}]\n    backendRefs:", 1)
	for text, want := range map[string]int{named + one: 1, named + one + again: 0, routes + one: 0} {
		existing := objectsOf(t, text)
		if list := viewOf(translators.All().And(nil)).left(existing, nil, manifest.NewSet(existing).With(bare...), []string{"traefik"}); len(list) != want || want == 1 && list[0].Object.String() != "Middleware shop/own" {
			t.Errorf("%v of\n%s", list, text)
		}
	}
}

func TestOnlyWhatAPolicyOrARouteUsesIsContext(t *testing.T) {
	existing := objectsOf(t, `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop, annotations: {konghq.com/plugins: used}}
spec: {rules: [{filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: chain}}]}]}
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: chain, namespace: shop}
spec: {chain: {middlewares: [{name: inner}]}}
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: inner, namespace: shop}
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: r, namespace: shop}
---
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: {name: used, namespace: shop}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: r, namespace: shop}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine, namespace: shop}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: other, namespace: shop}
---
apiVersion: v1
kind: Service
metadata: {name: given, namespace: shop}
`)
	given := objectsOf(t, "apiVersion: "+schema.APIVersion+"\nkind: RetryPolicy\nmetadata: {name: p, namespace: shop}\nspec: {targetRefs: [{group: networking.istio.io, kind: VirtualService, name: mine}]}\n"+
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: given, namespace: shop}\n")
	var got []string
	for _, o := range viewOf(translators.All().And(nil)).contextOf(given, existing) {
		got = append(got, o.ID().String())
	}
	want := "HTTPRoute shop/r, VirtualService shop/mine, Middleware shop/chain, KongPlugin shop/used, Middleware shop/inner"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nand expected is\n%s", strings.Join(got, ", "), want)
	}
}
