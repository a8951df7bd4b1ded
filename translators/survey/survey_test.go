package survey_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
	"retryctl.dev/translators/survey"
)

// TestWhatATranslationWroteDoesWhatItsPolicySaid has the output of every golden case read
// as configuration that exists: each rule gets what was said of it with the policy.
func TestWhatATranslationWroteDoesWhatItsPolicySaid(t *testing.T) {
	files, err := filepath.Glob("../../golden/cases/*/in.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	compared := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		objects, err := pipeline.Read(pipeline.Source{Name: file, Text: text})
		if err != nil {
			continue // the case is about that
		}
		in := pipeline.Decode(translators.All(), objects)
		assignments, _, err := in.Assign([]string{"all"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.Translations(t.Context(), assignments, pipeline.Options{To: []string{"all"}}, func(done pipeline.Translation) error {
			if done.Findings.Count(finding.Error) > 0 {
				return nil // what has an error is told of and not written
			}
			compared += compare(t, filepath.Base(filepath.Dir(file)), done)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if compared < 300 {
		t.Errorf("%d rules were compared", compared)
	}
}

func compare(t *testing.T, name string, done pipeline.Translation) (compared int) {
	p := done.Gateway
	world := done.Plan.World.With(done.Objects...)
	rules, _ := survey.Of(world, survey.Options{Sources: translators.Sources{done.Target.Gateway}, From: []translators.Source{done.Target.Source()},
		Settings: func(translators.Source) gateway.Settings { return done.Settings }})
	found := map[string][]behavior.Effect{}
	for _, r := range rules {
		for _, e := range r.Effects {
			at := fmt.Sprint(e.Object, " ", e.Rule)
			found[at] = append(found[at], e)
		}
	}
	for _, place := range done.Rules {
		for _, want := range place.Effects {
			at := fmt.Sprint(want.Object, " ", want.Rule)
			if place.Intent.Rule < 0 || place.Intent.Listeners != nil || len(found[at]) == 0 {
				continue
			}
			compared++
			same := false
			for _, got := range found[at] {
				both := want.Methods & got.Methods
				same = same || both != 0 && got.Behavior.For(both) == want.Behavior.For(both)
			}
			if !same {
				t.Errorf("%s, %s: %s is explained otherwise where it exists:\n%+v\n%+v", name, p.Name, at, found[at][0].Behavior, want.Behavior)
			}
		}
	}
	return compared
}

const routes = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: CLASS}
spec: {controllerName: CONTROLLER}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {gatewayClassName: CLASS, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: ["*.example"]
  rules:
  - {name: write, matches: [{path: {value: /a}, method: POST}], backendRefs: [{name: a, port: 80}]}
  - {name: items, matches: [{path: {value: /a/b}}], backendRefs: [{name: a, port: 80}]}
  - {name: canary, matches: [{path: {value: /a/b}, headers: [{name: canary, value: "1"}]}], backendRefs: [{name: a, port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [shop.example]
  rules:
  - {name: all, backendRefs: [{name: a, port: 80}]}
`

// On Traefik a condition on the method comes before a longer path.
func TestARequestIsNarrowedDownToTheRulesThatServeItOnTheGateway(t *testing.T) {
	const traefik, envoyGateway = "traefik.io/gateway-controller", "gateway.envoyproxy.io/gatewayclass-controller"
	for _, c := range []struct {
		controller, host, path, method, want string
	}{
		{envoyGateway, "x.example", "/a/b/c", "POST", "items canary"},
		{traefik, "x.example", "/a/b/c", "POST", "write"}, // whatever headers it has
		{envoyGateway, "x.example", "/a/b/c", "GET", "items canary"},
		{envoyGateway, "x.example", "/a/c", "POST", "write"},
		{envoyGateway, "x.example", "/a/c", "GET", ""},
		{envoyGateway, "shop.example", "/a/b", "POST", "canary all"},
		{envoyGateway, "x.example", "", "", "write items canary"},
		{envoyGateway, "", "/a/b", "GET", "items canary all"},
	} {
		text := strings.NewReplacer("CLASS", "edge", "CONTROLLER", c.controller).Replace(routes)
		objects, err := pipeline.Read(pipeline.Source{Name: "routes.yaml", Text: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		rules, found := survey.Of(manifest.NewSet(objects), survey.Options{
			Sources: translators.All().And(translators.OnlyRead()),
			Settings: func(target translators.Source) gateway.Settings {
				s := gateway.Defaults(target.Gateway.Profile())
				s.Version = target.Version
				return s
			},
			Request: survey.Request{Host: c.host, Path: c.path, Methods: behavior.ParseMethod(c.method)},
		})
		var names []string
		for _, r := range rules {
			names = append(names, r.Intent.Name)
		}
		if got := strings.Join(names, " "); got != c.want || len(found) > 0 {
			t.Errorf("%s %s%s on %s is served by %q, not %q; %v", c.method, c.host, c.path, c.controller, got, c.want, found)
		}
	}
}
