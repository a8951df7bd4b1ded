package undo

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

const oldRoute = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: a}
spec:
  rules:
  - backendRefs: [{name: s, port: 80}]
    filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: p}}]
  - name: two
    matches: [{path: {value: /b}}, {headers: [{name: h, value: v}]}]
    filters: [{type: URLRewrite, urlRewrite: {hostname: x}}]
    backendRefs: [{name: t, port: 80}]
  - name: rule-0-retryable
    matches: [{path: {type: PathPrefix, value: /}, method: GET}, {path: {type: PathPrefix, value: /}, method: PUT}]
    filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: p-retryable}}]
    backendRefs: [{name: s, port: 80}]
  - name: two-retryable-2
    matches: [{path: {value: /b, type: PathPrefix}, method: GET}]
    filters: [{type: URLRewrite, urlRewrite: {hostname: x}}]
    backendRefs: [{name: t, port: 80, weight: 1}]
    retry: {attempts: 2}
`

const oldVirtualService = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}
spec:
  hosts: [a]
  http:
  - name: x-retryable
    match: [{uri: {prefix: /x}, method: {exact: GET}}]
    route: [{destination: {host: s}}]
    retries: {attempts: 2}
  - name: x
    match: [{uri: {prefix: /x}}]
    route: [{destination: {host: s}}]
  - name: y-retryable
    match: [{method: {exact: GET}}]
    route: [{destination: {host: s}}]
  - name: y
    route: [{destination: {host: s}}]
`

const oldIngressRoute = `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: a}
spec:
  routes:
  - match: Host(§h§) && !Method(§GET§) && !Method(§PUT§)
    priority: 9
    services: [{name: s, port: 80}]
    middlewares: [{name: p}]
  - match: Host(§h§) && (Method(§GET§) || Method(§PUT§))
    priority: 9
    services: [{name: s, port: 80}]
    middlewares: [{name: p-retryable}]
  - match: Host(§i§) && !Method(§GET§)
    priority: 9
    services: [{name: s, port: 80}]
  - match: Host(§i§) && Method(§GET§)
    priority: 9
    services: [{name: s, port: 80}]
    middlewares: [{name: p-retryable}]
`

func TestRulesThatWereSplitBeforeThereWereMarksAreNamed(t *testing.T) {
	for _, c := range []struct {
		about, text, from, to string
		lines                 []int
	}{
		{"an HTTPRoute", oldRoute, "", "", []int{12, 16}},
		{"another backend", oldRoute, "name: t, port: 80, weight", "name: u, port: 80, weight", []int{12}},
		{"another weight", oldRoute, "weight: 1", "weight: 2", []int{12}},
		{"another filter", oldRoute, "hostname: x}}]\n    backendRefs: [{name: t, port: 80, w", "hostname: y}}]\n    backendRefs: [{name: t, port: 80, w", []int{12}},
		{"another path", oldRoute, "value: /b, type", "value: /c, type", []int{12}},
		{"a match without a method", oldRoute, "type: PathPrefix}, method: GET}", "type: PathPrefix}}", []int{12}},
		{"another name", oldRoute, "rule-0-retryable", "reads", []int{16}},
		{"no rule of the name", oldRoute, "- name: two\n", "- name: three\n", []int{12}},
		{"a VirtualService", oldVirtualService, "", "", []int{7, 14}},
		{"a part with headers of its own", oldVirtualService, "    retries:", "    headers: {request: {set: {a: b}}}\n    retries:", []int{15}},
		{"an IngressRoute", oldIngressRoute, "", "", []int{10, 17}},
		{"another priority", oldIngressRoute, "!Method(§GET§)\n    priority: 9", "!Method(§GET§)\n    priority: 8", []int{10}},
		{"other methods", oldIngressRoute, " && !Method(§PUT§)", "", []int{17}},
		{"a middleware of another name", oldIngressRoute, "p-retryable}]\n  - match", "limit}]\n  - match", []int{17}},
	} {
		text := strings.ReplaceAll(strings.Replace(c.text, c.from, c.to, 1), "§", "`")
		o := read(t, text)
		taken := TakeBack([]*manifest.Object{o}, []string{"kong"}, everyForm(t))
		var lines []int
		for _, f := range taken.Findings {
			lines = append(lines, f.Line)
			if f.Code != finding.CannotTakeBack || f.Severity != finding.Warning || !strings.Contains(f.Message, "has no mark") {
				t.Errorf("%s: %v", c.about, f)
			}
		}
		if fmt.Sprint(lines) != fmt.Sprint(c.lines) {
			t.Errorf("%s: %v, and lines %v are wanted:\n%s\n%v", c.about, lines, c.lines, text, taken.Findings)
		}
		if len(taken.Objects) != 1 || taken.Objects[0] != o {
			t.Errorf("%s: it is taken for something else", c.about)
		}
	}
}

func TestWhatAMarkOfAnyTargetExplainsIsNoOldSplit(t *testing.T) {
	was := read(t, oldRoute[:strings.Index(oldRoute, "  - name: rule-0")])
	now := written(t, was, "traefik", oldRoute)
	for _, targets := range [][]string{{"traefik"}, {"kong"}, {"kong", "traefik"}} {
		if taken := TakeBack([]*manifest.Object{now}, targets, everyForm(t)); len(taken.Findings) > 0 {
			t.Errorf("%v: %v", targets, taken.Findings)
		}
	}
	renamed := read(t, strings.NewReplacer("- {name: s,", "- {name: dev-s,", "[{name: s,", "[{name: dev-s,").Replace(print(t, now)))
	for target, want := range map[string]int{"traefik": 1, "kong": 0} {
		if taken := TakeBack([]*manifest.Object{renamed}, []string{target}, everyForm(t)); len(taken.Findings) != want || want == 1 && strings.Contains(taken.Findings[0].Message, "has no mark") {
			t.Errorf("with names that kustomize changed, for %s: %v", target, taken.Findings)
		}
	}
	older := written(t, read(t, oldRoute), "traefik", strings.Replace(oldRoute, "attempts: 2", "attempts: 3", 1))
	for _, targets := range [][]string{{"traefik"}, {"kong"}} {
		if taken := TakeBack([]*manifest.Object{older}, targets, everyForm(t)); len(taken.Findings) != 2 {
			t.Errorf("a split below an edit, for %v: %v", targets, taken.Findings)
		}
	}
}

func TestAnObjectOfOursWithoutAMarkIsNamed(t *testing.T) {
	code := strings.Replace(plugin, "[one]", `["-- Written by retryctl from a RetryPolicy.\nx()\n"]`, 1)
	for text, want := range map[string]int{
		plugin: 0,
		code:   1,
		strings.Replace(plugin, "metadata:\n", "metadata:\n  labels: {app.kubernetes.io/managed-by: retryctl}\n", 1):    1,
		strings.Replace(plugin, "metadata:\n", "metadata:\n  labels: {app.kubernetes.io/managed-by: Helm}\n", 1):        0,
		strings.Replace(code, "metadata:\n", "metadata:\n  annotations: {retryctl.dev/undo-kong: delete}\n", 1):         0,
		strings.Replace(code, "metadata:\n", "metadata:\n  annotations: {retryctl.dev/undo-istio: '{\"x\": {}}'}\n", 1): 0,
	} {
		taken := TakeBack([]*manifest.Object{read(t, text)}, []string{"kong"}, everyForm(t))
		if len(taken.Findings) != want || want == 1 && (taken.Findings[0].Severity != finding.Note || len(taken.Objects) != 1) {
			t.Errorf("%v of\n%s", taken.Findings, text)
		}
	}
}
