package kong

import (
	"fmt"
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// Read gives what Kong does with the requests of each rule: what the annotations
// of the Services behind it say, or the code of a plugin on it, or Kong's own
// defaults.
func (Gateway) Read(intents []resolve.Intent, world *manifest.Set, s gateway.Settings) [][]behavior.Effect {
	r := reading{world, plugins{world}, sandboxOf(s)}
	effects := make([][]behavior.Effect, len(intents))
	for n, i := range intents {
		effects[n] = r.intent(i)
	}
	return effects
}

type reading struct {
	world   *manifest.Set
	plugins plugins
	sandbox sandbox
}

// A stop is a place where requests go from one rule to one upstream.
type stop struct {
	object   *manifest.Object
	name     string // the rule's
	rule     manifest.Value
	methods  behavior.Methods
	upstream upstream
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
	case i.Rule >= 0 && (kind == "HTTPRoute" || kind == "GRPCRoute") && served(now):
		rules := route.Rules(now)
		indexes, methods := route.Serving(route.Rules(i.Object), rules, i.Rule)
		for n, at := range indexes {
			name := rules[at].Name
			if name == "" {
				name = fmt.Sprint(at)
			}
			if status := route.Redirect(rules[at].Value); status != 0 {
				e := behavior.Effect{Object: now.ID().String(), Rule: name, Methods: methods[n] &^ unreachable, Origin: map[string]string{}}
				gateway.Answered(&e, status, "the rule redirects")
				effects = append(effects, e)
				continue
			}
			timeout, origin := backendRequest(now, at)
			ids := route.Backends(now, at)
			effects = append(effects, r.effects(stop{now, name, rules[at].Value, methods[n], upstreamOf(r.world, ids, timeout, origin), ids, kind == "GRPCRoute"})...)
		}
	case kind == "Ingress":
		ids := route.Backends(now, -1)
		for _, id := range ids {
			if !i.SendsTo(id) {
				continue
			}
			name := ""
			if len(ids) > 1 {
				name = "to " + id.Name
			}
			one := []manifest.ID{id}
			effects = append(effects, r.effects(stop{now, name, manifest.Value{}, i.Methods, upstreamOf(r.world, one, behavior.Setting[time.Duration]{}, ""), one, false})...)
		}
	case kind == "Service":
		ids := []manifest.ID{now.ID()}
		effects = r.effects(stop{now, "", manifest.Value{}, i.Methods, upstreamOf(r.world, ids, behavior.Setting[time.Duration]{}, ""), ids, false})
	}
	return effects
}

// served reports whether Kong serves a route at all: it has no part in a mesh, so
// routes that only have Services as parents are not its own.
func served(o *manifest.Object) bool {
	ids, _ := resolve.ParentRefs(o)
	for _, id := range ids {
		if id.Kind == "Gateway" {
			return true
		}
	}
	return len(ids) == 0
}

// effects gives one effect for all requests that meet the same, told apart by
// method where code tells them apart.
func (r reading) effects(at stop) []behavior.Effect {
	var verdicts []verdict
	var methods []behavior.Methods
	functions, problem := r.functions(at)
	protocols := []string{"http", "https"}
	if at.grpc = at.grpc || at.upstream.grpc; at.grpc {
		protocols = []string{"grpc", "grpcs"}
	}
	for _, name := range (at.methods &^ unreachable).Each() {
		v := r.sandbox.judge(functions, name, protocols...)
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
func (r reading) functions(at stop) (functions []*manifest.Object, problem string) {
	for _, plugin := range []string{preFunction, postFunction} {
		o, trouble := r.plugins.holding(plugin, at.routeHolder(), r.serviceHolder(at))
		if o != nil {
			functions = append(functions, o)
		}
		problem += trouble
	}
	return functions, problem
}

func (at stop) routeHolder() holder {
	if at.object.ID().Kind == "Service" {
		return holder{}
	}
	return holder{at.object, at.rule}
}

func (r reading) serviceHolder(at stop) holder {
	for _, id := range at.services {
		if o := r.world.Get(id); o != nil {
			return holder{object: o}
		}
	}
	return holder{}
}
