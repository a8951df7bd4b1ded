package read

import (
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
	"retryctl.dev/translators/stanza"
)

// native reads what Istio makes of a rule of an HTTPRoute on a Gateway of its own:
// the retry stanza of the rules that serve its requests now.
func (r reading) native(i resolve.Intent, now *manifest.Object, b controller.Binding) []behavior.Effect {
	rules := r.Rules.Of(now)
	var open, dead, dropped behavior.Methods
	reach := func(original []route.Rule, n int, m route.Match) (methods behavior.Methods) {
		all := controller.ReachOf(original, n, m)
		for _, vhost := range controller.OwnHosts(now, b) {
			lost, perhaps := r.Shares(vhost, now, m)
			switch first, several := r.first(vhost, now, m); {
			case several:
				perhaps = behavior.AllMethods
			case first:
				dead |= all &^ lost
				lost = behavior.AllMethods
			}
			open |= all & perhaps
			methods |= all &^ lost &^ perhaps
		}
		return methods
	}
	indexes, methods := route.ServingBy(reach, r.Rules.Of(i.Object), rules, i.Rule)
	for _, method := range dead.Each() {
		at := catching(rules, method)
		n := slices.Index(indexes, at)
		if n < 0 {
			n, indexes, methods = len(indexes), append(indexes, at), append(methods, 0)
		}
		methods[n] |= behavior.ParseMethod(method)
	}
	var effects []behavior.Effect
	for n, at := range indexes {
		rule, id := rules[at].Value, now.ID().String()
		if foreign(rule) {
			dropped |= methods[n]
			continue
		}
		list := controller.Backends(r.World, now, at, r.Settings)
		if controller.Redirects(rule) || len(list) == 0 {
			continue // answered without a backend
		}
		retry := rule.At("retry")
		if rules[at].GRPC || stanza.Standard(r.Settings) && !api.StanzaVersion(r.Settings).AtLeast(1, 7) {
			retry = manifest.Value{}
		}
		from := id + " RequestHeaderModifier"
		parts := flows(filtered(rule, from), list, rule.At("backendRefs").Len() == 1, func(ref manifest.Value) envoy.Changes { return filtered(ref, from) })
		for _, part := range parts {
			e := behavior.Effect{Object: id, Rule: nameOf(ruleName(rules[at]), part, parts), Methods: methods[n], Origin: map[string]string{}}
			stanza.Read(&e, stanza.Rule{Retry: retry, Timeouts: rule.At("timeouts"), Headers: part.headers, From: id}, stanza.Of("istio"), api.StanzaVersion(r.Settings))
			ofNoUse(&e)
			e.IdempotencyKey = behavior.None[string]()
			if name, _, ok := gateway.HeaderSet(rule, controller.IsKey); ok {
				e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name), from
			}
			if slices.ContainsFunc(dead.Each(), func(method string) bool { return at == catching(rules, method) }) {
				e.Notes = append(e.Notes, "the requests of a regular expression go here: Istio writes nothing behind a rule for everything")
			}
			r.upstream(&e, part.to, b.Client)
			r.hidden.from(&e, envoy.Removed(rule))
			e.Behavior = e.Behavior.Normal()
			effects = append(effects, e)
		}
	}
	return append(effects, uncertain{open: open, none: dropped}.effects(i.ID().String(), ruleName(r.Rules.Of(i.Object)[i.Rule]), true)...)
}

// foreign reports whether a rule has a filter that Istio does not know: it leaves
// the rule out, so that its requests go to another one, or to none (1.31
// pilot/pkg/config/kube/gateway/conversion.go:178).
func foreign(rule manifest.Value) bool {
	for _, f := range rule.At("filters").Items() {
		if kind := f.At("type").Text(); kind == "ExtensionRef" || kind == "ExternalAuth" {
			return true
		}
	}
	return false
}

// first tells whether a match is a regular expression that Istio never tries: on
// its own Gateways a prefix comes first, and it writes nothing behind one that
// matches everything (1.31 pilot/pkg/networking/core/route/route.go:427). Several
// say that this is not, or not only, a rule of the same route.
func (r reading) first(vhost controller.VirtualHost, now *manifest.Object, m route.Match) (is, several bool) {
	if m.Path.Kind != route.Pattern {
		return false, false
	}
	is = catching(r.Rules.Of(now), "") >= 0
	several = slices.ContainsFunc(r.MatchesAt(vhost, route.AnyPath()), func(n controller.RouteMatch) bool { return n.O.ID() != now.ID() && controller.Everything(n.Match) })
	return is, several
}

// catching gives the rule that has the requests with a method which none but the
// matches for every path match, -1 where there is none.
func catching(rules []route.Rule, method string) int {
	first := func(fits func(route.Match) bool) int {
		return slices.IndexFunc(rules, func(rule route.Rule) bool { return slices.ContainsFunc(rule.Matches, fits) })
	}
	last := first(controller.Everything)
	if own := first(func(m route.Match) bool { return m.Path == route.AnyPath() && m.Conditions == "" && m.Method == method }); own >= 0 && last >= 0 {
		return own
	}
	return last
}
