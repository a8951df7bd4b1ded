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
type tally struct{ requests, effects, carried, refused int }

// judge holds what is predicted for the rules of intents against what istiod
// makes of the same world, and what else happens to requests against what
// happened to them in the world before the translation, unless their policy was
// refused.
func judge(t *testing.T, intents []resolve.Intent, before, world *manifest.Set, s gateway.Settings, refused map[string]bool, count *tally) {
	t.Helper()
	b := build(t, world)
	for _, i := range intents {
		for _, d := range doorsOf(i, world, s) {
			b.open(d.door)
		}
	}
	built := manifest.NewSet(b.objects)
	effects := istio.Gateway{}.Read(intents, built, s)
	after, original := start(t, b.objects), start(t, standIns(t, before, b.doors, s))
	for n, i := range intents {
		if covered(i, intents) {
			continue
		}
		j := judgement{t: t, after: after, original: original, world: built, settings: s, intent: i, effects: effects[n],
			met: make([]behavior.Methods, len(effects[n])), count: count, refused: refused[resolve.PolicyID(i.Policy).String()]}
		j.run()
	}
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
	t        *testing.T
	after    *istiod
	original *istiod // the world before the translation
	world    *manifest.Set
	settings gateway.Settings
	intent   resolve.Intent
	effects  []behavior.Effect
	met      []behavior.Methods // of each effect, those that some request had
	count    *tally
	refused  bool // nothing is written for the intent's policy
	errors   int
}

func (j *judgement) errorf(format string, args ...any) {
	if j.errors++; j.errors <= 3 {
		j.t.Errorf("%s: %s", j.intent.Place(), fmt.Sprintf(format, args...))
	}
}

func (j *judgement) run() {
	for _, d := range doorsOf(j.intent, j.world, j.settings) {
		p := j.after.proxy(d.door)
		for _, q := range j.requests(d) {
			for _, port := range j.ports(d, q.Host) {
				if r, known := p.find(d.door, port, q); j.mine(d, r, q) {
					j.count.requests++
					j.request(d, p, r, known, q)
					if !j.refused {
						j.carried(d, port, r, q)
					}
				}
			}
		}
	}
	for n, e := range j.effects {
		j.count.effects++
		if e.Methods&^j.met[n] != 0 {
			j.errorf("%s rule %s is said to serve %s, and no such request came by", e.Object, e.Rule, e.Methods&^j.met[n])
		}
	}
}

// requests gives those that may reach the rule by a door.
func (j *judgement) requests(d parent) []envoy.Request {
	var list []envoy.Request
	switch o := j.intent.Object; j.intent.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		list = samples(o)
	case "VirtualService":
		list = samplesOfVirtualService(o, j.settings)
	default:
		paths := []string{"/"}
		for _, vs := range j.world.Kind("networking.istio.io", "VirtualService") {
			for _, h := range vs.At("spec", "http").Items() {
				for _, m := range h.At("match").Items() {
					paths = append(paths, or(wordOf(m.At("uri")), "/"))
				}
			}
		}
		for _, path := range paths {
			for _, method := range behavior.AllMethods.Each() {
				list = append(list, envoy.Request{Method: method, Path: path})
			}
		}
	}
	for n := range list {
		switch {
		case j.intent.ID().Kind == "VirtualService":
		case d.kind == "sidecar":
			list[n].Host = serviceHost(j.intent, d, j.settings)
		}
	}
	return list
}

func serviceHost(i resolve.Intent, d parent, s gateway.Settings) string {
	name := i.ID().Name
	if i.Object != nil {
		for _, ref := range i.Object.At("spec", "parentRefs").Items() {
			if ref.At("kind").Text() == "Service" && or(ref.At("namespace").Text(), i.ID().Namespace) == d.namespace {
				name = ref.At("name").Text()
			}
		}
	}
	return name + "." + d.namespace + ".svc." + s.ClusterDomain
}

// ports gives those of a Service that requests to a host can be for.
func (j *judgement) ports(d parent, host string) []int {
	if d.kind != "sidecar" {
		return []int{gatewayPort}
	}
	if d.port != 0 {
		return []int{d.port}
	}
	name, namespace, _ := strings.Cut(strings.TrimSuffix(host, ".svc."+j.settings.ClusterDomain), ".")
	service := j.world.Get(manifest.ID{Kind: "Service", Namespace: namespace, Name: name})
	var ports []int
	if service != nil {
		for _, p := range service.At("spec", "ports").Items() {
			n, _ := p.At("port").Int()
			ports = append(ports, int(n))
		}
	}
	return ports
}

