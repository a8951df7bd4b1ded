package istio

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/golden/conformance/envoy"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

// A tally counts what was compared, so that a test which compared nothing fails.
// Unclear are the requests of policies that are not refused of which Read says that
// nothing is certain.
type tally struct{ requests, effects, carried, refused, unclear int }

// A trial is a world before a translation, the one of which something is said, and
// the one that istiod is given: the same, unless a fault was planted.
type trial struct{ before, said, given *manifest.Set }

// judge holds what is predicted for the rules of intents against what istiod
// makes of the same world, and what else happens to requests against what
// happened to them in the world before the translation, unless their policy was
// refused. It gives what differs.
func judge(t *testing.T, intents []resolve.Intent, w trial, s gateway.Settings, refused map[manifest.ID]bool, count *tally) (differences []string) {
	t.Helper()
	said, given := build(t, w.said), build(t, w.given)
	for _, i := range intents {
		for _, d := range entriesOf(i, w.said, s) {
			said.open(d.entry)
			given.open(d.entry)
		}
	}
	built := manifest.NewSet(said.objects)
	effects := gateway.Read(istio.Gateway{}, intents, built, s)
	after, original := start(t, given.objects), start(t, standIns(t, w.before, said.entries, s))
	for n, i := range intents {
		if covered(i, intents) {
			continue
		}
		j := judgement{after: after, original: original, world: built, settings: s, intent: i, effects: effects[n],
			met: make([]behavior.Methods, len(effects[n])), count: count, refused: refused[resolve.PolicyID(i.Policy)]}
		j.run()
		differences = append(differences, j.differences...)
	}
	return slices.Concat(after.nacks, differences)
}

// covered reports whether routes take all requests to the Service that an intent
// is about.
func covered(i resolve.Intent, intents []resolve.Intent) bool {
	return i.ID().Kind == "Service" && slices.ContainsFunc(intents, func(o resolve.Intent) bool {
		return o.Policy == i.Policy && o.Ref == i.Ref && o.ID().Kind != "Service"
	})
}

// A judgement is over one intent.
type judgement struct {
	after    *istiod
	original *istiod // the world before the translation
	world    *manifest.Set
	settings gateway.Settings
	intent   resolve.Intent
	effects  []behavior.Effect
	met      []behavior.Methods // of each effect, those that some request had
	count    *tally
	refused  bool // nothing is written for the intent's policy

	differences []string // the first few
}

func (j *judgement) errorf(format string, args ...any) {
	if len(j.differences) < 3 {
		j.differences = append(j.differences, fmt.Sprintf("%s: %s", j.intent.RuleName(), fmt.Sprintf(format, args...)))
	}
}

func (j *judgement) run() {
	for _, d := range entriesOf(j.intent, j.world, j.settings) {
		p := j.after.proxy(d.entry)
		for _, q := range j.requests(d) {
			for _, port := range j.ports(d, q.Host) {
				r, known := p.find(d.entry, port, q)
				if at, mine := j.mine(d, r, q); mine {
					j.count.requests++
					j.request(d, p, r, known, q)
					if !j.refused {
						j.carried(d, port, r, q, at)
					}
				} else if r != nil && at.route == nil && !j.refused {
					j.stray(d, port, r, q)
				}
			}
		}
	}
	for n, e := range j.effects {
		j.count.effects++
		if e.Methods&^j.met[n] != 0 && e.MaxRetries.State != behavior.Unknown {
			j.errorf("%s rule %s is said to serve %s, and no such request came by", e.Object, e.Rule, e.Methods&^j.met[n])
		}
	}
}

// mine reports whether a request is one that the intent's rule is about, and by
// which match of the rule, if that is a route's.
func (j *judgement) mine(d parent, r *routev3.Route, q envoy.Request) (at spot, mine bool) {
	switch j.intent.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		at, ok := reach(j.routes(d), q)
		return at, ok && at.route.ID() == j.intent.ID() && at.rule == j.intent.Rule
	case "VirtualService":
		if r == nil {
			return at, false
		}
		if source(r) == virtualServiceSource(j.intent.ID()) && slices.Contains([]string{j.intent.Name, j.intent.Name + "-retryable"}, r.GetName()) {
			return at, true
		}
		// Another VirtualService may have its requests. One that leaves out nothing
		// leaves those to others that they match.
		n, ok := httpOf(j.intent.Object, q)
		narrow := d.kind == "sidecar" || j.intent.Object.At("spec", "http").Index(n).At("match").Len() > 0
		return at, ok && n == j.intent.Rule && narrow
	}
	return at, r != nil // a VirtualService in the mesh may leave requests out
}

