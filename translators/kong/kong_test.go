package kong_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"retryctl.dev/golden/input"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/nginx"
)

// A trial is one input with what Kong makes of it before and after translating.
type trial struct {
	t        *testing.T
	plan     *resolve.Plan
	settings gateway.Settings
	out      gateway.Output
	before   [][]behavior.Effect
	effects  [][]behavior.Effect
}

// try translates and reads back as the commands do. A setup is a version and a
// mode of untrusted_lua, such as "3.10 Lax".
func try(t *testing.T, setup, text string) trial {
	t.Helper()
	version, mode, _ := strings.Cut(setup, " ")
	v, err := gateway.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	s := gateway.Defaults(kong.Gateway{}.Profile())
	s.Version = v
	s.Set(api.UntrustedLua.Is(mode))
	in := input.Decode(t, text)
	plan, found := resolve.Resolve(in.Policies, in.World)
	if found.Count(finding.Error) > 0 {
		t.Fatalf("the plan has errors: %+v", found)
	}
	r := trial{t: t, plan: plan, settings: s, out: kong.Gateway{}.Translate(plan, s)}
	r.before = gateway.Read(kong.Gateway{}, plan.Intents, in.World, s)
	r.effects = gateway.Read(kong.Gateway{}, plan.Intents, in.World.With(r.out.Objects...), s)
	return r
}

// one gives the only effect of the only intent.
func (r trial) one() behavior.Effect {
	r.t.Helper()
	if len(r.effects) != 1 || len(r.effects[0]) != 1 {
		r.t.Fatalf("%d intents, the first with %d effects; one of one is wanted", len(r.effects), len(r.effects[0]))
	}
	return r.effects[0][0]
}

// said gives the codes of what the translator said, with ! behind errors.
func (r trial) said() string {
	var codes []string
	for _, s := range r.out.Said {
		code := string(s.Code)
		if s.Severity == finding.Error {
			code += "!"
		}
		codes = append(codes, code)
	}
	return strings.Join(codes, " ")
}

func (r trial) says(want string) {
	r.t.Helper()
	if got := r.said(); got != want {
		r.t.Errorf("the translator says %q, not %q: %+v", got, want, r.out.Said)
	}
}

// object gives an object of the output.
func (r trial) object(kind, name string) *manifest.Object {
	r.t.Helper()
	for _, o := range r.out.Objects {
		if o.ID().Kind == kind && o.ID().Name == name {
			return o
		}
	}
	r.t.Fatalf("the output has no %s %s, only %v", kind, name, r.ids())
	return nil
}

func (r trial) ids() []string {
	ids := []string{}
	for _, o := range r.out.Objects {
		ids = append(ids, o.ID().Kind+" "+o.ID().Name)
	}
	return ids
}

func (r trial) writes(want ...string) {
	r.t.Helper()
	if got := r.ids(); !slices.Equal(got, want) {
		r.t.Errorf("the output is %q, not %q", got, want)
	}
}

func (r trial) annotation(service, key, want string) {
	r.t.Helper()
	if got, _ := r.object("Service", service).Annotation(key); got != want {
		r.t.Errorf("%s of Service %s is %q, not %q", key, service, got, want)
	}
}

func retries(t *testing.T, e behavior.Effect, want int) {
	t.Helper()
	if e.MaxRetries != behavior.Is(want) {
		t.Errorf("%s %s has %+v retries, not %d", e.Object, e.Rule, e.MaxRetries, want)
	}
}

func retried(t *testing.T, e behavior.Effect, c behavior.Cause, want behavior.Methods) {
	t.Helper()
	if got := e.Causes[c]; got != want {
		t.Errorf("%s is retried for %s, not for %s", c, got, want)
	}
}

func unknown(t *testing.T, e behavior.Effect) {
	t.Helper()
	if e.MaxRetries.State != behavior.Unknown || !e.Causes.Empty() || e.Unclear.Empty() {
		t.Errorf("%+v retries and causes %v are not unknown", e.MaxRetries, e.Causes.List(behavior.AllMethods))
	}
}

func code(status int) behavior.Cause {
	c, _ := behavior.Code(status)
	return c
}

const (
	reached    = behavior.AllMethods &^ nginx.Unreachable
	idempotent = behavior.IdempotentMethods &^ nginx.Unreachable
	kongLua    = "3.10 Lax"
)

var second = behavior.Is(2 * time.Second)

// The parts of inputs.

func policy(target, spec string) string {
	return fmt.Sprintf("apiVersion: retryctl.dev/v1alpha1\nkind: RetryPolicy\nmetadata: {name: api, namespace: shop}\nspec: {targetRefs: [%s], %s}\n", target, spec)
}

const (
	onRoute   = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}"
	onReads   = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api, sectionName: reads}"
	onService = "{group: '', kind: Service, name: api}"
	onIngress = "{group: networking.k8s.io, kind: Ingress, name: api}"
	safe      = "maxRetries: 3, retryOn: {conditions: [ConnectFailure, ResetBeforeRequest]}"
	all       = "maxRetries: 3, attemptTimeout: 2s, retryOn: {conditions: [ConnectFailure, ResetBeforeRequest, Reset, AttemptTimeout]}"
)

func httpRoute(meta, rules string) string {
	return fmt.Sprintf("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: api, namespace: shop%s}\nspec: {parentRefs: [{name: edge}], rules: [%s]}\n", meta, rules)
}

func rule(name, more string, services ...string) string {
	var refs []string
	for _, s := range services {
		refs = append(refs, fmt.Sprintf("{name: %s, port: 80}", s))
	}
	return fmt.Sprintf("{name: %s, matches: [{path: {type: PathPrefix, value: /%s}}], backendRefs: [%s]%s}", name, name, strings.Join(refs, ", "), more)
}

func service(name string, annotations ...string) string {
	return fmt.Sprintf("---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: shop, annotations: {%s}}\nspec: {ports: [{port: 80}]}\n", name, strings.Join(annotations, ", "))
}

func ingress(meta string, services ...string) string {
	var paths []string
	for _, s := range services {
		paths = append(paths, fmt.Sprintf("{path: /%s, pathType: Prefix, backend: {service: {name: %s, port: {number: 80}}}}", s, s))
	}
	return fmt.Sprintf("---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: api, namespace: shop%s}\nspec: {rules: [{host: api.example, http: {paths: [%s]}}]}\n", meta, strings.Join(paths, ", "))
}

func plugin(name, kind, config string) string {
	return fmt.Sprintf("---\napiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata: {name: %s, namespace: shop}\nplugin: %s\nconfig: %s\n", name, kind, config)
}

func inAccess(code string) string { return fmt.Sprintf("{access: [%q]}", code) }

const filter = ", filters: [{type: ExtensionRef, extensionRef: {group: configuration.konghq.com, kind: KongPlugin, name: fn}}]"

func join(parts ...string) string { return strings.Join(parts, "") }
