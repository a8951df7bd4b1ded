package envoygateway_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoygateway"
	"retryctl.dev/translators/gateway"
)

func TestBeforePoliciesCouldPointAtRulesTheRouteGetsWhatIsSafe(t *testing.T) {
	objects, err := manifest.Read(strings.NewReader(edge+api), "test")
	if err != nil {
		t.Fatal(err)
	}
	retries := 2
	p := &schema.RetryPolicy{}
	p.Metadata.Name, p.Metadata.Namespace = "p", "shop"
	p.Spec.MaxRetries = &retries
	p.Spec.TargetRefs = []schema.TargetRef{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Name: "api"}}
	p.Spec.RetryOn = &schema.RetryOn{Conditions: []schema.Condition{"ConnectFailure"}, StatusCodes: []schema.CodeRange{{First: 503, Last: 503}}}
	plan, _ := resolve.Resolve([]*schema.RetryPolicy{p}, manifest.NewSet(objects))
	g := envoygateway.Gateway{}
	s := gateway.Defaults(g.Profile())
	s.Version = gateway.Version{Major: 1, Minor: 5}
	out := g.Translate(plan, s)
	if len(out.Objects) != 1 {
		t.Fatalf("%d objects", len(out.Objects))
	}
	spec := out.Objects[0].At("spec")
	if refs := spec.At("targetRefs"); refs.Len() != 1 || refs.Index(0).At("sectionName").Exists() {
		t.Errorf("it points at %d targets, or at a section, which the CRD refuses until 1.5", refs.Len())
	}
	if on := spec.At("retry", "retryOn"); on.At("httpStatusCodes").Exists() || on.At("triggers").Len() != 1 {
		t.Error("it carries more than what is safe for every method")
	}
}

func TestALimitForEachTryThatGoesWithItsStanzaIsSaid(t *testing.T) {
	route := strings.Replace(api, "backendRefs:", "retry: {attempts: 4}, timeouts: {backendRequest: 3s}, backendRefs:", 1)
	objects, err := manifest.Read(strings.NewReader(edge+route), "test")
	if err != nil {
		t.Fatal(err)
	}
	retries, limit := 2, schema.Duration(3e9)
	p := &schema.RetryPolicy{}
	p.Metadata.Name, p.Metadata.Namespace = "p", "shop"
	p.Spec.MaxRetries = &retries
	p.Spec.TargetRefs = []schema.TargetRef{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Name: "api"}}
	p.Spec.RetryOn = &schema.RetryOn{Conditions: []schema.Condition{"ConnectFailure"}}
	for _, wished := range []*schema.Duration{nil, &limit} {
		p.Spec.AttemptTimeout = wished
		plan, _ := resolve.Resolve([]*schema.RetryPolicy{p}, manifest.NewSet(objects))
		said := envoygateway.Gateway{}.Translate(plan, gateway.Defaults(envoygateway.Gateway{}.Profile())).Said
		if told := len(said) == 1 && strings.Contains(said[0].Message, "backendRequest"); told != (wished == nil) {
			t.Errorf("with attemptTimeout %v the translator says %v", wished, said)
		}
	}
}

func TestALimitForEachTryThatATotalTimeoutTakesOutIsSaid(t *testing.T) {
	route := strings.Replace(api, "backendRefs:", "timeouts: {request: 20s, backendRequest: 3s}, backendRefs:", 1)
	objects, err := manifest.Read(strings.NewReader(edge+route), "test")
	if err != nil {
		t.Fatal(err)
	}
	retries, limit := 2, schema.Duration(9e9)
	p := &schema.RetryPolicy{}
	p.Metadata.Name, p.Metadata.Namespace = "p", "shop"
	p.Spec.MaxRetries = &retries
	p.Spec.TargetRefs = []schema.TargetRef{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Name: "api"}}
	p.Spec.RetryOn = &schema.RetryOn{Conditions: []schema.Condition{"ConnectFailure"}}
	for _, c := range []struct {
		total, attempt *schema.Duration
		said           bool
	}{{nil, nil, false}, {&limit, nil, true}, {&limit, &limit, false}, {nil, &limit, false}} {
		p.Spec.TotalTimeout, p.Spec.AttemptTimeout = c.total, c.attempt
		plan, _ := resolve.Resolve([]*schema.RetryPolicy{p}, manifest.NewSet(objects))
		out := envoygateway.Gateway{}.Translate(plan, gateway.Defaults(envoygateway.Gateway{}.Profile()))
		if told := len(out.Said) == 1 && strings.Contains(out.Said[0].Message, "backendRequest") && strings.Contains(out.Said[0].Hint.String(), "attemptTimeout: 3s"); told != c.said || !told && len(out.Said) > 0 {
			t.Errorf("with totalTimeout %v and attemptTimeout %v the translator says %v", c.total, c.attempt, out.Said)
		}
		gone := true
		for _, o := range out.Objects {
			gone = gone && !o.At("spec", "rules").Index(0).At("timeouts", "backendRequest").Exists()
		}
		if (c.total == nil && c.attempt == nil) != (len(out.Objects) == 1) || !gone {
			t.Errorf("with totalTimeout %v and attemptTimeout %v the limit is still there: %t", c.total, c.attempt, !gone)
		}
	}
}
