package cli

import (
	"strings"
	"testing"
)

// TestWhatAnEarlierPolicyNeededIsSaidToBeLeftOver changes what a policy asks for,
// and has the output for the former one be what is there.
func TestWhatAnEarlierPolicyNeededIsSaidToBeLeftOver(t *testing.T) {
	selective := strings.Replace(policy, "conditions: [ConnectFailure, RefusedStream]", "statusCodes: [503]", 1)
	every := strings.Replace(policy, "conditions: [ConnectFailure, RefusedStream]", `statusCodes: [503], methods: ["*"]`, 1)
	for _, c := range []struct{ gateway, from, to, want string }{
		{"envoy-gateway", selective, every, "note RT3014 [envoy-gateway] BackendTrafficPolicy shop/api-retryable was written by an earlier run, and no policy explains it any more"},
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

func TestWhatAnEarlierRunMadeAndThisOneDoesNotWriteIsLeftOver(t *testing.T) {
	const other = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: other, namespace: shop}\nspec: {rules: [{backendRefs: [{name: s, port: 80}]}]}\n"
	for _, gateway := range []string{"traefik", "envoy-gateway"} {
		there, _, status := runIn(t, "translate", "-f", write(t, "from.yaml", policy), "-f", write(t, "routes.yaml", routes), "--to", gateway, "--split", "always")
		if status != Done {
			t.Fatalf("%s: status %d", gateway, status)
		}
		live := write(t, "live.yaml", routes+other+"---\n"+there)
		moved := strings.NewReplacer("name: api}", "name: other}", "name: api,", "name: other,").Replace(policy)
		_, complaints, _ := runIn(t, "diff", "-f", write(t, "to.yaml", moved), "--against", live, "--to", gateway, "--split", "always")
		if !strings.Contains(complaints, "was written by an earlier run, and no policy explains it any more") {
			t.Errorf("%s: of\n%s\nit says\n%s", gateway, there, complaints)
		}
	}
}