// mine reports whether a request is one that the intent's rule is about.
func (j *judgement) mine(d parent, r *routev3.Route, q envoy.Request) bool {
	switch j.intent.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		var routes []*manifest.Object
		for _, o := range append(j.world.Kind("gateway.networking.k8s.io", "HTTPRoute"), j.world.Kind("gateway.networking.k8s.io", "GRPCRoute")...) {
			if o.ID() == j.intent.ID() {
				o = j.intent.Object // before it was edited
			}
			if slices.Contains(parentsOf(o, j.world, j.settings), d) {
				routes = append(routes, o)
			}
		}
		at, ok := reach(routes, q)
		return ok && at.route.ID() == j.intent.ID() && at.rule == j.intent.Rule
	case "VirtualService":
		if r == nil {
			return false
		}
		if source(r) == virtualServiceSource(j.intent.ID()) && slices.Contains([]string{j.intent.Name, j.intent.Name + "-retryable"}, r.GetName()) {
			return true
		}
		// Another VirtualService may have its requests. One that leaves out nothing
		// leaves those to others that they match.
		n, ok := httpOf(j.intent.Object, q)
		narrow := d.kind == "sidecar" || j.intent.Object.At("spec", "http").Index(n).At("match").Len() > 0
		return ok && n == j.intent.Rule && narrow
	}
	return r != nil // a VirtualService in the mesh may leave requests out
}

// virtualServiceSource is the source of the routes made of a VirtualService.
func virtualServiceSource(id manifest.ID) string {
	return fmt.Sprintf("/apis/networking.istio.io/v1/namespaces/%s/virtual-service/%s", id.Namespace, id.Name)
}

// request compares what happens to one request with what is predicted for it.
func (j *judgement) request(d parent, p *proxy, r *routev3.Route, known bool, q envoy.Request) {
	method := behavior.ParseMethod(q.Method)
	said := 0
	for _, e := range j.effects {
		if e.Methods&method != 0 {
			said++
		}
	}
	what := fmt.Sprintf("%s %s%s %v %v by %v", q.Method, q.Host, q.Path, q.Headers, q.Query, d.door)
	switch {
	case r == nil && !known && said == 0, r != nil && len(p.clustersOf(r)) == 0 && said == 0:
		return // nothing is written for the host at all, or Envoy answers itself
	case r == nil:
		j.errorf("%s: Envoy answers 404, and %d effects are said", what, said)
		return
	case said == 0:
		j.errorf("%s: nothing is said of it, and Envoy has %s", what, describe(envoy.Behavior(r, nil).Behavior.For(method)))
		return
	}
	var diffs []string
	for n, e := range j.effects {
		if e.Methods&method == 0 || !names(e, r) && e.MaxRetries.State != behavior.Unknown {
			continue
		}
		diff := ""
		for _, c := range p.clustersOf(r) {
			cluster := p.clusterOf(c)
			if cluster == nil {
				diff = "Envoy has no cluster " + c
			}
			diff = or(diff, differ(e.Behavior.For(method), envoy.Behavior(r, cluster).Behavior.For(method), method))
		}
		if diff == "" {
			j.met[n] |= method
			diffs = nil
			said = -1
		} else if said >= 0 {
			diffs = append(diffs, diff)
		}
	}
	if said >= 0 {
		j.errorf("%s, which reaches the Envoy route %q: %s", what, r.GetName(), or(strings.Join(diffs, "; "), "no effect is for a rule of that name"))
	}
}

// names reports whether an effect is for the rule that istiod made a route of, as
// far as its name tells; rules without a name have that of their place.
func names(e behavior.Effect, r *routev3.Route) bool {
	if strings.Trim(e.Rule, "0123456789") == "" {
		return r.GetName() == "" || r.GetName() == "default" || strings.HasSuffix(r.GetName(), "."+e.Rule)
	}
	return r.GetName() == e.Rule || strings.HasPrefix(r.GetName(), e.Rule+".")
}

// carried compares what else happens to a request with what happened before.
func (j *judgement) carried(d parent, port int, r *routev3.Route, q envoy.Request) {
	if r == nil {
		return
	}
	was, known := j.original.proxy(d.door).find(d.door, port, q)
	if d.kind == "classic" && !known {
		was, _ = j.original.proxy(standIn(d.door)).find(standIn(d.door), port, q)
	}
	if was == nil {
		j.errorf("%s %s%s by %v was answered 404 before", q.Method, q.Host, q.Path, d.door)
		return
	}
	key := ""
	for _, e := range j.effects {
		key = or(key, e.IdempotencyKey.Value)
	}
	j.count.carried++
	if before, now := outcome(was, q, key), outcome(r, q, key); before != now {
		j.errorf("%s %s%s %v %v by %v, route %q: something else happens to it now\n  before: %s\n  now:    %s", q.Method, q.Host, q.Path, q.Headers, q.Query,
			d.door, r.GetName(), strings.ReplaceAll(before, "\n", "; "), strings.ReplaceAll(now, "\n", "; "))
	}
}
