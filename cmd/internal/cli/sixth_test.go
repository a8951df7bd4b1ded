package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/translators"
)

const tinyRoute = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{name: all, backendRefs: [{name: api, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: own, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: own}
spec: {controllerName: tiny.example/controller}
`

// withTiny runs a command line that knows a sixth gateway; the texts are files.
func withTiny(t *testing.T, files map[string]string, args ...string) (out, complaints string, status int) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for n := range args {
			if args[n] == name {
				args[n] = filepath.Join(folder, name)
			}
		}
	}
	var o, e bytes.Buffer
	status = Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: &o, Err: &e, Gateways: append(translators.All(), tiny{})})
	return o.String(), e.String(), status
}

func TestASixthGatewayIsWhole(t *testing.T) {
	if err := append(translators.All(), tiny{}).And(translators.OnlyRead()).Validate(); err != nil {
		t.Error(err)
	}
}

func TestASixthGatewayIsATargetWithItsOwnFlag(t *testing.T) {
	help, _, _ := withTiny(t, nil, "translate", "--help")
	if !strings.Contains(help, "gateway-api, tiny;") || !strings.Contains(help, "--tiny-mode mode") || !strings.Contains(help, "calm, brisk") {
		t.Errorf("translate takes\n%s", help)
	}
	files := map[string]string{"in.yaml": policy + "---\n" + tinyRoute}
	out, complaints, status := withTiny(t, files, "translate", "-f", "in.yaml", "--to", "tiny@1.1", "--tiny-mode", "brisk")
	if status != Done || !strings.Contains(out, "kind: TinyPolicy") || !strings.Contains(out, "mode: brisk") || !strings.Contains(out, "retries: 2") || !strings.Contains(complaints, "RefusedStream") {
		t.Errorf("status %d\n%s\n%s", status, complaints, out)
	}
	if _, complaints, status := withTiny(t, files, "translate", "-f", "in.yaml", "--to", "tiny", "--tiny-mode", "fast"); status != Trouble || !strings.Contains(complaints, "one of calm, brisk is wanted") {
		t.Errorf("status %d\n%s", status, complaints)
	}
}

func TestASixthGatewayIsKnownByItsSigns(t *testing.T) {
	out, complaints, status := withTiny(t, map[string]string{"in.yaml": policy + "---\n" + tinyRoute}, "translate", "-f", "in.yaml")
	if status != Done || !strings.Contains(out, "mode: calm") {
		t.Errorf("status %d\n%s\n%s", status, complaints, out)
	}
}

func TestASixthGatewayHasItsPartOfAConfig(t *testing.T) {
	const config = "apiVersion: retryctl.dev/v1alpha1\nkind: Config\nspec: {targets: [tiny], tiny: {mode: MODE}}\n---\n"
	text := func(mode string) map[string]string {
		return map[string]string{"in.yaml": strings.Replace(config, "MODE", mode, 1) + policy + "---\n" + tinyRoute}
	}
	if out, complaints, status := withTiny(t, text("brisk"), "translate", "-f", "in.yaml"); status != Done || !strings.Contains(out, "mode: brisk") {
		t.Errorf("status %d\n%s\n%s", status, complaints, out)
	}
	if _, complaints, status := withTiny(t, text("brisc"), "validate", "-f", "in.yaml"); status != Findings || !strings.Contains(complaints, "did you mean brisk?") {
		t.Errorf("status %d\n%s", status, complaints)
	}
	raw, _, _ := withTiny(t, nil, "schema", "--kind", "Config")
	var tree any
	if err := json.Unmarshal([]byte(raw), &tree); err != nil {
		t.Fatal(err)
	}
	if words := enum(tree, "mode"); !slices.Equal(words, []string{"calm", "brisk"}) || !strings.Contains(raw, `tiny is how Tiny is set up.`) {
		t.Errorf("the mode is one of %q in\n%s", words, raw)
	}
}

func TestAnObjectOfASixthGatewayThatIsNoneIsAFinding(t *testing.T) {
	const odd = "---\napiVersion: tiny.example/v1\nkind: TinyPolicy\nmetadata: {name: odd, namespace: shop}\nspec: {targetRefs: {kind: HTTPRoute}}\n"
	_, complaints, _ := withTiny(t, map[string]string{"in.yaml": policy + "---\n" + tinyRoute + odd}, "validate", "-f", "in.yaml")
	if !strings.Contains(complaints, "TinyPolicy shop/odd: spec.targetRefs is not a list") {
		t.Errorf("it is said\n%s", complaints)
	}
}

func TestALossOfASixthGatewayCanBeAccepted(t *testing.T) {
	accepting := policy + "  accept: [{gateway: tiny, finding: RT2002, reason: known}]\n"
	_, complaints, status := withTiny(t, map[string]string{"in.yaml": accepting}, "validate", "-f", "in.yaml")
	if status != Done {
		t.Errorf("status %d\n%s", status, complaints)
	}
	for _, form := range []string{"json", "crd"} {
		if raw, _, _ := withTiny(t, nil, "schema", "-o", form); !strings.Contains(raw, "tiny") {
			t.Errorf("the schema as %s does not know it", form)
		}
	}
}

func TestASixthGatewayHasItsColumnAndItsVersions(t *testing.T) {
	table, complaints, status := withTiny(t, nil, "gateways")
	if status != Done || !strings.Contains(strings.SplitN(table, "\n", 2)[0], "tiny") {
		t.Errorf("status %d\n%s\n%s", status, complaints, table)
	}
	if versions, _, _ := withTiny(t, nil, "version"); !strings.Contains(versions, "tiny           1.0 to 1.2") {
		t.Errorf("the versions are\n%s", versions)
	}
}

func TestASixthGatewayIsComparedInItsNormalFormAndWithItsRivals(t *testing.T) {
	const existing = "apiVersion: tiny.example/v1beta1\nkind: TinyPolicy\nmetadata: {name: NAME, namespace: shop}\n" +
		"spec: {mode: calm, targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]}\n"
	given := strings.Replace(policy, "maxRetries: 2", "maxRetries: 1", 1)
	for name, want := range map[string]string{"api": "", "other": "TinyPolicy shop/other is there for HTTPRoute shop/api, and TinyPolicy shop/api would be too"} {
		files := map[string]string{"policy.yaml": given, "live.yaml": tinyRoute + "---\n" + strings.Replace(existing, "NAME", name, 1)}
		out, complaints, status := withTiny(t, files, "diff", "-f", "policy.yaml", "--against", "live.yaml")
		if fights := strings.Contains(complaints, "RT3012"); want == "" && (status != Done || out != "" || fights) || !strings.Contains(complaints, want) {
			t.Errorf("%s: status %d\n%s\n%s", name, status, complaints, out)
		}
	}
}

func TestWhatASixthGatewayDoesIsComparedByWhatChanges(t *testing.T) {
	const tinyPolicy = "---\napiVersion: tiny.example/v1\nkind: TinyPolicy\nmetadata: {name: api, namespace: shop}\n" +
		"spec: {retries: N, targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]}\n"
	files := map[string]string{"old.yaml": tinyRoute + strings.Replace(tinyPolicy, "N", "2", 1), "new.yaml": tinyRoute + strings.Replace(tinyPolicy, "N", "4", 1)}
	out, complaints, status := withTiny(t, files, "diff", "old.yaml", "new.yaml", "-o", "behavior")
	if status != Findings || !strings.Contains(out, "tiny") || !strings.Contains(out, "4") {
		t.Errorf("status %d\n%s\n%s", status, complaints, out)
	}
}