// routes gives the routes at an entry, the intent's as it was before it was edited.
func (j *judgement) routes(d parent) (routes []*manifest.Object) {
	for _, o := range append(j.world.Kind("gateway.networking.k8s.io", "HTTPRoute"), j.world.Kind("gateway.networking.k8s.io", "GRPCRoute")...) {
		if o.ID() == j.intent.ID() {
			o = j.intent.Object
		}
		if slices.Contains(parentsOf(o, j.world, j.settings), d) {
			routes = append(routes, o)
		}
	}
	return routes
}

// virtualServiceSource is the source of the routes made of a VirtualService.
func virtualServiceSource(id manifest.ID) string {
	return fmt.Sprintf("/apis/networking.istio.io/v1/namespaces/%s/virtual-service/%s", id.Namespace, id.Name)
}

// request compares what happens to one request with what is predicted for it.
func (j *judgement) request(d parent, p *proxy, r *routev3.Route, known bool, q envoy.Request) {
	method := behavior.ParseMethod(q.Method)
	said, unclear := 0, false
	for _, e := range j.effects {
		if e.Methods&method != 0 {
			said++
			unclear = unclear || e.MaxRetries.State == behavior.Unknown
		}
	}
	what := fmt.Sprintf("%s %s%s %v %v by %v", q.Method, q.Host, q.Path, q.Headers, q.Query, d.entry)
	switch {
	case r == nil && (!known || j.refused) && said == 0, r != nil && len(p.clustersOf(r)) == 0 && said == 0:
		return // nothing is written for the host at all, or for the policy, or Envoy answers itself
	case r == nil && unclear:
		j.unclear()
		return
	case r == nil:
		j.errorf("%s: Envoy answers 404, and %d effects are said", what, said)
		return
	case said == 0:
		j.errorf("%s: nothing is said of it, and Envoy has %s", what, describe(envoy.Behavior(r, nil).Behavior.For(method)))
		return
	}
	var diffs []string
	certain, maybe := false, false
	for n, e := range j.effects {
		if e.Methods&method == 0 || !names(e, r) && e.MaxRetries.State != behavior.Unknown {
			continue
		}
		diff := ""
		for _, c := range p.clustersOf(r) {
			if !sends(e, c) {
				continue
			}
			cluster := p.clusterOf(c)
			if cluster == nil {
				diff = "Envoy has no cluster " + c
			}
			diff = or(diff, differ(e.Behavior.For(method), doesWithHeaders(r, c, cluster).Behavior.For(method), method))
		}
		switch {
		case diff != "":
			diffs = append(diffs, diff)
		case e.MaxRetries.State != behavior.Unknown:
			j.met[n] |= method
			certain = true
		default:
			maybe = true
		}
	}
	switch {
	case certain:
	case maybe:
		j.unclear()
	default:
		j.errorf("%s, which reaches the Envoy route %q: %s", what, r.GetName(), or(strings.Join(diffs, "; "), "no effect is for a rule of that name"))
	}
}

func (j *judgement) unclear() {
	if !j.refused {
		j.count.unclear++
	}
}

// names reports whether an effect is for the rule that istiod made a route of, as
// far as its name tells; rules without a name have that of their place.
func names(e behavior.Effect, r *routev3.Route) bool {
	e.Rule, _, _ = strings.Cut(e.Rule, " to ") // a destination
	if strings.Trim(e.Rule, "0123456789") == "" {
		return r.GetName() == "" || r.GetName() == "default" || strings.HasSuffix(r.GetName(), "."+e.Rule)
	}
	return r.GetName() == e.Rule || strings.HasPrefix(r.GetName(), e.Rule+".")
}
