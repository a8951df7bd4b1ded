package schema

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"sigs.k8s.io/yaml"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

func schemaOf(t *testing.T, kind string) *jsonschema.Resolved {
	t.Helper()
	raw, err := JSONSchema(kind, known)
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// parsed is a text as a JSON Schema validator is given it.
func parsed(t *testing.T, text []byte) any {
	t.Helper()
	var x any
	if err := yaml.Unmarshal(text, &x); err != nil {
		t.Fatal(err)
	}
	return x
}

func TestTheJSONSchemaTakesWhatIsValid(t *testing.T) {
	for kind, text := range map[string]string{
		Kind:       whole + "status: {conditions: []}\n",
		ConfigKind: settings + "  targets: [all]\n  istio: {api: auto, gateways: [{parent: a/b, gateway: c/d}]}\n  traefik: {safeNaming: false}\n  kong: {untrustedLua: Lax}\n",
	} {
		if got := lines(check(t, text)); got != "" {
			t.Errorf("%s: %s", kind, got)
		}
		if err := schemaOf(t, kind).Validate(parsed(t, []byte(text))); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestTheJSONSchemaRefusesWhatSingleFieldsCannotBe(t *testing.T) {
	policy, config := schemaOf(t, Kind), schemaOf(t, ConfigKind)
	for _, text := range []string{
		head, head + "  maxRetries: 101", head + "  maxRetries: \"3\"", head + "  maxRetries: 1.5",
		usual + "  attempts: 3", usual + "  attemptTimeout: 1.5s", usual + "  attemptTimeout: 5", usual + "  backoff: {}",
		usual + "  backoff: {baseInterval: 1s, jitter: full}", usual + "  budget: {percent: 101}", usual + "  circuitBreaker: {}",
		usual + "  circuitBreaker: {maxConnections: 0}", usual + "  idempotencyKey: {header: a b}",
		usual + "  accept: [{gateway: kong, finding: RT1004, reason: x}]", usual + "  accept: [{gateway: kong, finding: RT2004}]",
		strings.Replace(usual, "503", "302", 1), strings.Replace(usual, "503", "\"5xx\"", 1), strings.Replace(usual, "[503]", "503", 1),
		strings.Replace(usual, "HTTPRoute", "Deployment", 1), strings.Replace(usual, "v1alpha1", "v1", 1), strings.Replace(usual, "checkout, namespace", "Checkout, namespace", 1),
	} {
		if policy.Validate(parsed(t, []byte(text))) == nil {
			t.Errorf("accepted\n%s", text)
		}
	}
	for _, text := range []string{"  target: [all]", "  targets: [istio@x]", "  clusterDomain: A", "  istio: {api: x}", "  istio: {gateways: [{parent: a/b}]}", "  traefik: {safeNaming: 1}"} {
		if config.Validate(parsed(t, []byte(settings+text))) == nil {
			t.Errorf("accepted\n%s", text)
		}
	}
}

// judge gives the errors that retryctl and the JSON Schema find in a policy.
func judge(t *testing.T, s *jsonschema.Resolved, policy any) (ours finding.List, text []byte, theirs error) {
	t.Helper()
	text, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	theirs = s.Validate(parsed(t, text))
	if _, err := manifest.Read(bytes.NewReader(text), "p.yaml"); err != nil {
		return finding.List{{Code: finding.Syntax, Message: err.Error()}}, text, theirs
	}
	for _, f := range check(t, string(text)) {
		if f.Severity == finding.Error {
			ours = append(ours, f)
		}
	}
	return ours, text, theirs
}

func TestEveryPolicyThatIsValidIsAcceptedByTheJSONSchema(t *testing.T) {
	s := schemaOf(t, Kind)
	m := maker{rand.New(rand.NewPCG(3, 4))}
	valid, invalid := 0, 0
	for range 1500 {
		ours, text, theirs := judge(t, s, m.policy())
		if len(ours) > 0 {
			invalid++
			continue
		}
		valid++
		if theirs != nil {
			t.Fatalf("%v\n%s", theirs, text)
		}
	}
	if valid < 150 || invalid < 150 {
		t.Errorf("%d valid and %d invalid policies say little", valid, invalid)
	}
}

func TestUnknownFieldsAndWrongTypesAreRefusedByBoth(t *testing.T) {
	s := schemaOf(t, Kind)
	m := maker{rand.New(rand.NewPCG(5, 6))}
	for broken := 0; broken < 400; {
		policy := m.policy()
		if ours, _, _ := judge(t, s, policy); len(ours) > 0 {
			continue
		}
		broken++
		m.spoil(policy)
		ours, text, theirs := judge(t, s, policy)
		if len(ours) == 0 || theirs == nil {
			t.Fatalf("retryctl found %d errors, the JSON Schema %v\n%s", len(ours), theirs, text)
		}
	}
}

func TestEveryFieldIsDescribed(t *testing.T) {
	for _, kind := range []string{Kind, ConfigKind} {
		raw, err := JSONSchema(kind, known)
		if err != nil {
			t.Fatal(err)
		}
		var s jsonschema.Schema
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatal(err)
		}
		described(t, kind, &s)
	}
}

func described(t *testing.T, path string, s *jsonschema.Schema) {
	for name, kid := range s.Properties {
		if (name == "status" || slices.Contains(serverMetadata, name)) && kid.Type == "" {
			continue
		}
		if kid.Description == "" || !strings.HasPrefix(kid.Description, name) {
			t.Errorf("%s.%s: %q", path, name, kid.Description)
		}
		described(t, path+"."+name, kid)
	}
	if s.Items != nil {
		described(t, path+"[]", s.Items)
	}
}

func TestAnUnknownKindHasNoSchema(t *testing.T) {
	if _, err := JSONSchema("Policy", known); err == nil {
		t.Error("there is one")
	}
}

// leaves gives the path of every field of a type, "[]" after that of a list.
func leaves(path string, t reflect.Type, into map[string]bool) {
	into[path] = true
	switch {
	case t.Kind() == reflect.Pointer:
		leaves(path, t.Elem(), into)
	case t.Kind() == reflect.Slice:
		leaves(path+"[]", t.Elem(), into)
	case isStruct(t):
		for _, f := range fieldsOf(t) {
			leaves(join(path, f.name), t.Field(f.index).Type, into)
		}
	}
}

func TestEveryBoundAndRuleIsThatOfAField(t *testing.T) {
	known := map[string]bool{}
	leaves("", reflect.TypeFor[RetryPolicy](), known)
	leaves("", reflect.TypeFor[Config](), known)
	for field := range bounds {
		if !known[field] {
			t.Errorf("a bound of %s", field)
		}
	}
	for field := range rules {
		if !known[field] {
			t.Errorf("a rule of %s", field)
		}
	}
}
