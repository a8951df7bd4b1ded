package traefik_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/golden/input"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik"
	"retryctl.dev/translators/traefik/api"
)

// A setup changes the settings of a run.
type setup func(*gateway.Settings)

func version(major, minor int) setup {
	return func(s *gateway.Settings) { s.Version = gateway.Version{Major: major, Minor: minor} }
}

func safeNaming(s *gateway.Settings) { s.Set(api.SafeNaming.Is("true")) }

func acrossNamespaces(s *gateway.Settings) { s.Set(api.AcrossNamespaces.Is("true")) }

func settings(setups []setup) gateway.Settings {
	s := gateway.Defaults(traefik.Gateway{}.Profile())
	for _, change := range setups {
		change(&s)
	}
	return s
}

// translate runs the whole translation.
func translate(t *testing.T, text string, setups ...setup) translators.Result {
	t.Helper()
	return translators.Run(traefik.Gateway{}, input.Plan(t, text), settings(setups), false)
}

// read gives the effects of the first intent on objects that nobody has edited.
func read(t *testing.T, text string, setups ...setup) []behavior.Effect {
	t.Helper()
	p := input.Plan(t, text)
	return gateway.Read(traefik.Gateway{}, p.Intents, p.World, settings(setups))[0]
}

// only reads an object that has one effect.
func only(t *testing.T, text string, setups ...setup) behavior.Effect {
	t.Helper()
	effects := read(t, text, setups...)
	if len(effects) != 1 {
		t.Fatalf("%d effects, and one is wanted: %+v", len(effects), effects)
	}
	return effects[0]
}

// written gives an object of the output as YAML, without its head.
func written(t *testing.T, r translators.Result, kind, name string) string {
	t.Helper()
	for _, o := range r.Objects {
		if o.ID().Kind == kind && o.ID().Name == name {
			return yamlOf(t, o)
		}
	}
	t.Fatalf("no %s %s in the output:\n%s", kind, name, all(t, r))
	return ""
}

func all(t *testing.T, r translators.Result) string {
	t.Helper()
	var out bytes.Buffer
	if err := manifest.WriteYAML(&out, r.Objects); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func yamlOf(t *testing.T, o *manifest.Object) string {
	t.Helper()
	var out bytes.Buffer
	value := o.Root()
	if spec := o.At("spec"); spec.Exists() {
		value = spec
	}
	if err := value.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// codes gives the findings as "RT2002 spec.retryOn.conditions", errors marked.
func codes(r translators.Result) []string {
	var list []string
	for _, f := range r.Findings.Sorted() {
		if f.Code == finding.FaultyVersion {
			continue // of 3.7 without a patch it is said of everything that retries
		}
		mark := ""
		if f.Severity == finding.Error {
			mark = "error "
		}
		list = append(list, fmt.Sprintf("%s%s %s", mark, f.Code, f.Field))
	}
	return list
}

func has(r translators.Result, code finding.Code, part string) bool {
	for _, f := range r.Findings {
		if f.Code == code && strings.Contains(f.Message, part) {
			return true
		}
	}
	return false
}

func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

func wantsNot(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("%q is in\n%s", part, text)
		}
	}
}

// policy gives a RetryPolicy for a target; spec is the rest of it.
func policy(target, spec string) string {
	groups := map[string]string{"HTTPRoute": "gateway.networking.k8s.io", "GRPCRoute": "gateway.networking.k8s.io", "Gateway": "gateway.networking.k8s.io",
		"IngressRoute": "traefik.io", "Ingress": "networking.k8s.io"}
	kind, name, _ := strings.Cut(target, " ")
	return fmt.Sprintf(`
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: api, namespace: shop}
spec:
  targetRefs: [{group: %q, kind: %s, name: %s}]
  %s
---
`, groups[kind], kind, name, strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n  "))
}

// anything is a wish for tests that only read.
const anything = "maxRetries: 1\nretryOn: {conditions: [ConnectFailure]}"

// httpRoute gives a route with one rule; more is put into the rule.
func httpRoute(more string) string {
	return fmt.Sprintf(`apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [api.example]
  rules:
  - matches: [{path: {type: PathPrefix, value: /api}}]
    backendRefs: [{name: api, port: 8080}]
    %s
---
`, strings.ReplaceAll(strings.TrimSpace(more), "\n", "\n    ")) + service
}

const service = `apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{name: http, port: 8080}]}
---
`

// filter refers to a Middleware.
func filter(names ...string) string {
	var list []string
	for _, name := range names {
		list = append(list, fmt.Sprintf("{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: %s}}", name))
	}
	return "filters: [" + strings.Join(list, ", ") + "]"
}

// middleware gives a Middleware; spec is in flow style.
func middleware(name, spec string) string {
	return fmt.Sprintf("apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: {name: %s, namespace: shop}\nspec: %s\n---\n", name, spec)
}

// ingressRoute gives an IngressRoute with the routes.
func ingressRoute(routes ...string) string {
	return "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: api, namespace: shop}\nspec:\n  routes:\n  - " +
		strings.Join(routes, "\n  - ") + "\n---\n" + service
}

// ingress gives an Ingress with an annotation for middlewares.
func ingress(middlewares string) string {
	return fmt.Sprintf(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: shop
  annotations: {traefik.ingress.kubernetes.io/router.middlewares: %q}
spec:
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 8080}}}}]}
---
`, middlewares) + service
}
