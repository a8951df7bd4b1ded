package cli

import (
	"bytes"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/kyaml/kio"

	"retryctl.dev/schema/manifest"
)

// listOf gives a ResourceList with documents as its items.
func listOf(docs ...string) string {
	list := manifest.Map("apiVersion", kio.ResourceListAPIVersion, "kind", kio.ResourceListKind, "items", manifest.List())
	objects, err := manifest.Read(strings.NewReader(strings.Join(docs, "\n---\n")), "")
	if err != nil {
		panic(err)
	}
	for _, o := range objects {
		list.At("items").Append(o.Root())
	}
	var out bytes.Buffer
	if err := list.WriteYAML(&out); err != nil {
		panic(err)
	}
	return out.String()
}

// calledWith gives the output of a function, its words and its status.
func calledWith(t *testing.T, list string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, complaints bytes.Buffer
	status = Main(t.Context(), append([]string{"fn"}, args...), Streams{In: strings.NewReader(list), Out: &out, Err: &complaints})
	return out.String(), complaints.String(), status
}

func TestAFunctionThatFailsPrintsNothingAndSaysWhy(t *testing.T) {
	twice := "- {name: a, backendRefs: [{name: api, port: 80}]}"
	split := strings.Replace(policy, "conditions: [ConnectFailure, RefusedStream]", "statusCodes: [503]", 1)
	for _, c := range []struct {
		name, list string
		args       []string
		says       string
		status     int
	}{
		{"no list", policy, []string{"--to", "kong"}, "a ResourceList is wanted on standard input", Trouble},
		{"nothing at all", "", []string{"--to", "kong"}, "a ResourceList is wanted on standard input", Trouble},
		{"no YAML", "a: [", []string{"--to", "kong"}, "read ResourceList", Trouble},
		{"no policy", listOf(routes), []string{"--to", "kong"}, "no RetryPolicy in the input", Trouble},
		{"no targets", listOf(policy), nil, "no targets for RetryPolicy shop/api: give --to", Trouble},
		{"an unknown target", listOf(policy), []string{"--to", "nginx"}, `read target "nginx"`, Trouble},
		{"a strange functionConfig", listOf(policy) + "functionConfig: {apiVersion: v1, kind: Secret, metadata: {name: a}}\n", nil,
			"the functionConfig is a v1 Secret: a RetryPolicy or a Config of retryctl.dev is wanted", Trouble},
		{"a ConfigMap without targets", listOf(policy) + "functionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: function-input}, data: {}}\n", nil,
			"no targets for RetryPolicy shop/api", Trouble},
		{"a ConfigMap with an unknown target", listOf(policy) + "functionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: function-input}, data: {to: nginx}}\n", nil,
			`read target "nginx"`, Trouble},
		{"a ConfigMap with something else", listOf(policy) + "functionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: function-input}, data: {strict: \"true\"}}\n", nil,
			`the functionConfig is a ConfigMap with "strict"`, Trouble},
		{"an item that is no object", "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: [{kind: A}]\n", []string{"--to", "kong"},
			"not a Kubernetes object: apiVersion or kind is missing", Trouble},
		{"a file that is not there", listOf(policy) + "functionConfig: {apiVersion: retryctl.dev/v1alpha1, kind: Config, metadata: {name: a}, spec: {manifests: [nowhere.yaml]}}\n",
			[]string{"--to", "kong"}, "read nowhere.yaml: no such file or directory", Trouble},
		{"a bad policy", listOf(strings.Replace(policy, "maxRetries: 2", "maxRetries: -2", 1), routes), []string{"--to", "kong"}, "error RT1004 spec.maxRetries", Findings},
		{"a bad policy to validate", listOf(strings.Replace(policy, "maxRetries: 2", "maxRetries: -2", 1)), []string{"--validate"}, "error RT1004 spec.maxRetries", Findings},
		{"a policy twice", listOf(policy, policy), []string{"--to", "envoy-gateway"}, "error RT1009", Findings},
		{"two targets that edit a route", listOf(split, strings.Replace(routes, "- backendRefs: [{name: api, port: 80}]", twice, 1)),
			[]string{"--to", "envoy-gateway", "--to", "traefik", "--split", "always"}, "HTTPRoute shop/api: error RT1013 envoy-gateway and traefik write it, each in its own way", Findings},
	} {
		out, complaints, status := calledWith(t, c.list, c.args...)
		if status != c.status || out != "" || !strings.Contains(complaints, c.says) {
			t.Errorf("%s: status %d, prints %q and says %q", c.name, status, out, complaints)
		}
	}
}

