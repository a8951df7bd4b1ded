package cli

import (
	"bytes"
	"strings"
	"testing"
)

// through gives what translate --pass-through prints of standard input.
func through(t *testing.T, in string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, complaints bytes.Buffer
	args = append([]string{"translate", "--pass-through", "-f", "-"}, args...)
	status = Main(t.Context(), args, Streams{In: strings.NewReader(in), Out: &out, Err: &complaints})
	return out.String(), complaints.String(), status
}

// stranger is nothing that retries are about.
const stranger = "# Source: chart/templates/cm.yaml\napiVersion: v1 # kept\nkind: ConfigMap\nmetadata:   {name: other,\n  annotations: {postrenderer.helm.sh/postrender-filename: chart/templates/cm.yaml}}\ndata: {b: \"on\", a: 0x10}\n\n"

// reads is a policy whose route has to be split.
var reads = strings.Replace(policy, "conditions: [ConnectFailure, RefusedStream]", "statusCodes: [503], methods: [GET]", 1)

func TestAFilterPrintsWhatIsGivenByteForByte(t *testing.T) {
	for _, end := range []string{"\n", "\r\n"} {
		before := "# license\n---\n" + stranger + "---\n---\n# none\n---\n{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"s\"}}\n---\n"
		after := "---\napiVersion: v1\nkind: List\nitems:\n- " + `{apiVersion: v1, kind: Pod, metadata: {name: p}}` + "\n---\n" + stranger[:20] + "\n"
		before, after = strings.ReplaceAll(before, "\n", end), strings.ReplaceAll(after, "\n", end)
		ours := strings.ReplaceAll(policy, "\n", end)
		out, complaints, status := through(t, before+strings.ReplaceAll(routes, "\n", end)+"---"+end+ours+after, "--to", "envoy-gateway")
		want := before + strings.ReplaceAll(routes, "\n", end) + after + "---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\n"
		if status != Done || complaints != "" || !strings.HasPrefix(out, want) || strings.Contains(out, "kind: RetryPolicy") {
			t.Errorf("status %d, says %q and prints\n%s\nwanted\n%s", status, complaints, out, want)
		}
	}
}

func TestAnEditedObjectStaysInItsPlaceWithItsComments(t *testing.T) {
	route, service, _ := strings.Cut(routes, "---\n")
	route = "# Source: chart/templates/route.yaml\n# About the route.\n" + strings.Replace(route, "metadata: {name: api, namespace: shop}",
		"metadata: {name: api, namespace: shop, annotations: {postrenderer.helm.sh/postrender-filename: chart/templates/route.yaml}}", 1) + "# end\n"
	out, complaints, status := through(t, stranger+"---\n"+route+"---\n"+service+"---\n"+reads, "--to", "envoy-gateway")
	if status != Done || complaints != "" {
		t.Fatalf("status %d, says %q", status, complaints)
	}
	head, rest, _ := strings.Cut(out, "kind: HTTPRoute\n")
	edited, rest, _ := strings.Cut(rest, "# end\n")
	if head != stranger+"---\n# Source: chart/templates/route.yaml\n# About the route.\napiVersion: gateway.networking.k8s.io/v1\n" ||
		!strings.Contains(edited, "postrenderer.helm.sh/postrender-filename: chart/templates/route.yaml") || strings.Count(edited, "backendRefs:") != 2 ||
		!strings.HasPrefix(rest, "---\n"+service+"---\napiVersion: gateway.envoyproxy.io/") {
		t.Errorf("printed\n%s", out)
	}
}

func TestWhatAFilterHasPrintedItLeavesAlone(t *testing.T) {
	for _, target := range []string{"envoy-gateway", "istio", "kong", "traefik", "gateway-api"} {
		once, complaints, status := through(t, routes+"---\n"+reads, "--to", target)
		if status != Done {
			t.Fatalf("%s: status %d, says %q", target, status, complaints)
		}
		twice, complaints, status := through(t, once, "-f", write(t, "policy.yaml", reads), "--to", target)
		if status != Done || twice != once {
			t.Errorf("%s: status %d, says %q, once\n%s\nand again\n%s", target, status, complaints, once, twice)
		}
	}
}

