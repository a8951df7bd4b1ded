package admission

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"

	"retryctl.dev/schema/fields"
)

// gateways are those whose CRDs have the kinds of schema/fields.
var gatewayOf = map[string]string{
	"gateway.envoyproxy.io": "envoy-gateway", "gateway.networking.k8s.io": "gateway-api", "gateway.networking.x-k8s.io": "gateway-api",
	"networking.istio.io": "istio", "traefik.io": "traefik", "configuration.konghq.com": "kong",
}

func TestTheFieldsThatShipAreThoseOfTheCRDs(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The fields of mappings about retries. Made by golden/conformance/admission from the CRDs\n# of the newest versions.\n")
	for _, full := range slices.Sorted(maps.Keys(fields.Tops)) {
		group, name, _ := strings.Cut(full, "/")
		fmt.Fprintf(&b, "%s\n", full)
		s := newest(t, gatewayOf[group])
		var structural *schema.Structural
		for _, at := range slices.SortedFunc(maps.Keys(s.kinds), func(a, b kind) int { return strings.Compare(a.apiVersion, b.apiVersion) }) {
			if at.kind == name && strings.HasPrefix(at.apiVersion, group+"/") {
				structural = s.kinds[at].structural
				break
			}
		}
		if structural == nil {
			t.Fatalf("no CRD of %s", full)
		}
		walk(structural, "", func(s *schema.Structural, path string) {
			below := slices.ContainsFunc(fields.Places[full], func(place string) bool {
				rest, ok := strings.CutPrefix(path, place)
				return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
			})
			if len(s.Properties) == 0 || !below && !slices.Contains(fields.Tops[full], path) {
				return
			}
			fmt.Fprintf(&b, "  %s: %s\n", path, strings.Join(slices.Sorted(maps.Keys(s.Properties)), " "))
		})
	}
	const file = "../../../schema/fields/fields.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Error("the fields were written anew: look at the difference and run again")
	} else if got, err := os.ReadFile(file); err != nil || string(got) != b.String() {
		t.Errorf("%s is out of date: run with -admission.update (%v)", file, err)
	}
}
