// Package write puts policies into annotations and KongPlugins.
package write

import (
	"fmt"
	"strconv"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/kong/controller"
	"retryctl.dev/translators/nginx"
)

// Translate annotates the Services behind the rules where that is right for all
// that send to them, and else puts code on single rules.
func Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	t := &translation{plan: plan, plugins: controller.Plugins{World: plan.World}, sandbox: controller.SandboxOf(s), edits: gateway.NewEdits(plan.World, s),
		portions: make([]portion, len(plan.Intents)), usable: make([]bool, len(plan.Intents)),
		pools: map[manifest.ID]*pool{}, taken: map[manifest.ID]bool{}, shared: map[string]bool{}}
	for n, i := range plan.Intents {
		if t.usable[n] = t.canUse(i); t.usable[n] {
			t.portions[n] = portionOf(i, t.grpc(i), t.sandbox)
		}
	}
	for _, p := range pools(plan) {
		t.pool(p)
		for _, id := range p.services {
			t.pools[id] = p
		}
	}
	for n, i := range plan.Intents {
		if t.usable[n] && i.ID().Kind != "Service" {
			t.rule(n)
		}
	}
	t.out.Objects = append(t.out.Objects, t.edits.Objects()...)
	t.leftOut(s)
	return t.out
}

// leftOut says which rules the controller leaves out.
func (t *translation) leftOut(s gateway.Settings) {
	world := t.plan.World.With(t.out.Objects...)
	var r *controller.Router
	for n, i := range t.plan.Intents {
		if !t.usable[n] || i.Rule < 0 {
			continue
		}
		if r == nil {
			r = controller.NewRouter(world, s)
		}
		why := r.Why(controller.ServedRule{ID: i.ID(), Rule: i.Rule})
		if i.ID().Kind == "GRPCRoute" {
			why = controller.LeftOut(world, world.Get(i.ID()), i.Rule)
		}
		if why != "" {
			f := resolve.About(i.Policy, finding.RuleLeftOut, fmt.Sprintf("spec.targetRefs[%d]", i.Ref),
				fmt.Sprintf("Kong's controller leaves %s out, and its requests go to the next rule that takes them", i.RuleName()))
			f.Class, f.Want, f.Got, f.Reason = finding.Dropped, "the rule", "nothing", why
			f.Hint, f.Severity = finding.Do("mend that: until then the policy holds for no request"), f.Code.Severity()
			t.out.Said = append(t.out.Said, gateway.Said{Policy: i.Policy, Finding: f})
		}
	}
}

type translation struct {
	plan     *resolve.Plan
	plugins  controller.Plugins
	sandbox  controller.Sandbox
	edits    *gateway.Edits
	out      gateway.Output
	portions []portion // by intent
	usable   []bool    // by intent
	pools    map[manifest.ID]*pool
	taken    map[manifest.ID]bool // names of new plugins
	shared   map[string]bool      // GRPCRoutes that have a plugin already, with its type
}

// fail says what stands in the way of a target; nothing is written for it.
func (t *translation) fail(i resolve.Intent, code finding.Code, message, reason string, hint finding.Hint) {
	t.out.Fail(i, code, message, reason, hint)
}

// canUse says what a target cannot be used for.
func (t *translation) canUse(i resolve.Intent) bool {
	kind := i.ID().Kind
	switch {
	case kind == "IngressRoute" || kind == "VirtualService":
		t.fail(i, finding.WrongTargetKind, fmt.Sprintf("Kong serves no %s", kind), "", finding.Do("target the HTTPRoute, the Ingress or the Service that Kong serves"))
	case i.Object == nil:
		t.fail(i, finding.NeedsObject, fmt.Sprintf("%s is not in the input, so the Services behind it are not known", i.TargetID()),
			"retries are annotations of Services, or plugins that a rule refers to", finding.Give("its manifest", ""))
	case kind == "Gateway":
		t.fail(i, finding.NeedsObject, fmt.Sprintf("no route that is attached to %s is in the input", i.TargetID()),
			"retries are annotations of Services, or plugins that a rule refers to", finding.Give("the manifests of its routes", ""))
	case kind == "Service" || kind == "Ingress":
		return true
	case !controller.Served(i.Object):
		if i.Target().Kind != "Service" { // then the Service carries the policy
			t.fail(i, finding.WrongTargetKind, fmt.Sprintf("%s is a mesh's: its parents are Services", i.ID()), "Kong serves Gateways only", finding.Do("target a route that is attached to a Gateway"))
		}
	default:
		return i.Rule >= 0 && i.Methods&^nginx.Unreachable != 0
	}
	return false
}

