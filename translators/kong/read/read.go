// Package read tells what Kong does by annotations of Services and code of plugins.
package read

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/nginx"
)

// New gives what Kong does with the requests of each rule, by Kong's own order: what
// the annotations of the Services behind it say, or the code of a plugin on it, or
// Kong's own defaults. Requests of a rule that the controller leaves out go to the
// next rule that takes them, and get what that one has.
func New(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return reading{world, route.Parsed{}, controller.Plugins{World: world}, controller.SandboxOf(s), controller.NewRouter(world, s)}
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, r.intent)
}

type reading struct {
	world   *manifest.Set
	rules   route.Parsed
	plugins controller.Plugins
	sandbox controller.Sandbox
	router  *controller.Router
}

// A kongRoute is what the controller makes of a rule: it sends requests to one upstream.
type kongRoute struct {
	object   *manifest.Object
	name     string // the rule's
	rule     manifest.Value
	methods  behavior.Methods
	upstream controller.Upstream
	services []manifest.ID
	grpc     bool
}

func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	if i.Object == nil || now == nil {
		return nil
	}
	var effects []behavior.Effect
	switch kind := i.ID().Kind; {
	case i.Rule >= 0 && (kind == "HTTPRoute" || kind == "GRPCRoute") && controller.Served(now):
		indexes, methods := successors(r.rules.Of(i.Object), r.rules.Of(now), i.Rule)
		for n, at := range indexes {
			effects = append(effects, r.served(controller.ServedRule{ID: now.ID(), Rule: at}, methods[n], i.To != nil)...)
		}
	case kind == "Ingress":
		for _, id := range route.Backends(now, -1) {
			if i.SendsTo(id) {
				effects = append(effects, r.served(controller.ServedRule{ID: now.ID(), Rule: -1, To: id}, i.Methods, i.To != nil)...)
			}
		}
	case kind == "Service":
		effects = r.effects(r.kongRoute(controller.ServedRule{ID: now.ID(), Rule: -1, To: now.ID()}, i.Methods))
	}
	return effects
}

// successors gives the rules of an edited route that take the place of a rule of the
// original, with the methods for which they do.
func successors(original, edited []route.Rule, rule int) (indexes []int, methods []behavior.Methods) {
	if slices.EqualFunc(original, edited, func(a, b route.Rule) bool { return slices.Equal(a.Matches, b.Matches) }) {
		return []int{rule}, []behavior.Methods{behavior.AllMethods}
	}
	return route.Serving(original, edited, rule)
}

// served gives what requests get that come to a rule with some methods, or only those
// that go on to its Services.
func (r reading) served(at controller.ServedRule, methods behavior.Methods, on bool) []behavior.Effect {
	var effects []behavior.Effect
	shares := r.router.Shares(at)
	for _, s := range shares {
		m := methods & s.Methods
		switch {
		case m == 0, on && (s.Line == nil || s.Line.ServedRule != at):
		case s.Line == nil:
			e := behavior.Effect{Object: at.ID.String(), Rule: r.kongRoute(at, m).name, Methods: m, Origin: map[string]string{}}
			gateway.Answered(&e, 404, "the controller leaves the rule out ("+r.router.Why(at)+"), and no other takes its requests")
			effects = append(effects, e)
		default:
			note := ""
			switch why := r.router.Why(at); {
			case s.Line.ServedRule == at:
			case why != "":
				note = fmt.Sprintf("the controller leaves %s out: %s; this is the next rule that takes its requests", r.ruleName(at), why)
			default:
				note = fmt.Sprintf("Kong ranks this rule and %s alike, and either may get these requests", r.ruleName(at))
			}
			for _, e := range r.effects(r.kongRoute(s.Line.ServedRule, m)) {
				if note != "" {
					e.Notes = append(e.Notes, note)
				}
				effects = append(effects, e)
			}
		}
	}
	return effects
}

// ruleName names a rule for people.
func (r reading) ruleName(at controller.ServedRule) string {
	if name := r.kongRoute(at, 0).name; name != "" {
		return fmt.Sprintf("%s rule %s", at.ID, name)
	}
	return at.ID.String()
}

