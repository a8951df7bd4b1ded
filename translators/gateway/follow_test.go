package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/golden/input"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators/gateway"
)

const named = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: a, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
  maxRetries: 2
  retryOn: {statusCodes: [503], methods: [GET]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {rules: [{name: a, backendRefs: [{name: s, port: 80}]}]}
---
`

// attached is a policy of a kind that nobody knows.
func attached(spec string) string {
	return fmt.Sprintf("apiVersion: example.com/v1\nkind: Guard\nmetadata: {name: g, namespace: shop}\nspec: {%s}\n---\n", spec)
}

const ref = "group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: a"

// parts splits the one rule of an input, and gives what was edited and said.
func parts(t *testing.T, text, split string) (edited string, out gateway.Output) {
	t.Helper()
	p := input.Plan(t, text)
	edits := gateway.NewEdits(p.World, gateway.Settings{Split: split})
	edits.Parts(p.Intents[0], &out)
	var names []string
	for _, o := range edits.Objects() {
		names = append(names, o.ID().Kind)
		for _, r := range o.At("spec", "targetRefs").Items() {
			names = append(names, r.At("sectionName").Text())
		}
		for _, r := range o.At("spec", "rules").Items() {
			names = append(names, r.At("name").Text())
		}
	}
	return strings.Join(names, " "), out
}

func TestWhatNamesARuleNamesItsPart(t *testing.T) {
	sixteen := "targetRefs: [" + strings.Repeat("{kind: HTTPRoute, name: r, sectionName: a}, ", 16) + "]"
	for _, c := range []struct {
		about, policy, split, edited string
		severity                     finding.Severity
		code                         finding.Code
	}{
		{"a list", attached("targetRefs: [{" + ref + "}]"), "known", "Guard a a-retryable HTTPRoute a a-retryable", finding.Warning, finding.ReferredByName},
		{"the part is named already", attached("targetRefs: [{" + ref + "}, {" + ref + "-retryable}]"), "known", "HTTPRoute a a-retryable", finding.Warning, finding.ReferredByName},
		{"other references stay", attached("targetRefs: [{kind: HTTPRoute, name: other, sectionName: a}, {kind: Gateway, name: r, sectionName: a}]"), "known", "HTTPRoute a a-retryable", finding.Warning, finding.ReferredByName},
		{"another namespace's", strings.ReplaceAll(attached("targetRefs: [{"+ref+"}]"), "shop", "else"), "always", "HTTPRoute a a-retryable", finding.Note, finding.ReferredByName},
		{"another namespace's that refers to this one", strings.Replace(attached("targetRefs: [{"+ref+", namespace: shop}]"), "shop", "else", 1), "always", "Guard a a-retryable HTTPRoute a a-retryable", finding.Note, finding.ReferredByName},
		{"one reference only", attached("targetRef: {" + ref + "}"), "always", "", finding.Warning, finding.CannotSplit},
		{"a selector", attached("targetSelectors: [{kind: HTTPRoute, matchLabels: {a: b}, sectionName: a}]"), "always", "", finding.Warning, finding.CannotSplit},
		{"deep inside", attached("rules: [{from: {to: {" + ref + "}}}]"), "always", "", finding.Warning, finding.CannotSplit},
		{"no room in the list", attached(sixteen), "always", "", finding.Warning, finding.CannotSplit},
		{"nobody wants it", "", "never", "", finding.Warning, finding.CannotSplit},
		{"nothing is known", "", "known", "HTTPRoute a a-retryable", finding.Error, finding.ReferredByName},
		{"only what retryctl writes", strings.ReplaceAll(strings.ReplaceAll(attached("targetRefs: [{kind: HTTPRoute, name: r}]"), "example.com", "gateway.envoyproxy.io"), "Guard", "BackendTrafficPolicy"),
			"known", "HTTPRoute a a-retryable", finding.Error, finding.ReferredByName},
		{"the user knows", "", "always", "HTTPRoute a a-retryable", finding.Note, finding.ReferredByName},
	} {
		edited, out := parts(t, named+c.policy, c.split)
		if edited != c.edited || len(out.Said) != 1 || out.Said[0].Severity != c.severity || out.Said[0].Code != c.code {
			t.Errorf("%s: edited %q, and %q is expected; said %+v", c.about, edited, c.edited, out.Said)
		}
	}
}

func TestNothingNamesARuleWithoutAName(t *testing.T) {
	text := strings.Replace(named, "name: a, backendRefs", "backendRefs", 1)
	if edited, out := parts(t, text, "known"); edited != "HTTPRoute  rule-0-retryable" || len(out.Said) > 0 {
		t.Errorf("edited %q, said %v", edited, out.Said)
	}
	if edited, out := parts(t, text, "never"); edited != "" || len(out.Said) != 1 || out.Said[0].Code != finding.CannotSplit {
		t.Errorf("edited %q, said %v", edited, out.Said)
	}
}

func TestWhatNamesTheNameThatARuleWillGetNamesItsPart(t *testing.T) {
	text := strings.Replace(named, "name: a, backendRefs", "backendRefs", 1) + strings.ReplaceAll(attached("targetRefs: [{"+ref+"}]"), "sectionName: a", "sectionName: rule-0")
	for _, names := range []bool{true, false} {
		p, out := input.Plan(t, text), gateway.Output{}
		edits := gateway.NewEdits(p.World, gateway.Settings{Split: gateway.SplitKnown})
		edits.Names = names
		edits.Parts(p.Intents[0], &out)
		if n := len(edits.Objects()); (n == 2) != names || (len(out.Said) == 1) != names {
			t.Errorf("named %t: %d objects, said %v", names, n, out.Said)
		}
	}
}

func TestARuleThatReplacesAPrefixBecomesOneForEachMethod(t *testing.T) {
	const filter = "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}], "
	for _, holder := range []string{"backendRefs", "name: s, port"} {
		text := strings.Replace(named, "retryOn: {statusCodes: [503], methods: [GET]}", "retryOn: {statusCodes: [503], methods: [GET, HEAD]}", 1)
		text = strings.Replace(text, holder, filter+holder, 1)
		if edited, _ := parts(t, text, "always"); edited != "HTTPRoute a a-retryable a-retryable-2" {
			t.Errorf("%s: edited %q", holder, edited)
		}
	}
}
