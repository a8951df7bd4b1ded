package translators_test

import (
	"bytes"
	"io"
	"testing"

	"retryctl.dev/golden/random"
	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/explain"
)

// on gives a policy with a bit of everything for an object; nil where an object of
// its kind cannot be a target.
func on(t *testing.T, o *manifest.Object) *schema.RetryPolicy {
	const text = `
apiVersion: retryctl.dev/v1alpha1
kind: RetryPolicy
metadata: {name: p}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: x}]
  maxRetries: 3
  retryOn: {conditions: [ConnectFailure, Reset, AttemptTimeout], statusCodes: [429, 503], grpcStatuses: [UNAVAILABLE]}
  attemptTimeout: 1s
  totalTimeout: 20s
  backoff: {baseInterval: 50ms, maxInterval: 1s, jitter: Full}
  budget: {percent: 20, minConcurrentRetries: 3}
  circuitBreaker: {maxConnections: 10}
  idempotencyKey: {header: Idempotency-Key}
`
	objects, err := manifest.Read(bytes.NewReader([]byte(text)), "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, found := schema.Decode(objects[0])
	if found = append(found, schema.Validate(p, translators.All().Documents())...); found.Count(finding.Error) > 0 {
		t.Fatal(found)
	}
	p.Metadata.Namespace = o.ID().Namespace
	p.Spec.TargetRefs[0] = schema.TargetRef{Group: o.ID().Group, Kind: o.ID().Kind, Name: o.ID().Name}
	if schema.Validate(p, translators.All().Documents()).Count(finding.Error) > 0 {
		return nil
	}
	return p
}

// FuzzTranslate has every gateway translate policies for whatever routes and
// Gateways stand in manifests: it ends, and what it gives can be printed.
func FuzzTranslate(f *testing.F) {
	for _, in := range inputs(f, 10) {
		f.Add([]byte(text(f, in.objects)))
	}
	for seed := range uint64(10) {
		f.Add(random.Stranger(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		objects, err := manifest.Read(bytes.NewReader(document), "fuzz.yaml")
		if err != nil {
			return
		}
		world := manifest.NewSet(objects)
		var policies []*schema.RetryPolicy
		for _, o := range world.All() {
			switch o.ID().Kind {
			case "HTTPRoute", "GRPCRoute", "Gateway", "Service", "Ingress", "IngressRoute", "VirtualService":
				if p := on(t, o); p != nil {
					policies = append(policies, p)
				}
			}
		}
		plan, _ := resolve.Resolve(policies[:min(len(policies), 6)], world)
		for _, s := range settings() {
			r := translators.Run(s.Target, plan, s.Settings, false)
			if err := manifest.WriteYAML(io.Discard, r.Objects); err != nil {
				t.Fatal(err)
			}
			if err := explain.WriteJSON(io.Discard, explain.Entries([]translators.Result{r})); err != nil {
				t.Fatal(err)
			}
			if err := explain.WriteText(io.Discard, explain.Entries([]translators.Result{r})); err != nil {
				t.Fatal(err)
			}
		}
	})
}
