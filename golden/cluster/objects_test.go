package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// An object is a Kubernetes object as JSON has it.
type object map[string]any

func (o object) text(keys ...string) string {
	var v any = map[string]any(o)
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	s, _ := v.(string)
	return s
}

// id is equal for two states of one object.
func (o object) id() string {
	group, _, ok := strings.Cut(o.text("apiVersion"), "/")
	if !ok {
		group = ""
	}
	namespace := o.text("metadata", "namespace")
	if namespace == "" {
		namespace = "default"
	}
	return group + " " + o.text("kind") + " " + namespace + "/" + o.text("metadata", "name")
}

// ours reports whether it is retryctl's own, which no API server knows.
func (o object) ours() bool { return strings.HasPrefix(o.text("apiVersion"), "retryctl.dev/") }

// read gives the objects of a stream of YAML or JSON, those of Lists one by one.
func read(t *testing.T, text string) []object {
	t.Helper()
	var list []object
	for d := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096); ; {
		var o object
		switch err := d.Decode(&o); {
		case err == io.EOF:
			return list
		case err != nil:
			t.Fatalf("%v in\n%s", err, text)
		}
		items, _ := o["items"].([]any)
		for _, item := range items {
			list = append(list, item.(map[string]any))
		}
		if len(items) == 0 && o.text("kind") != "" && o.text("kind") != "List" {
			list = append(list, o)
		}
	}
}

// write gives objects as a file.
func write(t *testing.T, name string, objects []object) string {
	t.Helper()
	var out bytes.Buffer
	for _, o := range objects {
		raw, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "---\n%s", raw)
	}
	if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// over gives objects in which others take the places of those of the same id.
func over(objects, others []object) []object {
	var list []object
	at := map[string]int{}
	for _, o := range append(append([]object{}, objects...), others...) {
		if n, ok := at[o.id()]; ok {
			list[n] = o
			continue
		}
		at[o.id()] = len(list)
		list = append(list, o)
	}
	return list
}

func clone(t *testing.T, objects []object) []object {
	t.Helper()
	raw, err := json.Marshal(objects)
	if err != nil {
		t.Fatal(err)
	}
	var list []object
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// carriers are the kinds that carry retries for each gateway, and the field with
// their number.
var carriers = map[string]struct {
	field string
	kinds []string
}{
	"envoy-gateway": {"numRetries", []string{"BackendTrafficPolicy"}},
	"istio":         {"attempts", []string{"VirtualService", "HTTPRoute"}},
	"kong":          {"konghq.com/retries", []string{"Service"}},
	"traefik":       {"attempts", []string{"Middleware"}},
	"gateway-api":   {"attempts", []string{"HTTPRoute"}},
}

// answered are the outputs of which a gateway answers every request itself, as the
// route has a filter of another one: there no number makes a difference to requests.
var answered = []string{
	"answered-without-a-try/envoy-gateway", "answered-without-a-try/traefik", "answered-without-a-try/gateway-api",
	"kong-own-function/envoy-gateway", "kong-own-function/traefik", "traefik-strangers/envoy-gateway"}

// plant changes the first number of retries that is above 0 in a tree, or the one in
// an annotation, and says where.
func plant(field, path string, v any) string {
	switch v := v.(type) {
	case map[string]any:
		switch n := v[field].(type) {
		case float64:
			if n > 0 {
				v[field] = n + 1
				return path + "." + field
			}
		case string:
			v[field] = n + "3"
			return path + "." + field
		}
		for _, key := range []string{"metadata", "annotations", "spec", "rules", "http", "retry", "retries"} {
			if at := plant(field, path+"."+key, v[key]); at != "" {
				return at
			}
		}
	case []any:
		for n, item := range v {
			if at := plant(field, fmt.Sprintf("%s[%d]", path, n), item); at != "" {
				return at
			}
		}
	}
	return ""
}
