// Package read tells what Envoy does by BackendTrafficPolicies, stanzas of routes, and
// what else changes retries.
package read

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
)

// New gives what Envoy does with the requests of each rule: the retry stanza of
// the route wins over the BackendTrafficPolicy's, the most specific policy holds
// as a whole, and Envoy's own defaults hold where neither says anything.
func New(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return reading{world: world, version: s.Version, rules: route.Parsed{}, attached: controller.NewPolicies(world, s.Version, api.Kind), keys: requestIDs(world),
		injections: newInjections(world, s.Version), stanza: newStanzas(s), buffers: newBuffers(world, s.Version)}
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, r.intent)
}

type reading struct {
	world    *manifest.Set
	version  gateway.Version
	rules    route.Parsed
	attached controller.Policies
	keys     bool
	injections
	stanza  stanzas
	buffers buffers
}

func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	switch kind := i.ID().Kind; {
	case kind != "Gateway" && kind != "HTTPRoute" && kind != "GRPCRoute":
		return nil // no policy can be on it
	case i.Rule < 0, i.Object == nil, now == nil:
		return []behavior.Effect{r.whole(i)}
	}
	rules := r.rules.Of(now)
	indexes, methods := route.ServingBy(route.ReachCounting, r.rules.Of(i.Object), rules, i.Rule)
	var effects []behavior.Effect
	through := i.Listeners
	if through == nil {
		through = resolve.Listeners(now, r.world)
	}
	buffer := r.buffers.on(through)
	for n, at := range indexes {
		rule := rules[at]
		before, unseen := r.injections.on(now, rule.Value, i.Listeners)
		variants := envoy.HeadersOf(rule.Value, before, now.ID().String())
		for _, at := range pairs(r.attached.Chains(now, rule.Name, r.world, i.Listeners), variants) {
			c := at.Chain
			e := behavior.Effect{Object: now.ID().String(), Rule: ruleName(rule), Methods: methods[n], Origin: map[string]string{}}
			switch {
			case c.Listener != "":
				e.Notes = append(e.Notes, "for requests through the listener "+c.Listener+": each has a policy of its own")
			case i.Listeners != nil:
				e.Notes = append(e.Notes, "for requests"+i.Through())
			}
			if at.Backends != "" {
				e.Notes = append(e.Notes, "for requests to "+at.Backends+": the headers that Envoy takes for a retry policy depend on the backend")
			}
			e.Notes = append(e.Notes, r.perhaps(now)...)
			for _, sentence := range unseen {
				e.Hides(sentence)
			}
			r.read(&e, at, rule.Value, now, buffer)
			if !slices.ContainsFunc(effects, func(other behavior.Effect) bool { return other.Rule == e.Rule && other.Behavior == e.Behavior }) {
				effects = append(effects, e)
			}
		}
	}
	return effects
}

// A pair is a chain of policies with the headers that requests to some backends have.
type pair struct {
	controller.Chain
	envoy.Variant
}

func pairs(chains []controller.Chain, variants []envoy.Variant) (list []pair) {
	for _, c := range chains {
		for _, v := range variants {
			list = append(list, pair{c, v})
		}
	}
	return list
}

// perhaps says which policies may hold for a route of which it is not sure.
func (r reading) perhaps(o *manifest.Object) (notes []string) {
	parents, _ := resolve.ParentRefs(o)
	for _, id := range append(parents, o.ID()) {
		if note := r.attached.Perhaps(id); note != "" && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

func ruleName(r route.Rule) string {
	if r.Name != "" {
		return r.Name
	}
	return fmt.Sprint(r.Index)
}

// whole is a target of which only the name is known, or a Gateway without routes.
func (r reading) whole(i resolve.Intent) behavior.Effect {
	e := behavior.Effect{Object: i.TargetID().String(), Rule: i.Target().SectionName, Methods: i.Methods, Origin: map[string]string{}}
	var c controller.Chain
	target := controller.RefTo(i.Target())
	for _, at := range []controller.Ref{target, {Kind: target.Kind, Name: target.Name, Section: ""}} {
		if p := r.attached.On(i.TargetID().Namespace, at); p != nil && !slices.Contains(c.Own, p) {
			c.Own = append(c.Own, p)
		}
	}
	r.policies(&e, pair{Chain: c}, manifest.Value{}, i.TargetID(), r.buffers.on([]resolve.Listener{{Parent: i.TargetID(), Name: i.Target().SectionName}}))
	return e
}

// read fills the effect of a rule of a route.
func (r reading) read(e *behavior.Effect, p pair, rule manifest.Value, o *manifest.Object, buffer kept) {
	if a := r.answer(rule, o); a.status != 0 {
		gateway.Answered(e, a.status, a.why)
		return
	}
	r.policies(e, p, rule, o.ID(), buffer)
}

// policies fills an effect from the policies that hold and from the rule itself.
func (r reading) policies(e *behavior.Effect, p pair, rule manifest.Value, id manifest.ID, buffer kept) {
	spec, from := merged(p.Chain)
	if problem := rejected(spec); problem != "" {
		gateway.Answered(e, 500, fmt.Sprintf("%s is not accepted (%s)", from, problem))
		return
	}
	r.retries(e, spec, from, id, r.stanza.of(e, rule, id), p.RequestHeaders)
	r.bodies(e, spec, from, buffer)
	e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.OtherBackend), "Envoy Gateway has Envoy pick up to 5 times for one at which no try has failed (internal/xds/translator/route.go:831)"
	if !spec.At("retry").IsMap() && !rule.At("retry").IsMap() {
		e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.AnyBackend), "Envoy's default, beside headers that take the place of a policy"
	}
	if p.Limits != nil {
		if spec, from = merged(*p.Limits); rejected(spec) != "" {
			spec = manifest.Value{}
		}
	}
	readBreaker(e, spec.At("circuitBreaker"), from, r.attached.Absent(id))
	r.key(e, rule, id.String())
	closed(e)
	e.Behavior = e.Behavior.Normal()
}

// keyForm is a header that keeps the client's value and else takes the request ID.
var keyForm = regexp.MustCompile(`(?i)^%REQ\(([^?)]+)\?X-Request-Id\)%$`)

func (r reading) key(e *behavior.Effect, rule manifest.Value, id string) {
	e.IdempotencyKey = behavior.None[string]()
	name, _, ok := gateway.HeaderSet(rule, func(name, value string) bool {
		m := keyForm.FindStringSubmatch(value)
		return m != nil && strings.EqualFold(m[1], name)
	})
	switch {
	case ok && r.keys:
		e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name), id+" RequestHeaderModifier"
	case ok:
		e.IdempotencyKey = behavior.Unclear[string]()
	}
}

// requestIDs reports whether every request has an ID that Envoy made: a
// ClientTrafficPolicy can turn that off.
func requestIDs(world *manifest.Set) bool {
	for _, o := range world.Kind(api.Group, "ClientTrafficPolicy") {
		if mode := o.At("spec", "headers", "requestID").Text(); mode == "Disable" || mode == "Preserve" {
			return false
		}
	}
	return true
}
