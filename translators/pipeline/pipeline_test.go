package pipeline_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

const policy = `apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: api, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
  maxRetries: 2
  retryOn: {conditions: [ConnectFailure]}
`

const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  rules:
  - backendRefs: [{name: api, port: 80}]
`

func texts(of ...string) (sources []pipeline.Source) {
	for _, text := range of {
		sources = append(sources, pipeline.Source{Name: "in.yaml", Text: []byte(text)})
	}
	return sources
}

func TestTextsGoInAndObjectsEffectsAndFindingsComeOut(t *testing.T) {
	out, err := pipeline.Run(t.Context(), translators.All(), texts(policy, route), pipeline.Options{To: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Results) != len(translators.All().Names()) {
		t.Fatalf("%d results", len(out.Results))
	}
	if places := out.Results[0].Rules; len(places) != 1 || len(places[0].Effects) == 0 {
		t.Errorf("envoy-gateway has the places %v", places)
	}
	if plan := out.Results[0].Plan; len(plan.Intents) != 1 || plan.Intents[0].Policy.Metadata.Name != "api" {
		t.Errorf("the plan is %v", plan.Intents)
	}
	if objects := out.Results[0].Objects; len(objects) != 1 || objects[0].ID().Kind != "BackendTrafficPolicy" {
		t.Errorf("envoy-gateway writes %v", objects)
	}
	for _, f := range out.Findings {
		if f.Object.String() != "RetryPolicy shop/api" {
			t.Errorf("a finding about %s: %s", f.Object, f.Message)
		}
	}
}

func TestATextThatCannotBeReadIsAFinding(t *testing.T) {
	out, err := pipeline.Run(t.Context(), translators.All(), texts("a: {{ .Values.a }}\nb: ["), pipeline.Options{})
	if err != nil || len(out.Findings) != 1 || out.Findings[0].Code != finding.Syntax || out.Findings[0].Hint.String() == "" || out.Usable(true) {
		t.Errorf("%v, %v", out, err)
	}
}

func TestNothingIsTranslatedForAGatewayThatNobodyNames(t *testing.T) {
	if _, err := pipeline.Run(t.Context(), translators.All(), texts(policy, route), pipeline.Options{}); err == nil || !strings.Contains(err.Error(), "no target is named") {
		t.Error(err)
	}
	out, err := pipeline.Run(t.Context(), translators.All(), texts(policy, route), pipeline.Options{Usual: []string{"kong"}, Settings: schema.ConfigSpec{Split: "always"}})
	if err != nil || len(out.Results) != 1 || out.Results[0].Gateway.Name != "kong" {
		t.Errorf("%v, %v", out.Results, err)
	}
}

func TestWithAnErrorOnlyThePoliciesWithoutOneMayBeGivenOut(t *testing.T) {
	broken := strings.NewReplacer("name: api", "name: other", "maxRetries: 2", "maxRetries: -2").Replace(policy)
	out, err := pipeline.Run(t.Context(), translators.All(), texts(policy, broken, route), pipeline.Options{To: []string{"envoy-gateway"}})
	if err != nil || out.Usable(false) || !out.Usable(true) || len(out.LeftOut) != 1 || out.LeftOut[0].Object.String() != "RetryPolicy shop/other" {
		t.Errorf("%v, %v", out.LeftOut, err)
	}
	out, err = pipeline.Run(t.Context(), translators.All(), texts(policy, route, route), pipeline.Options{To: []string{"envoy-gateway"}})
	if err != nil || out.Usable(true) {
		t.Errorf("an object that is given twice: %v, %v", out.Findings, err)
	}
}

func TestPoliciesAloneAreCheckedWithoutTheirTargets(t *testing.T) {
	for in, want := range map[string]int{policy: 0, policy + "---\n" + strings.ReplaceAll(route, "name: api", "name: other"): 1} {
		objects, err := pipeline.Read(texts(in)...)
		if err != nil {
			t.Fatal(err)
		}
		list, checked, err := pipeline.Check(translators.All(), objects, false, false)
		if err != nil || checked != 1 || len(list) != want {
			t.Errorf("%d checked, %v, %v, of\n%s", checked, list, err, in)
		}
	}
}

func TestTooMuchIsNotRead(t *testing.T) {
	var total pipeline.Total
	if err := total.Add("a", manifest.MaxBytes, 1); err != nil {
		t.Error(err)
	}
	if err := total.Add("b", 1, 1); err == nil {
		t.Error("more bytes than are read at once")
	}
}
