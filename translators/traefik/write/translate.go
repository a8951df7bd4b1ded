// Package write puts policies into retry middlewares and transports.
package write

import (
	"fmt"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// Translate writes a Middleware for each distinct part of a policy and puts it on
// the rules of its targets: as the last filter of a route's rule, the last
// middleware of an IngressRoute's route or of an Ingress. What stands before it
// (authentication, rate limits) then sees a request once, however often it is
// tried. A Middleware that retries already is edited where no other rule uses it.
func Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	t := translation{
		Cluster: controller.NewCluster(plan.World, s), edits: gateway.NewEdits(plan.World, s), timeouts: map[resolve.RuleID]behavior.Setting[time.Duration]{},
		fresh: map[freshKey]*manifest.Object{}, taken: map[string]bool{},
		freshTransports: map[transportKey]*manifest.Object{}, origins: map[manifest.ID]map[int]int{},
	}
	t.edits.Fits = t.fits
	t.uses, t.carriers = t.usesOf(), t.carriersOf()
	for _, i := range plan.Intents {
		t.timeouts[i.RuleID()] = i.Want.AttemptTimeout
	}
	for _, i := range plan.Intents {
		if t.usable(i) {
			t.intent(i)
		}
	}
	t.attach()
	t.out.Objects = append(t.out.Objects, t.edits.Objects()...)
	return t.out
}

type translation struct {
	controller.Cluster
	edits *gateway.Edits
	out   gateway.Output
	jobs  []job
	// uses are the places that refer to each Middleware, carriers those that refer
	// to each ServersTransport or to a Service behind an Ingress.
	uses     map[manifest.ID][]use
	carriers map[manifest.ID][]resolve.RuleID
	timeouts map[resolve.RuleID]behavior.Setting[time.Duration]
	fresh    map[freshKey]*manifest.Object
	// freshTransports are the new ServersTransports.
	freshTransports map[transportKey]*manifest.Object
	inOrder         *precedence.Table           // the routers of the input, once they are asked for
	origins         map[manifest.ID]map[int]int // of new rules of routes, the rule that each was split off
	taken           map[string]bool             // kinds and ids of new objects
}

// A job is one rule of an edited object, and what its middleware is to say.
type job struct {
	intent resolve.Intent
	rule   int
	config config
	// split says that the rule is the part that came of a split.
	split bool
}

// usable says what a target cannot be used for.
func (t *translation) usable(i resolve.Intent) bool {
	switch kind := i.Target().Kind; {
	case i.ID().Kind == "GRPCRoute" && !t.GRPC:
		t.out.Fail(i, finding.NeedsVersion, "GRPCRoutes need Traefik 3.2", "GRPCRoutes came with 3.2.0 (docs/content/migrate/v3.md)", finding.Do("raise the version"))
		return false
	case i.Rule >= 0 && i.Object != nil && i.Object.Is(api.Group, "IngressRoute") && t.Routed(i.Object, i.Rule).Refused != "":
		t.out.Say(i, finding.RuleLeftOut, fmt.Sprintf("Traefik leaves %s out, and its requests go to the next router that takes them", i.RuleName()),
			t.Routed(i.Object, i.Rule).Refused+" (v3.7.13 pkg/server/router/router.go:282, pkg/provider/kubernetes/crd/kubernetes_http.go:86)",
			finding.Do("mend the route, or say --traefik-allow-cross-namespace if that is what Traefik runs with: until then the policy holds for no request"))
		return false
	case (kind == "HTTPRoute" || kind == "GRPCRoute") && i.Object != nil && !controller.Served(i.Object):
		t.out.Fail(i, finding.WrongTargetKind, fmt.Sprintf("%s is a mesh's: its parents are Services", i.ID()), "Traefik serves Gateways only", finding.Do("target a route that is attached to a Gateway"))
		return false
	case kind == "HTTPRoute", kind == "GRPCRoute", kind == "Gateway", kind == "IngressRoute", kind == "Ingress":
		return true
	default:
		t.out.Say(i, finding.WrongTargetKind, fmt.Sprintf("a %s cannot carry retries for Traefik", kind),
			"Traefik retries in a middleware of a router, and routers come of routes, IngressRoutes and Ingresses",
			finding.Do("target the HTTPRoute, IngressRoute or Ingress that sends requests to it"))
		return false
	}
}

// intent plans the jobs of one intent.
func (t *translation) intent(i resolve.Intent) {
	t.version(i)
	timeouts := t.putTimeout(i)
	parts := t.parts(i, timeouts)
	for _, part := range parts {
		c := configure(part.Want, timeouts, t.Is37)
		if i.Object == nil || part.Rule < 0 && i.Object.ID().Kind != "Ingress" {
			t.alone(i, c)
			continue
		}
		t.jobs = append(t.jobs, job{i, part.Rule, c, len(parts) > 1 && !part.Limited})
	}
}