func (t *translation) grpc(i resolve.Intent) bool {
	ids := t.services(i)
	return i.ID().Kind == "GRPCRoute" || controller.UpstreamOf(t.plan.World, ids, behavior.Setting[time.Duration]{}, "").Grpc
}

// services gives the Services that carry an intent.
func (t *translation) services(i resolve.Intent) []manifest.ID {
	if i.ID().Kind == "Service" {
		return []manifest.ID{i.ID()}
	}
	return route.Backends(i.Object, i.Rule)
}

// pool writes what annotations can carry, and what a Service as a target asks for.
func (t *translation) pool(p *pool) {
	target := -1
	for _, n := range p.targets {
		if t.usable[n] && t.together(p, n) {
			target = n
		}
	}
	switch {
	case target >= 0: // holds for all senders without a policy of their own
		n := t.portions[target]
		if n.exact {
			p.retries = behavior.Is(n.number)
		}
		if n.timeout > 0 {
			p.timeout = behavior.Is(n.timeout)
		}
	case len(p.missing) == 0:
		p.settle(t.demands(p))
	}
	t.annotate(p)
	if target >= 0 {
		t.target(p, target)
	}
}

func (t *translation) demands(p *pool) []demand {
	var list []demand
	for _, s := range p.senders {
		d := keeps(t.plan.World, s)
		if s.intent >= 0 && t.usable[s.intent] {
			code, _ := t.scripted(t.plan.Intents[s.intent])
			d = d.over(t.portions[s.intent], code)
		}
		list = append(list, d)
	}
	return list
}

// together reports whether all Services of a pool have the same policy's wish, and
// says why a Service cannot carry its own where they have not.
func (t *translation) together(p *pool, at int) bool {
	i := t.plan.Intents[at]
	if len(p.missing) > 0 {
		t.fail(i, finding.NeedsObject, fmt.Sprintf("%s is not in the input, and a rule sends requests to it and to %s", p.missing[0], i.ID()),
			"Services of one rule must agree on every annotation, or the controller drops the rule", finding.Give("its manifest", ""))
		return false
	}
	for _, id := range p.services {
		same := false
		for _, n := range p.targets {
			same = same || t.plan.Intents[n].ID() == id && t.plan.Intents[n].Policy == i.Policy
		}
		if !same {
			t.fail(i, finding.Conflicts, fmt.Sprintf("a rule sends requests to %s and to %s, which the policy does not target", i.ID(), id),
				"Services of one rule must agree on every annotation, or the controller drops the rule", finding.Do(fmt.Sprintf("target %s as well, or the rule instead of its Services", id)))
			return false
		}
	}
	return true
}

// annotate writes the same values on all Services of a pool.
func (t *translation) annotate(p *pool) {
	for _, id := range p.services {
		o := t.plan.World.Get(id)
		if o == nil || p.retries.State != behavior.Set && p.timeout.State != behavior.Set {
			continue
		}
		annotations := t.edits.Of(o).Root().Make("metadata", "annotations")
		if p.retries.State == behavior.Set {
			annotations.Put(api.RetriesKey, strconv.Itoa(p.retries.Value))
		}
		if p.timeout.State == behavior.Set {
			for _, key := range []string{api.ConnectKey, api.WriteKey, api.ReadKey} {
				annotations.Put(key, strconv.FormatInt(p.timeout.Value.Milliseconds(), 10))
			}
		}
	}
}