// kongRoute gives what is made of a rule.
func (r reading) kongRoute(at controller.ServedRule, methods behavior.Methods) kongRoute {
	o := r.world.Get(at.ID)
	if at.Rule < 0 {
		name := ""
		if len(route.Backends(o, -1)) > 1 {
			name = "to " + at.To.Name
		}
		ids := []manifest.ID{at.To}
		return kongRoute{o, name, manifest.Value{}, methods, controller.UpstreamOf(r.world, ids, behavior.Setting[time.Duration]{}, ""), ids, false}
	}
	rule := o.At("spec", "rules").Index(at.Rule)
	name := rule.At("name").Text()
	if name == "" {
		name = fmt.Sprint(at.Rule)
	}
	ids := route.Backends(o, at.Rule)
	timeout, origin := controller.BackendRequest(o, at.Rule)
	return kongRoute{o, name, rule, methods, controller.UpstreamOf(r.world, ids, timeout, origin), ids, at.ID.Kind == "GRPCRoute"}
}

// effects gives one effect for all requests that meet the same, told apart by
// method where code tells them apart.
func (r reading) effects(at kongRoute) []behavior.Effect {
	if status := route.Redirect(at.rule); status != 0 {
		e := behavior.Effect{Object: at.object.ID().String(), Rule: at.name, Methods: at.methods &^ nginx.Unreachable, Origin: map[string]string{}}
		gateway.Answered(&e, status, "the rule redirects")
		return []behavior.Effect{e}
	}
	var verdicts []controller.Verdict
	var methods []behavior.Methods
	functions, problem := r.functions(at)
	protocols := []string{"http", "https"}
	if at.grpc = at.grpc || at.upstream.Grpc; at.grpc {
		protocols = []string{"grpc", "grpcs"}
	}
	for _, name := range (at.methods &^ nginx.Unreachable).Each() {
		v := r.sandbox.Judge(functions, name, protocols...)
		n := 0
		for n < len(verdicts) && verdicts[n] != v {
			n++
		}
		if n == len(verdicts) {
			verdicts, methods = append(verdicts, v), append(methods, 0)
		}
		methods[n] |= behavior.ParseMethod(name)
	}
	var effects []behavior.Effect
	for n, v := range verdicts {
		e := behavior.Effect{Object: at.object.ID().String(), Rule: at.name, Methods: methods[n], Origin: map[string]string{}}
		r.fill(&e, at, v, functions, problem)
		effects = append(effects, e)
	}
	return merged(effects)
}

// merged puts requests together that only their causes tell apart, those that are
// never retried with any others: the causes say for which methods they are.
func merged(effects []behavior.Effect) []behavior.Effect {
	var list []behavior.Effect
	slices.SortStableFunc(effects, func(a, b behavior.Effect) int { return never(a) - never(b) })
	for _, e := range effects {
		at := slices.IndexFunc(list, func(o behavior.Effect) bool {
			return (never(e) == 1 || o.MaxRetries == e.MaxRetries) && o.AttemptTimeout == e.AttemptTimeout && slices.Equal(o.Notes, e.Notes)
		})
		if at < 0 {
			list = append(list, e)
			continue
		}
		o := &list[at]
		o.Methods |= e.Methods
		o.Causes, o.Unclear = o.Causes.Union(e.Causes), o.Unclear.Union(e.Unclear)
	}
	return list
}

// never is 1 for requests that are never retried, and 0 for others.
func never(e behavior.Effect) int {
	if e.MaxRetries == behavior.Is(0) {
		return 1
	}
	return 0
}

// functions gives the plugins with code that act on a rule's requests, in the
// order in which they run.
func (r reading) functions(at kongRoute) (functions []*manifest.Object, problem string) {
	for _, plugin := range []string{api.PreFunction, api.PostFunction} {
		o, trouble := r.plugins.Holding(plugin, at.routeHolder(), r.serviceHolder(at))
		if o != nil {
			functions = append(functions, o)
		}
		problem += trouble
	}
	return functions, problem
}

func (at kongRoute) routeHolder() controller.PluginTarget {
	if at.object.ID().Kind == "Service" {
		return controller.PluginTarget{}
	}
	return controller.PluginTarget{Object: at.object, Rule: at.rule}
}

func (r reading) serviceHolder(at kongRoute) controller.PluginTarget {
	for _, id := range at.services {
		if o := r.world.Get(id); o != nil {
			return controller.PluginTarget{Object: o}
		}
	}
	return controller.PluginTarget{}
}
