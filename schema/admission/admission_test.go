package admission_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/admission"
	"retryctl.dev/schema/manifest"
)

func object(t *testing.T, kind, rest string) *manifest.Object {
	t.Helper()
	group := map[string]string{"HTTPRoute": "gateway.networking.k8s.io/v1", "BackendTrafficPolicy": "gateway.envoyproxy.io/v1alpha1", "SecurityPolicy": "gateway.envoyproxy.io/v1alpha1",
		"XBackendTrafficPolicy": "gateway.networking.x-k8s.io/v1alpha1", "VirtualService": "networking.istio.io/v1", "KongPlugin": "configuration.konghq.com/v1", "Middleware": "traefik.io/v1alpha1", "Service": "v1"}[kind]
	objects, err := manifest.Read(strings.NewReader(fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: a}\n%s\n", group, kind, rest)), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return objects[0]
}

func TestWhatIsRefusedSaysWhereAndWhy(t *testing.T) {
	const prefix = "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]"
	const ref = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}"
	for _, c := range []struct{ kind, rest, want string }{
		{"HTTPRoute", "spec: {rules: [{name: a, retry: {attempts: 0, codes: [500], backoff: 10ms}, timeouts: {request: 2s, backendRequest: 1s}}]}", ""},
		{"HTTPRoute", "spec: {rules: [" + strings.Repeat("{}, ", 17) + "]}", "spec.rules: has 17 items, and 16 is the most"},
		{"HTTPRoute", "spec: {rules: [{name: A}]}", `spec.rules[0].name: "A" is not of the form`},
		{"HTTPRoute", "spec: {rules: [{name: a}, {name: a}]}", "spec.rules: Rule name must be unique within the route"},
		{"HTTPRoute", "spec: {rules: [{matches: [{method: PROPFIND}]}]}", `spec.rules[0].matches[0].method: "PROPFIND" is none of GET, HEAD`},
		{"HTTPRoute", "spec: {rules: [{" + prefix + "}]}", ""}, // the server writes the one match
		{"HTTPRoute", "spec: {rules: [{" + prefix + ", matches: [{method: GET}, {method: PUT}]}]}", "spec.rules[0]: When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match"},
		{"HTTPRoute", "spec: {rules: [{" + prefix + ", matches: [{path: {type: Exact, value: /}}]}]}", "exactly one PathPrefix match"},
		{"HTTPRoute", "spec: {rules: [{backendRefs: [{" + prefix + "}], matches: [{method: GET}, {method: PUT}]}]}", "spec.rules[0]: Within backendRefs, When using URLRewrite"},
		{"HTTPRoute", "spec: {rules: [{timeouts: {request: 1s, backendRequest: 2s}}]}", "backendRequest timeout cannot be longer"},
		{"HTTPRoute", "spec: {rules: [{timeouts: {request: 0s, backendRequest: 2s}}]}", ""},
		{"HTTPRoute", "spec: {rules: [{timeouts: {request: 1.5s}}]}", `"1.5s" is not of the form`},
		{"HTTPRoute", "spec: {rules: [{retry: {codes: [500, 500]}}]}", "spec.rules[0].retry.codes: has 500 twice"},
		{"HTTPRoute", "spec: {rules: [{retry: {codes: [200]}}]}", "spec.rules[0].retry.codes[0]: 200 is less than 400"},
		{"HTTPRoute", "spec: {rules: [{retry: {attempts: many}}]}", "spec.rules[0].retry.attempts: must be of type integer"},
		{"HTTPRoute", "spec: {rules: [{retry: null, name: null}]}", ""},
		{"BackendTrafficPolicy", "spec: {targetRefs: [" + ref + "], retry: {retryOn: {triggers: [sometimes]}}}", "spec.retry.retryOn.triggers[0]"},
		{"BackendTrafficPolicy", "spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], mergeType: JSONMerge}", "mergeType can only be used"},
		{"BackendTrafficPolicy", "spec: {retry: {numRetries: 1}}", "either targetRef or targetRefs"},
		{"BackendTrafficPolicy", "spec: {targetRefs: [" + ref + "], circuitBreaker: {retryBudget: {percent: {numerator: 120}}}}", "numerator must be less"},
		{"SecurityPolicy", "spec: {targetRefs: [{kind: HTTPRoute, name: r}]}", "must have group"},
		{"XBackendTrafficPolicy", "spec: {targetRefs: [{group: '', kind: Service, name: s}, {group: '', kind: Service, name: s}]}", "spec.targetRefs: has"},
		{"XBackendTrafficPolicy", "spec: {targetRefs: [{group: '', kind: Service, name: s}], retryConstraint: {budget: {interval: 2h}}}", "one hour"},
		{"VirtualService", "spec: {http: [{match: [{uri: {exact: /a, prefix: /b}}]}]}", "may have only one of exact, prefix, regex"},
		{"VirtualService", "spec: {http: [{timeout: 1us}]}", "spec.http[0].timeout: must be a valid duration"},
		{"VirtualService", "spec: {http: [{headers: {request: {set: {a: 1}}}}]}", "spec.http[0].headers.request.set.a: must be of type string"},
		{"KongPlugin", "config: {}\nconfigFrom: {}\nplugin: x", "Using both"},
		{"Middleware", "spec: {retry: {attempts: -1}}", "-1 is less than 0"},
		{"Middleware", "spec: {retry: {timeout: 2001-01-01}}", "is not of the form"},
		{"Service", "spec: {ports: never}", ""},
	} {
		var all []string
		for _, r := range admission.NewChecker().Check(object(t, c.kind, c.rest)) {
			all = append(all, r.String())
		}
		if got := strings.Join(all, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, and %q is expected", c.kind, c.rest, got, c.want)
		}
	}
}

func TestTheSameRefusalIsKnownInAnotherItem(t *testing.T) {
	c := admission.NewChecker()
	one := c.Check(object(t, "HTTPRoute", "spec: {rules: [{name: A}]}"))
	two := c.Check(object(t, "HTTPRoute", "spec: {rules: [{}, {name: A-B}]}"))
	other := c.Check(object(t, "HTTPRoute", "spec: {rules: [{name: ''}]}"))
	if len(one) != 1 || len(two) != 1 || !one[0].Same(two[0]) || len(other) != 2 || one[0].Same(other[0]) == one[0].Same(other[1]) {
		t.Errorf("%v %v %v", one, two, other)
	}
}

func TestTheAnnotationsOfAnyObjectAreBoundedTogether(t *testing.T) {
	for _, kind := range []string{"VirtualService", "Service"} {
		for size, want := range map[int]string{256<<10 - 2: "", 256<<10 - 1: "metadata.annotations: has 262145 bytes, and 262144 is the most"} {
			o := object(t, kind, "spec: {}")
			o.Root().Make("metadata", "annotations").Put("ab", strings.Repeat("x", size))
			var all []string
			for _, r := range admission.NewChecker().Check(o) {
				all = append(all, r.String())
			}
			if got := strings.Join(all, "\n"); got != want {
				t.Errorf("%s, %d bytes: %q, and %q is expected", kind, size, got, want)
			}
		}
	}
}