func TestAFilterThatFailsPrintsNothingAndSaysWhy(t *testing.T) {
	config := write(t, "config.yaml", "apiVersion: retryctl.dev/v1alpha1\nkind: Config\nmetadata: {name: c}\nspec: {manifests: ["+write(t, "routes.yaml", routes)+"]}\n")
	for _, c := range []struct {
		about, in string
		args      []string
		says      string
		status    int
	}{
		{"a bad policy", routes + "---\n" + strings.Replace(policy, "maxRetries: 2", "maxRetries: many", 1), []string{"--to", "kong"}, "error RT1003 spec.maxRetries", Findings},
		{"one of two policies is bad", routes + "---\n" + policy + "---\n" + strings.Replace(strings.Replace(policy, "name: api", "name: bad", 1), "maxRetries: 2", "maxRetries: -1", 1), []string{"--to", "envoy-gateway"}, "error RT1004", Findings},
		{"a warning that is an error", policy, []string{"--to", "envoy-gateway", "--strict"}, "error RT3001", Findings},
		{"no policy, and strict", routes, []string{"--to", "envoy-gateway", "--strict"}, "error RT1012 no RetryPolicy in the input", Findings},
		{"no targets", routes + "---\n" + policy, nil, "retryctl: no targets for RetryPolicy shop/api: give --to, the annotation retryctl.dev/to on it, or spec.targets in a Config", Trouble},
		{"no YAML", "a: [", []string{"--to", "kong"}, ": error RT1001 not valid YAML", Trouble},
		{"two targets that edit a route", routes + "---\n" + reads, []string{"--to", "envoy-gateway", "--to", "traefik"}, "HTTPRoute shop/api: error RT1013 envoy-gateway and traefik write it, each in its own way", Findings},
		{"an edit of what is only read", reads, []string{"-f", config, "--to", "envoy-gateway"}, "HTTPRoute shop/api: error RT3010 envoy-gateway needs an edit of it, and it is in a file that is only read", Findings},
		{"the form of JSON", policy, []string{"-o", "json"}, "-o json does not go with --pass-through", Trouble},
		{"a Component", policy, []string{"-o", "kustomize", "--output-dir", t.TempDir()}, "-o kustomize does not go with --pass-through", Trouble},
		{"a folder", policy, []string{"--output-dir", t.TempDir()}, "--output-dir does not go with --pass-through", Trouble},
		{"to go on after errors", policy, []string{"--keep-going"}, "--keep-going does not go with --pass-through", Trouble},
	} {
		if out, complaints, status := through(t, c.in, c.args...); status != c.status || out != "" || !strings.Contains(complaints, c.says) {
			t.Errorf("%s: status %d, prints %q and says %q", c.about, status, out, complaints)
		}
	}
}

func TestWithoutAPolicyEverythingIsPrintedAndAWarningToo(t *testing.T) {
	for _, args := range [][]string{nil, {"--to", "envoy-gateway"}, {"--to", "all"}} {
		if out, complaints, status := through(t, routes, args...); status != Done || out != routes || !strings.HasPrefix(complaints, "warning RT1012 no RetryPolicy in the input\n") {
			t.Errorf("%q: status %d, says %q and prints\n%s", args, status, complaints, out)
		}
	}
}

func TestPoliciesNameTheirTargetsAndConfigsFilesToRead(t *testing.T) {
	config := write(t, "config.yaml", "apiVersion: retryctl.dev/v1alpha1\nkind: Config\nmetadata: {name: c}\nspec: {targets: [envoy-gateway], manifests: ["+write(t, "routes.yaml", routes)+"]}\n")
	annotated := strings.Replace(policy, "namespace: shop}", "namespace: shop, annotations: {retryctl.dev/to: envoy-gateway}}", 1)
	for about, args := range map[string][]string{"by the annotation": {"-f", write(t, "policy.yaml", annotated)}, "by a Config": {"-f", write(t, "policy.yaml", policy), "-f", config}} {
		out, complaints, status := through(t, stranger, args...)
		if status != Done || strings.Contains(out, "parentRefs") || strings.Count(out, "kind: BackendTrafficPolicy") != 1 || !strings.HasPrefix(out, stranger+"---\n") {
			t.Errorf("%s: status %d, says %q and prints\n%s", about, status, complaints, out)
		}
	}
}

func TestTwoTargetsThatWantTheSameAgree(t *testing.T) {
	for _, targets := range []string{"gateway-api", "gateway-api,istio"} {
		out, complaints, status := through(t, routes+"---\n"+policy, "--to", targets, "--istio-api", "gateway-api", "--gateway-api-channel", "experimental", "--gateway-api-implementation", "istio")
		if status != Done || strings.Count(out, "kind: HTTPRoute") != 1 || !strings.Contains(out, "    retry:\n") {
			t.Errorf("%s: status %d, says %q and prints\n%s", targets, status, complaints, out)
		}
	}
}

func TestAHookMayBeAnotherObjectOverAgain(t *testing.T) {
	_, service, _ := strings.Cut(routes, "---\n")
	hook := strings.Replace(service, "namespace: shop}", `namespace: shop, annotations: {helm.sh/hook: "pre-install,pre-upgrade"}}`, 1)
	for about, in := range map[string]string{"before it": hook + "---\n" + routes, "behind it": routes + "---\n" + hook, "twice": hook + "---\n" + hook + "---\n" + routes} {
		out, complaints, status := through(t, in+"---\n"+policy, "--to", "kong")
		if status != Done || strings.Count(out, hook) != strings.Count(in, hook) || strings.Count(out, "konghq.com/retries: ") != 1 {
			t.Errorf("a hook %s: status %d, says %q and prints\n%s", about, status, complaints, out)
		}
	}
	only := strings.Replace(routes, service, hook, 1)
	if out, complaints, status := through(t, only+"---\n"+policy, "--to", "kong"); status != Done || strings.Count(out, "konghq.com/retries: ") != 1 {
		t.Errorf("a Service that is only a hook: status %d, says %q and prints\n%s", status, complaints, out)
	}
	if out, complaints, status := through(t, routes+"---\n"+service+"---\n"+policy, "--to", "kong"); status != Findings || out != "" || !strings.Contains(complaints, "error RT1009") {
		t.Errorf("a Service twice: status %d, says %q and prints\n%s", status, complaints, out)
	}
}