// version says what the target's version cannot do.
func (t *translation) version(i resolve.Intent) {
	if t.Is37 {
		return
	}
	hint := finding.Do("raise the version, or retry on ConnectFailure and ResetBeforeRequest only")
	if status, _ := statuses(i.Want.Causes, true); status != "" {
		t.out.Say(i, finding.NeedsVersion, "retries by status, and of lost connections and timeouts, need Traefik 3.7",
			"status came with 3.7.0; an older CRD drops it without a word (pkg/config/dynamic/middlewares.go:758)", hint)
	}
	if i.Want.TotalTimeout.State == behavior.Set && i.Want.MaxRetries.Value > 0 {
		t.out.Say(i, finding.NeedsVersion, "a bound on the time in which new tries start needs Traefik 3.7",
			"the retry's timeout came with 3.7.0; an older CRD drops it without a word (pkg/config/dynamic/middlewares.go:758)", finding.Do("raise the version"))
	}
}

// setting says what Traefik itself must be told.
func (t *translation) setting(i resolve.Intent) {
	switch i.ID().Kind {
	case "HTTPRoute", "GRPCRoute", "Gateway":
		t.out.Say(i, finding.NeedsSetting, "the filter needs providers.kubernetesCRD beside providers.kubernetesGateway",
			"without it every request to the rule is answered 500 (v3.7.13 pkg/provider/kubernetes/gateway/httproute.go:456)", finding.Hint{})
	case "Ingress":
		t.out.Say(i, finding.NeedsSetting, "the annotation needs providers.kubernetesCRD, and its safeNaming as the settings have it",
			fmt.Sprintf("the names are those of safeNaming: %t (v3.7.13 pkg/provider/kubernetes/crd/name_builder.go:60)", t.Safe), finding.Hint{})
	}
}

// alone writes a Middleware for a target whose rules are not in the input.
func (t *translation) alone(i resolve.Intent, c config) {
	if c == (config{}) {
		t.out.Say(i, finding.NeedsObject, fmt.Sprintf("the rules of %s are not in the input, and nothing of the policy can be put in a Middleware", i.TargetID()),
			"", finding.Give("its manifest", ""))
		return
	}
	t.setting(i)
	name := t.middleware(i, c, i.Policy.Metadata.Name).ID().Name
	what := fmt.Sprintf("its rules need the filter {type: ExtensionRef, extensionRef: {group: %s, kind: %s, name: %s}}", api.Group, api.Kind, name)
	switch i.Target().Kind {
	case "IngressRoute":
		what = fmt.Sprintf("its routes need the middleware {name: %s}", name)
	case "Ingress":
		what = fmt.Sprintf("it needs the annotation %s: %s%s", api.RouterMiddlewares, t.Id(i.TargetID().Namespace, name), api.CrdProvider)
	}
	t.out.Say(i, finding.NeedsObject, fmt.Sprintf("the rules of %s are not in the input; %s", i.TargetID(), what),
		"a Middleware that nothing refers to does nothing", finding.Give("its manifest", ", or add the reference by hand"))
}

type freshKey struct {
	policy    *schema.RetryPolicy
	namespace string
	config    config
}

// middleware gives the new Middleware for a config, one for all rules of a policy
// in a namespace.
func (t *translation) middleware(i resolve.Intent, c config, name string) *manifest.Object {
	id, raw := i.TargetID(), i.Policy.Metadata.Namespace
	if i.Object != nil {
		id, raw = i.ID(), i.Object.RawNamespace()
	}
	key := freshKey{i.Policy, id.Namespace, c}
	if o := t.fresh[key]; o != nil {
		return o
	}
	o := manifest.New(api.APIVersion, api.Kind, raw, t.freeName(api.Kind, id.Namespace, name))
	o.Root().Put("spec", manifest.Map())
	c.write(o.At("spec"), t.Is37)
	t.fresh[key] = o
	t.out.Objects = append(t.out.Objects, o)
	return o
}

// freeName gives the name, with a number behind it where an object has one that
// is the same to Traefik.
func (t *translation) freeName(kind, namespace, name string) string {
	existing := t.Middlewares
	if kind == api.TransportKind {
		existing = t.Transports
	}
	for n := 1; ; n++ {
		free := name
		if n > 1 {
			free = fmt.Sprintf("%s-%d", name, n)
		}
		if id := t.Id(namespace, free); len(existing[id]) == 0 && !t.taken[kind+" "+id] {
			t.taken[kind+" "+id] = true
			return free
		}
	}
}
