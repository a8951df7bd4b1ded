// Package write puts policies into BackendTrafficPolicies.
package write

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
)

// Translate writes, for each policy, a BackendTrafficPolicy on its targets. Where
// the policy limits methods, rules are split: one BackendTrafficPolicy then
// carries what is safe for every method, on the rules of the other methods, and a
// second one the whole wish, on the rules of the listed ones.
func Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	t := translation{
		settings: s, plan: plan, edits: gateway.NewEdits(plan.World, s), attached: controller.NewPolicies(plan.World, s.Version, api.Kind), world: plan.World,
		fresh: map[freshKey]*manifest.Object{},
	}
	t.edits.Counting, t.edits.Names, t.edits.Own = true, true, func(o *manifest.Object) bool { return o.Is(api.Group, api.Kind) }
	for rest := plan.Intents; len(rest) > 0; { // those of one policy follow each other
		n := slices.IndexFunc(rest, func(i resolve.Intent) bool { return i.Policy != rest[0].Policy })
		if n < 0 {
			n = len(rest)
		}
		t.policy(rest[:n])
		rest = rest[n:]
	}
	t.out.Objects = append(t.out.Objects, t.edits.Objects()...)
	return t.out
}

type translation struct {
	settings gateway.Settings
	plan     *resolve.Plan
	world    *manifest.Set
	attached controller.Policies
	edits    *gateway.Edits
	out      gateway.Output
	fresh    map[freshKey]*manifest.Object // the new policies
}

// A policyTarget is one target of a policy and what its BackendTrafficPolicy is to say.
type policyTarget struct {
	intent resolve.Intent
	ref    controller.Ref
	want   behavior.Behavior
	// rule is that of the edited route, where the target is a rule; limited says
	// that it carries only what is safe for every method.
	rule    int
	limited bool
	// name is that of the new BackendTrafficPolicy.
	name string
}

func (t *translation) policy(intents []resolve.Intent) {
	p := intents[0].Policy
	whole := map[int]bool{} // targets whose own policy carries the whole wish
	usable := map[int]resolve.Intent{}
	split := map[resolve.RuleID][]gateway.Part{} // once, for several targets may be for one rule
	rules := make([]policyTarget, 0, 2*len(intents))
	for _, i := range intents {
		if !t.usable(i) {
			continue
		}
		if _, seen := usable[i.Ref]; !seen {
			usable[i.Ref] = i
			_, limited := gateway.Limit(i.Want)
			whole[i.Ref] = !limited || i.Target().Kind != "Gateway" // routes that are not in the input get what is safe
		}
		at := i.RuleID()
		parts, again := split[at]
		if !again {
			parts = t.parts(i)
			split[at] = parts
		}
		for _, part := range parts {
			whole[i.Ref] = whole[i.Ref] && !part.Limited
			if part.Rule >= 0 && !again {
				rules = append(rules, policyTarget{intent: i, rule: part.Rule, want: part.Want, limited: part.Limited})
				t.route(i, part.Rule)
			}
		}
	}
	list := make([]policyTarget, 0, len(rules)+len(usable))
	for n := range p.Spec.TargetRefs {
		i, ok := usable[n]
		switch {
		case !ok:
		case whole[n]:
			list = append(list, policyTarget{intent: i, ref: controller.RefTo(i.Target()), want: i.Want, name: p.Metadata.Name})
		case i.Object == nil, i.Target().Kind == "Gateway", !t.perRule():
			list = append(list, policyTarget{intent: i, ref: controller.RefTo(i.Target()), want: gateway.SafeOnly(i.Want), name: p.Metadata.Name})
		}
	}
	for _, c := range rules {
		if whole[c.intent.Ref] || !t.perRule() || c.limited && c.intent.Target().Kind == "Gateway" {
			continue // the policy on the target carries it
		}
		id := c.intent.ID()
		c.ref = controller.Ref{Kind: id.Kind, Name: id.Name, Section: gateway.NameRule(t.edits.Of(c.intent.Object), c.rule)}
		if c.name = p.Metadata.Name; !c.limited {
			c.name += route.PartSuffix
		}
		list = append(list, c)
	}
	for _, c := range list {
		t.reaches(c)
		t.attach(c, list)
	}
}

// perRule reports whether policies can point at a section: a rule or a listener.
func (t *translation) perRule() bool { return t.settings.Version.AtLeast(1, 6) }