func TestAConfigMapIsTheArgumentsThatItIsToKpt(t *testing.T) {
	list := listOf(policy) + "functionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: function-input}, data: {%}}\n"
	for data, args := range map[string][]string{"": {"--to", "traefik"}, "to: ' traefik'": nil, "to: envoy-gateway": {"--to", "traefik"}} {
		out, complaints, status := calledWith(t, strings.Replace(list, "%", data, 1), args...)
		if status != Done || !strings.Contains(out, "kind: Middleware") || strings.Contains(out, "kind: BackendTrafficPolicy") {
			t.Errorf("with {%s} and %q: status %d, says %q and prints\n%s", data, args, status, complaints, out)
		}
	}
}

func TestAListKeepsWhatIsNotTouched(t *testing.T) {
	for _, version := range []string{"config.kubernetes.io/v1", "config.kubernetes.io/v1beta1"} {
		list := "apiVersion: " + version + `
kind: ResourceList
items:
# A ConfigMap that nobody asked about.
- kind: ConfigMap # the kind comes first here
  apiVersion: v1
  metadata:
    name: settings
    annotations:
      kustomize.config.k8s.io/id: "3"
      internal.config.kubernetes.io/index: '7'
      internal.config.kubernetes.io/path: settings.yaml
      config.kubernetes.io/index: '7'
      config.kubernetes.io/path: settings.yaml
  data:
    b: "on" # quoted for YAML 1.1
    a: |
      x
`
		out, complaints, status := calledWith(t, list+strings.Replace(listOf(policy), "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n", "", 1), "--to", "envoy-gateway")
		if status != Done || !strings.HasPrefix(out, list) {
			t.Errorf("status %d, says %q and prints\n%s", status, complaints, out)
		}
	}
}

func TestAFunctionConfigFromAFileStaysInTheList(t *testing.T) {
	own := strings.Replace(policy, "namespace: shop}", `namespace: shop, annotations: {retryctl.dev/to: envoy-gateway%}}`, 1)
	config, err := manifest.Read(strings.NewReader(strings.Replace(own, "%", "", 1)), "")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := manifest.Map("functionConfig", config[0].Root()).WriteYAML(&text); err != nil {
		t.Fatal(err)
	}
	for added, want := range map[string]int{"": 0, `, internal.config.kubernetes.io/path: policy.yaml`: 1} {
		out, complaints, status := calledWith(t, listOf(strings.Replace(own, "%", added, 1))+text.String())
		items, _, _ := strings.Cut(out, "functionConfig:")
		if status != Done || strings.Count(items, "kind: RetryPolicy") != want || strings.Count(items, "kind: BackendTrafficPolicy") != 1 {
			t.Errorf("with %q: status %d, says %q and prints\n%s", added, status, complaints, out)
		}
	}
}

func TestResultsSayWhatStandardErrorSays(t *testing.T) {
	item := strings.Replace(policy, "namespace: shop}", `namespace: shop, annotations: {internal.config.kubernetes.io/path: policies/api.yaml}}`, 1)
	for _, args := range [][]string{{"--to", "envoy-gateway"}, {"--to", "envoy-gateway", "--validate"}} {
		out, complaints, status := calledWith(t, listOf(item), args...)
		if status != Done || !strings.HasPrefix(complaints, "policies/api.yaml: RetryPolicy shop/api: warning RT3001 spec.targetRefs[0]:") {
			t.Errorf("status %d, says %q", status, complaints)
		}
		for _, want := range []string{
			"- message: RT3001 HTTPRoute shop/api is not in the input\n  severity: warning\n",
			"  resourceRef:\n    apiVersion: retryctl.dev/v1alpha1\n    kind: RetryPolicy\n    name: api\n    namespace: shop\n",
			"  field:\n    path: spec.targetRefs[0]\n",
			"  file:\n    path: policies/api.yaml\n",
		} {
			if _, results, _ := strings.Cut(out, "\nresults:\n"); !strings.Contains(results, want) {
				t.Errorf("the results have no %q:\n%s", want, out)
			}
		}
		if validate := len(args) > 2; validate != strings.Contains(out, "\nitems: []\n") {
			t.Errorf("fn %s prints\n%s", strings.Join(args, " "), out)
		}
	}
}
