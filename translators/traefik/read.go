package traefik

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// Read gives what Traefik does with the requests of each rule: the retry
// middlewares of its router and of the services behind it.
func (Gateway) Read(intents []resolve.Intent, world *manifest.Set, s gateway.Settings) [][]behavior.Effect {
	r := reading{newCluster(world, s), map[*manifest.Object][]routed{}}
	effects := make([][]behavior.Effect, len(intents))
	for n, i := range intents {
		effects[n] = r.intent(i)
	}
	return effects
}

type reading struct {
	cluster
	routes map[*manifest.Object][]routed // of IngressRoutes
}

// intent gives nothing for a target that is not in the input: which middlewares
// are on it cannot be seen.
func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	if i.Object == nil || now == nil || now.Is(route.Group, "GRPCRoute") && !r.grpc {
		return nil
	}
	var effects []behavior.Effect
	switch id := i.ID(); {
	case i.Rule >= 0 && id.Group == route.Group && (id.Kind == "HTTPRoute" || id.Kind == "GRPCRoute"):
		rules := route.Rules(now)
		indexes, methods := route.Serving(route.Rules(i.Object), rules, i.Rule)
		for n, at := range indexes {
			effects = append(effects, r.rule(now, at, orElse(rules[at].Name, fmt.Sprint(at)), methods[n], true)...)
		}
	case i.Rule >= 0 && id.Group == group && id.Kind == "IngressRoute":
		after := r.routed(now)
		indexes, methods := serving(r.routed(i.Object), after, i.Rule)
		for n, at := range indexes {
			if at < len(after) {
				effects = append(effects, r.rule(now, at, fmt.Sprint(at), methods[n]&i.Methods, after[at].path)...)
			}
		}
	case id.Group == "networking.k8s.io" && id.Kind == "Ingress":
		effects = r.rule(now, -1, "", i.Methods, hasPaths(now))
	}
	return effects
}

func (r reading) routed(o *manifest.Object) []routed {
	list, ok := r.routes[o]
	if !ok {
		list = routesOf(o)
		r.routes[o] = list
	}
	return list
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
	rule := ruleOf(o, at)
	refs, unsupported := r.routerRefs(o, rule)
	if status := route.Redirect(rule); status != 0 {
		e := behavior.Effect{Object: o.ID().String(), Rule: name, Methods: methods, Origin: map[string]string{}}
		gateway.Answered(&e, status, "the rule redirects")
		return []behavior.Effect{e}
	}
	var effects []behavior.Effect
	var backends []string
	for _, b := range r.backends(o, rule) {
		e := behavior.Effect{Object: o.ID().String(), Rule: name, Methods: methods, Origin: map[string]string{}}
		if unsupported = orElse(unsupported, b.unsupported); unsupported != "" {
			e.Behavior = unretried()
			e.Notes = append(e.Notes, fmt.Sprintf("Traefik does not have %s: every request is answered 500", unsupported))
			e.Because(e.Notes[len(e.Notes)-1], behavior.Everything()...)
		} else {
			fill(&e, r.resolve(append(refs[:len(refs):len(refs)], b.refs...)), b, path)
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
