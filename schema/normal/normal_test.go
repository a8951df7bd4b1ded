package normal

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

func one(t *testing.T, text string) *manifest.Object {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(text), "test.yaml")
	if err != nil || len(objects) != 1 {
		t.Fatalf("%d objects, %v of\n%s", len(objects), err, text)
	}
	return objects[0]
}

// everyForm has the forms of the gateways, which are data of theirs.
func everyForm(t *testing.T) Options {
	t.Helper()
	opts := Options{Domains: []string{"konghq.com"}}
	files, err := filepath.Glob("../../translators/*/api/forms.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("there are forms of %d gateways: at least 5 are expected (%v)", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		opts.Forms = append(opts.Forms, FormsOf(string(text)))
	}
	return opts
}

func forms(t *testing.T, a, b string, opts Options) (string, string) {
	t.Helper()
	from, to := Pair(one(t, a), one(t, b), opts)
	return text(from), text(to)
}

const (
	routeHead      = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: b}\nspec:\n"
	policyHead     = "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nmetadata: {name: a, namespace: b}\nspec:\n"
	vsHead         = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\nspec:\n"
	middlewareHead = "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: a, namespace: b}\nspec:\n"
	serviceHead    = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\nspec:\n"
)

// Each pair is an object as it was written, and as a cluster or another hand has
// it.
var equal = []struct{ about, written, live string }{
	{"what the server and tools write",
		routeHead + "  hostnames: [x]",
		`{"apiVersion":"gateway.networking.k8s.io/v1beta1","kind":"HTTPRoute","metadata":{"name":"a","namespace":"b","uid":"1","generation":4,"resourceVersion":"7",
"creationTimestamp":"2026-01-02T03:04:05Z","selfLink":"/x","managedFields":[{"manager":"m"}],"ownerReferences":[{"name":"o"}],"finalizers":["f"],
"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","argocd.argoproj.io/tracking-id":"t","meta.helm.sh/release-name":"r"},
"labels":{"app.kubernetes.io/managed-by":"Helm","kustomize.toolkit.fluxcd.io/name":"k"}},
"spec":{"hostnames":["x"]},"status":{"parents":[{}]}}`},
	{"an annotation and a label of a controller, beside kubectl apply",
		serviceHead + "  ports: []",
		strings.Replace(serviceHead, "namespace: b", `namespace: b, labels: {zone: a}, annotations: {cloud.example.com/status: ok, kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}'}`, 1) + "  ports: []"},
	{"the same beside server-side apply",
		strings.Replace(serviceHead, "namespace: b", "namespace: b, labels: {own: x}", 1) + "  ports: []",
		strings.Replace(serviceHead, "namespace: b", "namespace: b, labels: {own: x, zone: a}, managedFields: [{operation: Apply, fieldsV1: {'f:metadata': {'f:labels': {'f:own': {}}}}}, {operation: Update, fieldsV1: {'f:metadata': {'f:labels': {'f:zone': {}}}}}]", 1) + "  ports: []"},
	{"defaults of an HTTPRoute",
		routeHead + "  parentRefs: [{name: g}]\n  rules: [{backendRefs: [{name: s, port: 80}]}, {matches: [{method: GET}]}, {matches: [{path: {value: /x}, headers: [{name: h, value: v}]}]}]",
		routeHead + "  parentRefs: [{name: g, group: gateway.networking.k8s.io, kind: Gateway}]\n  rules: [{matches: [{path: {type: PathPrefix, value: /}}], backendRefs: [{name: s, port: 80, group: '', kind: Service, weight: 1}]}, " +
			"{matches: [{method: GET, path: {type: PathPrefix, value: /}}]}, {matches: [{path: {type: PathPrefix, value: /x}, headers: [{name: h, value: v, type: Exact}]}]}]"},
	{"defaults of a BackendTrafficPolicy",
		policyHead + "  retry: {retryOn: {triggers: [reset]}}\n  circuitBreaker: {maxConnections: 5, retryBudget: {percent: {numerator: 20}}}",
		policyHead + "  retry: {numRetries: 2, retryOn: {triggers: [reset]}}\n  circuitBreaker: {maxConnections: 5, maxPendingRequests: 1024, maxParallelRequests: 1024, maxParallelRetries: 1024, retryBudget: {percent: {numerator: 20, denominator: 100}}}"},
	{"durations", policyHead + "  retry: {numRetries: 1, perRetry: {timeout: 1500ms}}\n  timeout: {http: {requestTimeout: 60s}}",
		policyHead + "  timeout: {http: {requestTimeout: 1m}}\n  retry: {perRetry: {timeout: 1s500ms}, numRetries: 1}"},
	{"durations of Istio", vsHead + "  http: [{timeout: 90s, retries: {attempts: 2, perTryTimeout: 0.25s, retryOn: '503,reset'}}]",
		vsHead + "  http: [{timeout: 1m30s, retries: {attempts: 2, perTryTimeout: 250ms, retryOn: 'reset,503,reset'}}]"},
	{"durations of Traefik", middlewareHead + "  retry: {attempts: 3, initialInterval: 100ms, timeout: 5}", middlewareHead + "  retry: {attempts: 3, initialInterval: 0s100ms, timeout: '5'}"},
	{"quantities", policyHead + "  connection: {bufferLimit: 1Mi}", policyHead + "  connection: {bufferLimit: 1024Ki}"},
	{"a quantity as a number", policyHead + "  connection: {bufferLimit: 32Ki}", policyHead + "  connection: {bufferLimit: 32768}"},
	{"codes and triggers in another order", policyHead + "  retry: {retryOn: {httpStatusCodes: [503, 502], triggers: [reset, connect-failure]}}",
		policyHead + "  retry: {retryOn: {httpStatusCodes: [502, 503, 502], triggers: [connect-failure, reset]}}"},
	{"codes of a stanza, header conditions", routeHead + "  rules: [{matches: [{headers: [{name: a, value: x}, {name: b, value: y}]}], retry: {attempts: 2, codes: [503, 502], backoff: 1000ms}}]",
		routeHead + "  rules: [{matches: [{headers: [{name: b, value: y}, {name: a, value: x}]}], retry: {attempts: 2, codes: [502, 503], backoff: 1s}}]"},
	{"an older version of Istio's API", vsHead + "  hosts: [b, a]\n  gateways: [y, x]", strings.Replace(vsHead, "/v1", "/v1beta1", 1) + "  hosts: [a, b]\n  gateways: [x, y]"},
	{"numbers", "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: b}\nspec: {trafficPolicy: {retryBudget: {percent: 20, minRetryConcurrency: 0x10}}}",
		"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a, namespace: b}\nspec: {trafficPolicy: {retryBudget: {percent: 20.0, minRetryConcurrency: 16}}}"},
	{"what a cluster gives a Service", serviceHead + "  ports: [{name: http, port: 80}]\n  selector: {app: a}",
		serviceHead + "  clusterIP: 10.0.0.1\n  clusterIPs: [10.0.0.1]\n  internalTrafficPolicy: Cluster\n  ipFamilies: [IPv4]\n  ipFamilyPolicy: SingleStack\n  ports: [{name: http, port: 80, protocol: TCP, targetPort: 80, nodePort: 31000}]\n  selector: {app: a}\n  sessionAffinity: None\n  type: ClusterIP\nstatus: {loadBalancer: {}}"},
	{"the default namespace, a null", strings.Replace(policyHead, "namespace: b", "namespace: default, creationTimestamp: null", 1) + "  retry: {perRetry: null}", strings.Replace(policyHead, ", namespace: b", "", 1) + "  retry: {numRetries: 2}"},
	{"the plugins of a Service", strings.Replace(serviceHead, "namespace: b", "namespace: b, annotations: {konghq.com/plugins: 'x, y'}", 1), strings.Replace(serviceHead, "namespace: b", "namespace: b, annotations: {konghq.com/plugins: 'y,x'}", 1)},
	{"codes of a Middleware", middlewareHead + "  retry: {attempts: 3, status: ['503', '500-502']}", middlewareHead + "  retry: {attempts: 3, status: ['500-502', '503']}"},
}