// usable says what a target cannot be used for.
func (t *translation) usable(i resolve.Intent) bool {
	target := i.Target()
	switch target.Kind {
	case "HTTPRoute", "GRPCRoute", "Gateway":
	default:
		t.out.Say(i, finding.WrongTargetKind, fmt.Sprintf("a %s cannot be the target of Envoy Gateway's policies", target.Kind),
			"BackendTrafficPolicy takes Gateways, ListenerSets and routes (v1.9.1 CRD, spec CEL rules 3 and 5)",
			finding.Do("target the HTTPRoute that sends requests to it"))
		return false
	}
	if target.SectionName != "" && !t.perRule() {
		t.out.Say(i, finding.NeedsVersion, "policies on one rule of a route need Envoy Gateway 1.6",
			"until 1.5 the CRD refuses sectionName", finding.Do("give the rule a route of its own, or raise the version"))
		return false
	}
	return true
}

// parts is Edits.Parts, where the version can tell rules apart.
func (t *translation) parts(i resolve.Intent) []gateway.Part {
	if i.Rule >= 0 && i.Object != nil {
		i.Methods |= route.ReachBy(route.ReachCounting, route.Rules(i.Object), i.Rule)
	}
	_, limited := gateway.Limit(i.Want)
	if limited && i.Rule >= 0 && !t.perRule() {
		whole := []gateway.Part{{Rule: i.Rule, Want: i.Want}}
		methods, _ := gateway.Limit(i.Want)
		if i.Methods&^methods == 0 && len(resolve.RulesOf(i.Object)) == 1 {
			return whole
		}
		t.out.Say(i, finding.NeedsVersion, "policies on one rule of a route, which a limit on methods needs, came with Envoy Gateway 1.6",
			"until 1.5 the CRD refuses sectionName", finding.Do("give the methods a route of their own, or raise the version"))
		return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}}
	}
	return t.edits.Parts(i, &t.out)
}

// route edits what the route itself says about retries and timeouts, since that
// would win over the BackendTrafficPolicy, and puts the idempotency key there.
func (t *translation) route(i resolve.Intent, rule int) {
	edit := func() manifest.Value { return t.edits.Of(i.Object).At("spec", "rules").Index(rule) }
	now := edit()
	stanza := now.At("retry").Exists()
	if stanza {
		edit().Remove("retry")
	}
	if timeouts := now.At("timeouts"); timeouts.Exists() {
		limit := timeouts.At("backendRequest")
		wished := i.Want.TotalTimeout.State == behavior.Set
		if wished && timeouts.At("request").Exists() {
			timeouts.Put("request", gateway.Duration(i.Want.TotalTimeout.Value))
		}
		if i.Want.AttemptTimeout.State == behavior.Set || wished {
			timeouts.Remove("backendRequest") // without a stanza it would bound the whole request
		}
		if limit.Exists() && i.Want.AttemptTimeout.State != behavior.Set && (stanza || wished) {
			t.perTry(i, limit.Text(), stanza)
		}
		if timeouts.Len() == 0 {
			edit().Remove("timeouts")
		}
	}
	if i.Want.IdempotencyKey.State == behavior.Set {
		gateway.SetHeader(edit(), i.Want.IdempotencyKey.Value, keyFormat(i.Want.IdempotencyKey.Value))
	}
}

// perTry says what becomes of a limit for each try that the route has and the policy
// does not wish for: the policy may be for several rules and has one such limit for
// all of them.
func (t *translation) perTry(i resolve.Intent, limit string, stanza bool) {
	what := "is taken out: it would win over the policy's totalTimeout"
	if stanza {
		what = "bounds each try only beside the retry stanza that the policy replaces"
	}
	t.out.Say(i, finding.Shadows, fmt.Sprintf("timeouts.backendRequest of %s %s", i.RuleName(), what),
		"without a stanza Envoy Gateway takes it for the whole request; with a totalTimeout it is taken out (v1.9.1 internal/gatewayapi/route.go:1099)",
		finding.Do(fmt.Sprintf("write attemptTimeout: %s in the policy to keep it", limit)))
}

// keyFormat keeps the client's key and else takes the request ID that Envoy makes
// for each request, before the first try.
func keyFormat(header string) string { return "%REQ(" + header + "?X-Request-Id)%" }
