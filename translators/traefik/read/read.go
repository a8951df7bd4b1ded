// Package read tells what Traefik does by retry middlewares and transports.
package read

import (
	"fmt"
	"iter"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
	"retryctl.dev/translators/traefik/controller"
)

// New gives what Traefik does with the requests of each rule: the retry
// middlewares of its router and of the services behind it.
func New(world *manifest.Set, s gateway.Settings) gateway.Reader {
	r := reading{Cluster: controller.NewCluster(world, s), former: map[*manifest.Object]*precedence.Table{}}
	r.then, r.now, r.whole = r.tables()
	return r
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, r.intent)
}

type reading struct {
	controller.Cluster
	// then and now are the routers of the world before its objects were edited, and
	// as they are.
	// whole is now with the routers that cannot be built.
	then, now, whole *precedence.Table
	former           map[*manifest.Object]*precedence.Table
}

// tables gives the routers before the edits and now.
func (r reading) tables() (then, now, whole *precedence.Table) {
	whole = r.Order(r.World)
	then, now = whole, whole
	if r.breaks() {
		now = precedence.New(slices.DeleteFunc(r.Routers(r.World), func(m precedence.Match) bool { return r.broken(m.RuleID) != "" }))
	}
	var originals []*manifest.Object
	for _, kind := range [][2]string{{route.Group, "HTTPRoute"}, {route.Group, "GRPCRoute"}, {api.Group, "IngressRoute"}} {
		for _, o := range r.World.Kind(kind[0], kind[1]) {
			if o.Original != nil {
				originals = append(originals, o.Original)
			}
		}
	}
	if len(originals) > 0 {
		then = r.Order(r.World.With(originals...))
	}
	return then, now, whole
}

// breaks reports whether a Middleware of the world may be one that cannot be built.
func (r reading) breaks() bool {
	for _, list := range r.Middlewares {
		for _, o := range list {
			if r.Resolve([]controller.Reference{{ID: r.Id(o.ID().Namespace, o.ID().Name), Text: ""}}).Broken != "" {
				return true
			}
		}
	}
	return false
}

// broken says why a rule has no router: a middleware of it cannot be built, so that
// its requests go to the next that takes them.
func (r reading) broken(p resolve.RuleID) string {
	o := r.World.Get(p.ID)
	refs, unsupported := r.RouterRefs(o, controller.RuleOf(o, p.Rule))
	if unsupported != "" {
		return "" // it is answered 500
	}
	return r.Resolve(refs).Broken
}

// before gives the routers of the world in which an intent's object was.
func (r reading) before(i resolve.Intent, now *manifest.Object) *precedence.Table {
	switch i.Object {
	case now:
		return r.whole
	case now.Original:
		return r.then
	}
	t, known := r.former[i.Object]
	if !known {
		t = r.then.With(i.ID(), r.MatchesOf(i.Object))
		r.former[i.Object] = t
	}
	return t
}

// intent gives nothing for a target that is not in the input: which middlewares
// are on it cannot be seen.
func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.World.Get(i.ID())
	if i.Object == nil || now == nil || now.Is(route.Group, "GRPCRoute") && !r.GRPC {
		return nil
	}
	switch id := i.ID(); {
	case id.Group == "networking.k8s.io" && id.Kind == "Ingress":
		return r.rule(now, -1, "", i.Methods, hasPaths(now))
	case i.Rule < 0:
		return nil
	case id.Group == route.Group && (id.Kind == "HTTPRoute" || id.Kind == "GRPCRoute"):
	case id.Group == api.Group && id.Kind == "IngressRoute":
		if refused := r.Routed(now, i.Rule).Refused; refused != "" && controller.RuleOf(now, i.Rule).Exists() {
			return []behavior.Effect{leftOut(now, i.Rule, refused)}
		}
	default:
		return nil
	}
	var effects []behavior.Effect
	at, before := resolve.RuleID{ID: i.ID(), Rule: i.Rule}, r.before(i, now)
	var served behavior.Methods
	for _, s := range before.Goes(at, r.now) {
		served |= s.Methods
		o := r.World.Get(s.ID)
		if !controller.RuleOf(o, s.Rule).Exists() {
			continue
		}
		found := r.rule(o, s.Rule, nameOf(o, s.Rule), s.Methods, looksAtPath(o, s.Rule))
		if s.Open {
			for n := range found {
				found[n].Notes = append(found[n].Notes, "another rule may serve these requests: nothing that can be seen orders the two")
			}
		}
		effects = append(effects, found...)
	}
	if left := before.Reach(at) &^ served; left != 0 && controller.RuleOf(now, i.Rule).Exists() && r.broken(at) != "" {
		effects = append(effects, r.rule(now, i.Rule, nameOf(now, i.Rule), left, looksAtPath(now, i.Rule))...)
	}
	return effects
}

