package istio_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

func TestWhatMayChangeRetriesUnseenIsSaid(t *testing.T) {
	const all = "headers: {request: {remove: [x-envoy-retry-on, x-envoy-retry-grpc-on, x-envoy-max-retries, x-envoy-retriable-status-codes, x-envoy-retriable-header-names]}}, "
	patch := func(text string) string {
		return "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: x, namespace: shop}\nspec: {configPatches: [" + text + "]}\n"
	}
	security := func(kind, spec string) string {
		return "apiVersion: security.istio.io/v1\nkind: " + kind + "\nmetadata: {name: x, namespace: shop}\nspec: {" + spec + "}\n"
	}
	const wasm = "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: x, namespace: shop}\nspec: {url: 'oci://a'}\n"
	for about, c := range map[string]struct {
		more, http string
		said       int
	}{
		"nothing":                            {"", "", 0},
		"a program":                          {wasm, "", 1},
		"a program, and the headers go":      {wasm, all, 0},
		"a patch of retries":                 {patch("{patch: {value: {route: {retry_policy: {num_retries: 3}}}}}"), "", 1},
		"a patch of retries, the headers go": {patch("{patch: {value: {route: {retry_policy: {num_retries: 3}}}}}"), all, 1},
		"a patch that puts in a service":     {patch("{patch: {value: {name: envoy.filters.http.ext_proc}}}"), "", 1},
		"a patch of something else":          {patch("{patch: {value: {route: {timeout: 3s}}}}"), "", 0},
		"a service that authorizes":          {security("AuthorizationPolicy", "action: CUSTOM, provider: {name: a}"), "", 1},
		"a policy that authorizes":           {security("AuthorizationPolicy", "action: ALLOW"), "", 0},
		"a claim in a header of retries":     {security("RequestAuthentication", "jwtRules: [{issuer: a, outputClaimToHeaders: [{header: X-Envoy-Max-Retries, claim: n}]}]"), "", 1},
		"a claim in another header":          {security("RequestAuthentication", "jwtRules: [{issuer: a, outputClaimToHeaders: [{header: x-user, claim: n}]}]"), "", 0},
	} {
		text := "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v, namespace: shop}\nspec: {hosts: [a.example], gateways: [edge], http: [{" + c.http + "route: [{destination: {host: a}}]}]}\n---\n" +
			"apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: p, namespace: shop}\nspec: {targetRefs: [{group: networking.istio.io, kind: VirtualService, name: v}], maxRetries: 0}\n"
		if c.more != "" {
			text += "---\n" + c.more
		}
		policies, world := read(t, text)
		plan, _ := resolve.Resolve(policies, world)
		for _, e := range gateway.Read(istio.Gateway{}, plan.Intents, world, gateway.Defaults(istio.Gateway{}.Profile()))[0] {
			if len(e.Unseen) != c.said || c.said > 0 && !strings.Contains(e.Unseen[0], " shop/x ") {
				t.Errorf("%s: %q is said", about, e.Unseen)
			}
		}
	}
}