func TestTheSameObjectFromAClusterIsNoDifference(t *testing.T) {
	for _, c := range equal {
		if a, b := forms(t, c.written, c.live, everyForm(t)); a != b {
			t.Errorf("%s:\n%s---\n%s", c.about, a, b)
		}
	}
}

func TestWhatMeansSomethingElseIsADifference(t *testing.T) {
	for _, c := range []struct{ about, a, b string }{
		{"the order of http routes", vsHead + "  http: [{name: a}, {name: b}]", vsHead + "  http: [{name: b}, {name: a}]"},
		{"the order of rules", routeHead + "  rules: [{name: a}, {name: b}]", routeHead + "  rules: [{name: b}, {name: a}]"},
		{"the order of filters", routeHead + "  rules: [{filters: [{type: A}, {type: B}]}]", routeHead + "  rules: [{filters: [{type: B}, {type: A}]}]"},
		{"no codes and an empty list of them", policyHead + "  retry: {retryOn: {httpStatusCodes: []}}", policyHead + "  retry: {retryOn: {}}"},
		{"a text and a number", policyHead + "  retry: {retryOn: {httpStatusCodes: ['503']}}", policyHead + "  retry: {retryOn: {httpStatusCodes: [503]}}"},
		{"seconds and a duration without a unit", policyHead + "  retry: {perRetry: {timeout: '5'}}", policyHead + "  retry: {perRetry: {timeout: 5s}}"},
		{"a fraction, which Envoy Gateway refuses", policyHead + "  retry: {perRetry: {timeout: 1.5s}}", policyHead + "  retry: {perRetry: {timeout: 1500ms}}"},
		{"a space in Istio's retryOn, which its webhook refuses", vsHead + "  http: [{retries: {attempts: 1, retryOn: '503, reset'}}]", vsHead + "  http: [{retries: {attempts: 1, retryOn: '503,reset'}}]"},
		{"two header conditions of one name, of which the first counts", routeHead + "  rules: [{matches: [{headers: [{name: a, value: x}, {name: A, value: y}]}]}]",
			routeHead + "  rules: [{matches: [{headers: [{name: A, value: y}, {name: a, value: x}]}]}]"},
		{"a label that is not a tool's", strings.Replace(policyHead, "namespace: b", "namespace: b, labels: {global: 'true'}", 1), policyHead},
		{"an annotation that was applied and no longer is", serviceHead, strings.Replace(serviceHead, "namespace: b", `namespace: b, annotations: {a: b, kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "annotations": {"a": "b"}}}'}`, 1)},
		{"a label that was applied by a server and no longer is", serviceHead, strings.Replace(serviceHead, "namespace: b", "namespace: b, labels: {zone: a}, managedFields: [{operation: Apply, fieldsV1: {'f:metadata': {'f:labels': {'f:zone': {}}}}}]", 1)},
		{"an annotation of a gateway, by whatever hand", serviceHead, strings.Replace(serviceHead, "namespace: b", `namespace: b, annotations: {konghq.com/retries: "3", kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}'}`, 1)},
		{"an annotation that the other side has otherwise", strings.Replace(serviceHead, "namespace: b", "namespace: b, annotations: {a: c}", 1), strings.Replace(serviceHead, "namespace: b", `namespace: b, annotations: {a: b, kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}'}`, 1)},
		{"a headless Service", serviceHead + "  clusterIP: None\n  clusterIPs: [None]", serviceHead + "  clusterIP: 10.0.0.1\n  clusterIPs: [10.0.0.1]"},
		{"a Service that is headless in the cluster", serviceHead + "  ports: []", serviceHead + "  clusterIP: None\n  clusterIPs: [None]\n  ports: []"},
		{"attempts that only some servers fill in", routeHead + "  rules: [{retry: {codes: [503]}}]", routeHead + "  rules: [{retry: {codes: [503], attempts: 1}}]"},
	} {
		if a, b := forms(t, c.a, c.b, everyForm(t)); a == b {
			t.Errorf("%s: both are\n%s", c.about, a)
		}
	}
}

