package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	istio "istio.io/client-go/pkg/apis/networking/v1"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	experimental "sigs.k8s.io/gateway-api/apisx/v1alpha1"
	"sigs.k8s.io/yaml"

	"retryctl.dev/schema/manifest"
)

// goTypes gives an empty object for each kind whose Go types are in modules that
// retryctl's tests can afford.
var goTypes = map[string]func() any{
	"HTTPRoute.gateway.networking.k8s.io":               func() any { return &gateway.HTTPRoute{} },
	"GRPCRoute.gateway.networking.k8s.io":               func() any { return &gateway.GRPCRoute{} },
	"XBackendTrafficPolicy.gateway.networking.x-k8s.io": func() any { return &experimental.XBackendTrafficPolicy{} },
	"VirtualService.networking.istio.io":                func() any { return &istio.VirtualService{} },
	"DestinationRule.networking.istio.io":               func() any { return &istio.DestinationRule{} },
}

// TestEveryRecordedObjectIsOfItsGoType decodes what was recorded into the
// gateways' own types: a field that they do not have, or that has another type,
// would be dropped or refused by the API server.
func TestEveryRecordedObjectIsOfItsGoType(t *testing.T) {
	files, err := filepath.Glob("cases/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decoded := map[string]int{}
	for _, file := range files {
		if filepath.Base(file) == "in.yaml" {
			continue
		}
		for _, o := range recorded(t, file) {
			kind := o.ID().Kind + "." + o.ID().Group
			if empty, ok := goTypes[kind]; ok {
				decoded[kind]++
				if err := decode(o, empty()); err != nil {
					t.Errorf("%s: %s: %v", file, o.ID(), err)
				}
			}
		}
	}
	if len(decoded) < 4 {
		t.Errorf("the recorded outputs hold only these kinds: %v", decoded)
	}
}

func TestAFieldThatAGoTypeLacksIsFound(t *testing.T) {
	for _, text := range []string{
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {rules: [{retry: {tries: 3}}]}\n",
		"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {http: [{retries: {attempts: 3, tries: 3}}]}\n",
		"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {http: [{retries: {attempts: many}}]}\n",
	} {
		objects, err := manifest.Read(strings.NewReader(text), "")
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(objects[0], goTypes[objects[0].ID().Kind+"."+objects[0].ID().Group]()); err == nil {
			t.Errorf("nothing is wrong with\n%s", text)
		}
	}
}

func recorded(t *testing.T, file string) []*manifest.Object {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	objects, err := manifest.Read(f, file)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// decode is strict. Istio's types are not by themselves: they drop what they do
// not know, so what they hold is compared with what they were given.
func decode(o *manifest.Object, into any) error {
	if err := yaml.UnmarshalStrict(o.JSON(), into); err != nil {
		return err
	}
	raw, err := json.Marshal(into)
	if err != nil {
		return err
	}
	var given, held any
	if err := json.Unmarshal(o.JSON(), &given); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &held); err != nil {
		return err
	}
	return lost("", given, held)
}

// lost finds a field that is given and not held, unless it is a zero, which
// encoders leave out.
func lost(field string, given, held any) error {
	switch given := given.(type) {
	case map[string]any:
		held, _ := held.(map[string]any)
		for key, value := range given {
			other, ok := held[key]
			if !ok && !zero(value) {
				return fmt.Errorf("%s.%s is lost", field, key)
			}
			if err := lost(field+"."+key, value, other); ok && err != nil {
				return err
			}
		}
	case []any:
		held, _ := held.([]any)
		if len(held) != len(given) {
			return fmt.Errorf("%s has %d items of %d", field, len(held), len(given))
		}
		for n := range given {
			if err := lost(fmt.Sprintf("%s[%d]", field, n), given[n], held[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

func zero(value any) bool {
	return value == nil || reflect.ValueOf(value).IsZero() || reflect.DeepEqual(value, map[string]any{}) || reflect.DeepEqual(value, []any{})
}