// target puts what annotations cannot carry on the Services themselves.
func (t *translation) target(p *pool, at int) {
	i, n := t.plan.Intents[at], t.portions[at]
	var targets []controller.PluginTarget
	for _, id := range p.services {
		targets = append(targets, controller.PluginTarget{Object: t.plan.World.Get(id)})
	}
	if !n.exact && t.canCode(i, byMethod, nil) {
		t.code(at, n.script(false), targets)
	}
	if n.key != "" {
		t.key(at, targets)
	}
}

// strictSince is the version from which untrusted_lua is strict where nothing is said.
const strictSince = "3.14"

const byMethod = "the number of retries differs by method"

// rule carries an intent on a rule: what the annotations of its Services do not
// carry already is code on the rule.
func (t *translation) rule(at int) {
	i, n := t.plan.Intents[at], t.portions[at]
	retries, timeout := t.scripted(i)
	retries, timeout, why := retries || !n.exact, timeout && n.timeout > 0, byMethod
	var missing []manifest.ID
	for _, id := range t.services(i) {
		p := t.pools[id]
		missing = append(missing, p.missing...)
		numbers, timeouts := p.retries != behavior.Is(n.number), n.timeout > 0 && p.timeout != behavior.Is(n.timeout)
		retries, timeout = retries || numbers, timeout || timeouts
		if n.exact && (numbers || timeouts) {
			why = fmt.Sprintf("%s is behind rules that are to keep or get something else", id)
		}
	}
	s := n.script(timeout)
	if !retries {
		s.clauses, s.every = nil, false
	}
	if (retries || timeout) && len(t.services(i)) > 0 && t.canCode(i, why, missing) {
		t.code(at, s, []controller.PluginTarget{holderOf(i)})
	}
	if n.key != "" {
		t.key(at, []controller.PluginTarget{holderOf(i)})
	}
}

// canCode says where code on a rule is not allowed, or stands in for annotations
// of a Service that is not in the input.
func (t *translation) canCode(i resolve.Intent, why string, missing []manifest.ID) bool {
	allowed := t.sandbox.Counts()
	hint := "send the rule's requests to a Service object of its own"
	if why == byMethod {
		hint = "give the methods a rule and a Service object of their own"
	}
	say := t.fail
	if allowed {
		say = t.out.Say
	}
	switch {
	case len(missing) > 0:
		say(i, finding.NeedsObject, fmt.Sprintf("%s is not in the input, so it cannot be annotated", missing[0]),
			"the number of retries and the timeouts are annotations of the Services behind a rule", finding.Give("its manifest", ""))
	case allowed && t.sandbox.Assumed:
		t.out.Say(i, finding.Assumed, fmt.Sprintf("untrusted_lua = lax is assumed: strict, the default since Kong %s, keeps code in plugins from setting retries", strictSince),
			why+"; under strict the code does nothing and what the Services say holds (changelog of 3.14.0.0)",
			finding.Do("say which it is: kong.untrustedLua in the Config, or --kong-untrusted-lua; with strict, send the rule's requests to a Service object of its own"))
	case allowed:
	case !t.sandbox.Version.AtLeast(3, 8):
		t.fail(i, finding.NeedsVersion, fmt.Sprintf("%s needs code in a plugin, and code can set retries since Kong 3.8", i.RuleName()),
			why+" (kong/pdk/service.lua:143)", finding.Do("raise the version, or "+hint))
	default:
		t.fail(i, finding.NeedsSetting, fmt.Sprintf("%s needs code in a plugin, and untrusted_lua = %s does not let it set retries", i.RuleName(), controller.SettingWord(t.sandbox.Mode)),
			why+"; strict is Kong's default since "+strictSince, finding.Do("set untrusted_lua to lax in Kong, and kong.untrustedLua to Lax in the Config; or "+hint))
	}
	return allowed
}
