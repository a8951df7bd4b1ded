package fields_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/fields"
	"retryctl.dev/schema/manifest"
)

func TestAFieldThatAKindDoesNotHaveIsFoundWhereRetriesAreSaid(t *testing.T) {
	for _, c := range []struct{ object, want string }{
		{"apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: BackendTrafficPolicy\nspec: {retry: {numRetries: 1, perRetryPolicy: {}, perRetry: {backoff: {}}}, retryBudget: {}}",
			"spec.retry.perRetryPolicy spec.retry.perRetry.backoff spec.retryBudget"},
		{"apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {http: [{route: [{destination: {host: a}, retries: {}}], retries: {attempts: 1, retryon: 5xx}}]}",
			"spec.http[0].route[0].retries spec.http[0].retries.retryon"},
		{"apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: {http: [{match: [{anything: 1}], headers: {x: 1}}]}", ""},
		{"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nspec: {rules: [{retry: {attempts: 1, budget: {}}, filters: [{extra: 1}]}, x, {timeouts: []}]}", "spec.rules[0].retry.budget"},
		{"apiVersion: traefik.io/v1alpha1\nkind: Middleware\nspec: {retry: {attempts: 2, backoff: 1s}}", "spec.retry.backoff"},
		{"apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nplugin: x\nconfig: {anything: 1}\nretries: 3", "retries"},
		{"apiVersion: v1\nkind: Service\nspec: {retries: 3}", ""},
		{"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nspec: {host: a, trafficPolicy: {connectionPool: {http: {maxRetries: 3, maxParallelRetries: 2}}}}", "spec.trafficPolicy.connectionPool.http.maxParallelRetries"},
	} {
		objects, err := manifest.Read(strings.NewReader(strings.Replace(c.object, "\n", "\nmetadata: {name: a}\n", 1)), "a.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, u := range fields.Check(objects[0]) {
			paths = append(paths, u.Path)
			if u.Value.Line() == 0 || len(u.Known) == 0 {
				t.Errorf("%s has no position, or no field beside it", u.Path)
			}
		}
		if got := strings.Join(paths, " "); got != c.want {
			t.Errorf("%s\n%s is found, and not %s", c.object, got, c.want)
		}
	}
}

func TestEveryPlaceOfTheTableHasFields(t *testing.T) {
	for kind, places := range fields.Tops {
		group, name, _ := strings.Cut(kind, "/")
		id := manifest.ID{Group: group, Kind: name}
		if !fields.Knows(id) {
			t.Errorf("nothing is known of %s", kind)
		}
		for _, place := range append(places, fields.Places[kind]...) {
			object := place
			if last := strings.LastIndex(place, "."); last >= 0 {
				object = place[last+1:]
			}
			if name := strings.TrimSuffix(object, "[]"); name != "" && name != "spec" && fields.Elsewhere(id, name) == "" {
				t.Errorf("%s has nothing at %s", kind, place)
			}
		}
	}
}
