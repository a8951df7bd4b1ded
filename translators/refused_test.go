package translators_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema/admission"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// leaves gives every scalar of an object, by its path without indexes.
func leaves(v manifest.Value, path string, to map[string]string) {
	for key, below := range v.Fields() {
		if at := strings.TrimPrefix(path+"."+key.Text(), "."); at != "metadata" && at != "apiVersion" && at != "kind" {
			leaves(below, at, to)
		}
	}
	for _, item := range v.Items() {
		leaves(item, path+"[]", to)
	}
	if v.IsScalar() {
		to[path+"="+v.Text()] = path
	}
}

// TestNothingIsWrittenBesideWhatAdmissionLooksAt holds the paths of the tables to what
// translations write: a value that no object of the kind had is at one of them.
func TestNothingIsWrittenBesideWhatAdmissionLooksAt(t *testing.T) {
	known := map[string]admission.Kind{}
	for _, k := range admission.Kinds() {
		known[k.Name] = k
	}
	list := inputs(t, 14)
	for seed := range uint64(25) {
		list = append(list, decode(t, fmt.Sprint("guarded ", seed), random.Guarded(seed, random.Classes[seed%uint64(len(random.Classes))])))
	}
	seen := map[string]bool{}
	for _, s := range settings() {
		for _, in := range list {
			plan := in.plan()
			for _, o := range translators.Run(s.Target, plan, s.Settings, false).Objects {
				k, ok := known[o.ID().Kind]
				if !ok {
					if o.ID().Group != "" && o.ID().Group != "networking.k8s.io" && (o.Original == nil || !follower(o) && !shifts(o)) {
						t.Fatalf("%s: %s: nothing is known of the kind", s.name, o.ID())
					}
					continue
				}
				seen[k.Name] = true
				before, after := map[string]string{}, map[string]string{}
				for _, there := range plan.World.Kind(o.ID().Group, o.ID().Kind) {
					leaves(there.Root(), "", before)
				}
				leaves(o.Root(), "", after)
				for leaf, path := range after {
					if _, was := before[leaf]; !was && !looked(k, path) {
						t.Errorf("%s: %s writes %s into %s", in.name, s.name, leaf, o.ID())
					}
				}
			}
		}
	}
	if len(seen) != len(known) {
		t.Errorf("of %d kinds only %v are written", len(known), seen)
	}
}

// shifts reports whether an object is a Rollout that differs from what it was in the
// http routes whose weights it shifts, and in its mark: any names may stand there.
func shifts(o *manifest.Object) bool {
	before, after := o.Original.Clone(), o.Clone()
	for _, c := range []*manifest.Object{before, after} {
		c.Root().Remove("metadata")
		c.At("spec", "strategy", "canary", "trafficRouting").Remove("istio")
	}
	return o.Is("argoproj.io", "Rollout") && manifest.Equal(before, after)
}

// follower reports whether an object differs from what it was in its targets alone, and
// in its mark.
func follower(o *manifest.Object) bool {
	c := o.Clone()
	c.At("spec").Put("targetRefs", o.Original.At("spec", "targetRefs"))
	return c.At("spec").Equal(o.Original.At("spec"))
}

func looked(k admission.Kind, path string) bool {
	for _, w := range k.Written {
		if rest, ok := strings.CutPrefix(path, w); ok && (rest == "" || strings.ContainsAny(rest[:1], ".[{")) {
			return true
		}
	}
	return false
}

// full is a route whose rule has as many headers as the CRD takes, and a policy that
// wants one more.
const full = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: a, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
  maxRetries: 2
  idempotencyKey: {header: Idempotency-Key}
  retryOn: {statusCodes: [503], methods: ["*"]}
---
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: b, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: other}]
  maxRetries: 2
  retryOn: {statusCodes: [503], methods: ["*"]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  rules:
  - backendRefs: [{name: s, port: 80}]
    filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [HEADERS]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: other, namespace: shop}
spec: {rules: [{backendRefs: [{name: s, port: 80}]}]}
`

func TestWhatTheServerWouldRefuseIsAnErrorOfItsPolicyAlone(t *testing.T) {
	g := translators.All()[0]
	for _, c := range []struct {
		headers  int
		code     finding.Code
		severity finding.Severity
		objects  int
	}{{15, "", "", 3}, {16, finding.WouldBeRefused, finding.Error, 1}, {17, finding.WouldBeRefused, finding.Warning, 3}} {
		var headers []string
		for n := range c.headers {
			headers = append(headers, fmt.Sprintf("{name: h%d, value: a}", n))
		}
		in := decode(t, "full", []byte(strings.Replace(full, "HEADERS", strings.Join(headers, ", "), 1)))
		r := translators.Run(g, in.plan(), gateway.Defaults(g.Profile()), false)
		var code finding.Code
		var severity finding.Severity
		for _, f := range r.Findings {
			if f.Code == finding.WouldBeRefused {
				if code, severity = f.Code, f.Severity; f.Object.String() != "RetryPolicy shop/a" {
					t.Errorf("%d headers: it is said of %s", c.headers, f.Object)
				}
			}
		}
		if code != c.code || severity != c.severity || len(r.Objects) != c.objects {
			t.Errorf("%d headers: %s %s and %d objects; %v", c.headers, severity, code, len(r.Objects), r.Findings)
		}
	}
}
