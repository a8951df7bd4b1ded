package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

// printed runs a command line without input.
func printed(t *testing.T, args ...string) (status int, out, complaints string) {
	t.Helper()
	var o, c bytes.Buffer
	status = Main(t.Context(), args, Streams{In: strings.NewReader(""), Out: &o, Err: &c})
	return status, o.String(), c.String()
}

func TestSchemaPrintsOneJSONSchemaForEachKind(t *testing.T) {
	for kind, args := range map[string][]string{"RetryPolicy": {"schema"}, "Config": {"schema", "--kind", "Config"}} {
		status, out, complaints := printed(t, args...)
		var s struct {
			Title      string
			Properties struct{ Kind struct{ Const string } }
		}
		if err := json.Unmarshal([]byte(out), &s); err != nil || status != Done || complaints != "" {
			t.Fatalf("status %d, %v, %s", status, err, complaints)
		}
		if s.Title != kind || s.Properties.Kind.Const != kind {
			t.Errorf("%v printed the schema of %s", args, s.Title)
		}
	}
}

func TestSchemaPrintsACustomResourceDefinition(t *testing.T) {
	status, out, complaints := printed(t, "schema", "-o", "crd")
	objects, err := manifest.Read(strings.NewReader(out), "crd.yaml")
	if err != nil || status != Done || complaints != "" || len(objects) != 1 {
		t.Fatalf("status %d, %v, %s", status, err, complaints)
	}
	if got := objects[0].ID(); got.Kind != "CustomResourceDefinition" || got.Name != "retrypolicies.retryctl.dev" {
		t.Errorf("it is %s", got)
	}
}

func TestSchemaRefusesWhatThereIsNot(t *testing.T) {
	for _, args := range [][]string{{"--kind", "Policy"}, {"-o", "yaml"}, {"-o", "crd", "--kind", "Config"}, {"extra"}} {
		status, out, complaints := printed(t, append([]string{"schema"}, args...)...)
		if status != Trouble || out != "" || strings.Count(complaints, "\n") != 1 {
			t.Errorf("%v: status %d\n%s%s", args, status, out, complaints)
		}
	}
}