func TestGatewayAPI17FillsInAttempts(t *testing.T) {
	const spec = routeHead + "  rules: [{retry: {codes: [503]%s}}]"
	if a, b := forms(t, strings.Replace(spec, "%s", "", 1), strings.Replace(spec, "%s", ", attempts: 1", 1), Options{StanzaDefaults: true}); a != b {
		t.Errorf("%s---\n%s", a, b)
	}
}

func TestTheTableOfFieldsCanBeRead(t *testing.T) {
	all := maps.Clone(shared.table())
	for _, own := range everyForm(t).Forms {
		maps.Copy(all, own.table())
	}
	if len(all) < 15 {
		t.Fatalf("there are %d kinds: at least 15 are expected", len(all))
	}
	for kind, known := range all {
		list := known.fields
		for n := 1; n < len(list); n++ {
			if list[n-1].path >= list[n].path && list[n-1].use == list[n].use {
				t.Errorf("%s: %s stands after %s: a default is filled in before those below it", kind, list[n].path, list[n-1].path)
			}
		}
	}
}

func TestNormaliseLeavesTheObjectAlone(t *testing.T) {
	o := one(t, equal[0].live)
	before := string(o.JSON())
	first := text(Normalise(o, everyForm(t)))
	if string(o.JSON()) != before {
		t.Error("the object was changed")
	}
	if again := text(Normalise(one(t, first), everyForm(t))); again != first {
		t.Errorf("a normal form has another one:\n%s---\n%s", first, again)
	}
}