// leftOut is a route of which Traefik makes no router.
func leftOut(o *manifest.Object, at int, refused string) behavior.Effect {
	e := behavior.Effect{Object: o.ID().String(), Rule: fmt.Sprint(at), Methods: behavior.AllMethods, Origin: map[string]string{}}
	e.Behavior = unretried()
	gateway.Answered(&e, 404, fmt.Sprintf("Traefik leaves the route out (%s), and no other is known to match", refused))
	return e
}

func nameOf(o *manifest.Object, rule int) string {
	return controller.OrElse(controller.RuleOf(o, rule).At("name").Text(), fmt.Sprint(rule))
}

// looksAtPath reports whether a request without a path can reach a rule.
func looksAtPath(o *manifest.Object, rule int) bool {
	if !o.Is(api.Group, "IngressRoute") {
		return true
	}
	r := controller.RoutedOf(controller.RuleOf(o, rule))
	return r.Rule != nil && r.Rule.LooksAtPath()
}

// hasPaths reports whether every rule of an Ingress looks at the path.
func hasPaths(o *manifest.Object) bool {
	for _, rule := range o.At("spec", "rules").Items() {
		for _, p := range rule.At("http", "paths").Items() {
			if p.At("path").Text() == "" {
				return false
			}
		}
	}
	return !o.At("spec", "defaultBackend").Exists()
}

// rule gives the effects of one rule: one for all its backends, or one for each
// where they differ.
func (r reading) rule(o *manifest.Object, at int, name string, methods behavior.Methods, path bool) []behavior.Effect {
	rule := controller.RuleOf(o, at)
	refs, unsupported := r.RouterRefs(o, rule)
	if status := route.Redirect(rule); status != 0 {
		e := behavior.Effect{Object: o.ID().String(), Rule: name, Methods: methods, Origin: map[string]string{}}
		gateway.Answered(&e, status, "the rule redirects")
		return []behavior.Effect{e}
	}
	var effects []behavior.Effect
	var backends []string
	for _, b := range r.backends(o, rule) {
		e := behavior.Effect{Object: o.ID().String(), Rule: name, Methods: methods, Origin: map[string]string{}}
		if unsupported = controller.OrElse(unsupported, b.unsupported); unsupported != "" {
			e.Behavior = unretried()
			e.Notes = append(e.Notes, fmt.Sprintf("Traefik does not have %s: every request is answered 500", unsupported))
			e.Because(e.Notes[len(e.Notes)-1], behavior.Everything()...)
		} else {
			r.fill(&e, r.Resolve(append(refs[:len(refs):len(refs)], b.refs...)), b, path)
		}
		e.Notes = append(e.Notes, r.ignored(o, rule)...)
		if slices.ContainsFunc(effects, func(other behavior.Effect) bool { return other.Behavior == e.Behavior }) {
			continue
		}
		effects, backends = append(effects, e), append(backends, b.name)
	}
	if len(effects) > 1 {
		for n := range effects {
			effects[n].Notes = append(effects[n].Notes, "this is for requests to "+backends[n]+"; the rule's other backends get something else")
		}
	}
	return effects
}

// ignored tells what stands in the rule and means nothing to Traefik, and what
// means more than is looked at.
func (r reading) ignored(o *manifest.Object, rule manifest.Value) []string {
	var notes []string
	if o.ID().Kind == "HTTPRoute" {
		for _, stanza := range []string{"retry", "timeouts"} {
			if rule.At(stanza).Exists() {
				notes = append(notes, fmt.Sprintf("Traefik ignores the rule's %s", stanza))
			}
		}
	}
	if o.ID().Kind == "IngressRoute" {
		for _, parent := range o.At("spec", "parentRefs").Items() {
			notes = append(notes, fmt.Sprintf("middlewares of its parent IngressRoute %s hold as well, and are not looked at", parent.At("name").Text()))
		}
	}
	return notes
}
