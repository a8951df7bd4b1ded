package cli

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

// TestWhatAnEarlierPolicyNeededIsSaidToBeLeftOver changes what a policy asks for,
// and has the output for the former one be what is there.
func TestWhatAnEarlierPolicyNeededIsSaidToBeLeftOver(t *testing.T) {
	selective := strings.Replace(policy, "conditions: [ConnectFailure, RefusedStream]", "statusCodes: [503]", 1)
	every := strings.Replace(policy, "conditions: [ConnectFailure, RefusedStream]", `statusCodes: [503], methods: ["*"]`, 1)
	for _, c := range []struct{ gateway, from, to, want string }{
		{"envoy-gateway", selective, every, "note RT3014 [envoy-gateway] BackendTrafficPolicy shop/api-retryable would have no effect any more: rule rule-0-retryable of HTTPRoute shop/api is there, and is not in what is wanted"},
		{"envoy-gateway", selective, selective, ""},
		{"envoy-gateway", every, selective, ""},
		{"traefik", selective, every, ""},
	} {
		there, _, _ := runIn(t, "translate", "-f", write(t, "from.yaml", c.from), "-f", write(t, "routes.yaml", routes), "--to", c.gateway)
		live := write(t, "live.yaml", there)
		_, complaints, status := runIn(t, "diff", "-f", write(t, "to.yaml", c.to), "-f", write(t, "routes.yaml", routes), "--against", live, "--to", c.gateway)
		if status == Trouble || strings.Contains(complaints, "RT3014") != (c.want != "") || !strings.Contains(complaints, c.want) {
			t.Errorf("%s: status %d, and it says\n%s", c.gateway, status, complaints)
		}
	}
}

func TestAMiddlewareIsLeftOverWhenTheLastReferenceIsGone(t *testing.T) {
	const one = "---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: own, namespace: shop}\nspec: {retry: {attempts: 3}}\n"
	const again = "---\napiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: other, namespace: shop}\nspec: {routes: [{match: a, middlewares: [{name: own}]}]}\n"
	bare := objectsOf(t, routes)
	named := strings.Replace(routes, "- backendRefs:", "- filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: own}}]\n    backendRefs:", 1)
	for text, want := range map[string]int{named + one: 1, named + one + again: 0, routes + one: 0} {
		existing := objectsOf(t, text)
		if list := left(existing, manifest.NewSet(existing).With(bare...)); len(list) != want || want == 1 && list[0].Object != "Middleware shop/own" {
			t.Errorf("%v of\n%s", list, text)
		}
	}
}
