package envoygateway

import (
	"fmt"
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// Translate writes, for each policy, a BackendTrafficPolicy on its targets. Where
// the policy limits methods, rules are split: one BackendTrafficPolicy then
// carries what is safe for every method, on the rules of the other methods, and a
// second one the whole wish, on the rules of the listed ones.
func (Gateway) Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	t := translation{
		settings: s, edits: gateway.NewEdits(plan.World), attached: newAttachments(plan.World), world: plan.World,
		fresh: map[string]*manifest.Object{},
	}
	t.edits.Counting = true
	var policies []*schema.RetryPolicy
	intents := map[*schema.RetryPolicy][]resolve.Intent{}
	for _, i := range plan.Intents {
		if intents[i.Policy] == nil {
			policies = append(policies, i.Policy)
		}
		intents[i.Policy] = append(intents[i.Policy], i)
	}
	for _, p := range policies {
		t.policy(intents[p])
	}
	t.out.Objects = append(t.out.Objects, t.edits.Objects()...)
	return t.out
}

type translation struct {
	settings gateway.Settings
	world    *manifest.Set
	attached attachments
	edits    *gateway.Edits
	out      gateway.Output
	fresh    map[string]*manifest.Object // new policies by namespace/name
}

// carried is one target of a policy and what its BackendTrafficPolicy is to say.
type carried struct {
	intent resolve.Intent
	ref    ref
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
	var rules []carried
	for _, i := range intents {
		if !t.usable(i) {
			continue
		}
		if _, seen := usable[i.Ref]; !seen {
			usable[i.Ref] = i
			_, limited := gateway.Limit(i.Want)
			whole[i.Ref] = !limited || i.Target().Kind != "Gateway" // routes that are not in the input get what is safe
		}
		for _, part := range t.parts(i) {
			whole[i.Ref] = whole[i.Ref] && !part.Limited
			if part.Rule >= 0 {
				rules = append(rules, carried{intent: i, rule: part.Rule, want: part.Want, limited: part.Limited})
				t.route(i, part.Rule)
			}
		}
	}
	var list []carried
	for n := range p.Spec.TargetRefs {
		i, ok := usable[n]
		switch {
		case !ok:
		case whole[n]:
			list = append(list, carried{intent: i, ref: refTo(i.Target()), want: i.Want, name: p.Metadata.Name})
		case i.Object == nil, i.Target().Kind == "Gateway", !t.perRule():
			list = append(list, carried{intent: i, ref: refTo(i.Target()), want: gateway.SafeOnly(i.Want), name: p.Metadata.Name})
		}
	}
	for _, c := range rules {
		if whole[c.intent.Ref] || !t.perRule() || c.limited && c.intent.Target().Kind == "Gateway" {
			continue // the policy on the target carries it
		}
		id := c.intent.ID()
		c.ref = ref{id.Kind, id.Name, gateway.NameRule(t.edits.Of(c.intent.Object), c.rule)}
		if c.name = p.Metadata.Name; !c.limited {
			c.name += "-retryable"
		}
		list = append(list, c)
	}
	for _, c := range list {
		t.carry(c, list)
	}
}

// ours reports whether everything that an existing policy is on gets the same wish:
// then it may be edited, for it is what an earlier translation has written.
func ours(existing *manifest.Object, c carried, list []carried) bool {
	for _, v := range refsOf(existing).Items() {
		at := refOf(v)
		if !slices.ContainsFunc(list, func(other carried) bool { return other.ref == at && other.want == c.want }) {
			return false
		}
	}
	return existing.At("spec", "targetSelectors").Len() == 0
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
			"target the HTTPRoute that sends requests to it")
		return false
	}
	if target.SectionName != "" && !t.perRule() {
		t.out.Say(i, finding.NeedsVersion, "policies on one rule of a route need Envoy Gateway 1.6",
			"until 1.5 the CRD refuses sectionName", "give the rule a route of its own, or raise the version")
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
			"until 1.5 the CRD refuses sectionName", "give the methods a route of their own, or raise the version")
		return []gateway.Part{{Rule: i.Rule, Want: gateway.SafeOnly(i.Want), Limited: true}}
	}
	return t.edits.Parts(i, &t.out)
}

// route edits what the route itself says about retries and timeouts, since that
// would win over the BackendTrafficPolicy, and puts the idempotency key there.
func (t *translation) route(i resolve.Intent, rule int) {
	edit := func() manifest.Value { return t.edits.Of(i.Object).At("spec", "rules").Index(rule) }
	now := edit()
	if now.At("retry").Exists() {
		t.perTry(i, now.At("timeouts", "backendRequest"))
		edit().Remove("retry")
	}
	if timeouts := now.At("timeouts"); timeouts.Exists() {
		if i.Want.TotalTimeout.State == behavior.Set && timeouts.At("request").Exists() {
			timeouts.Put("request", gateway.Duration(i.Want.TotalTimeout.Value))
		}
		if i.Want.AttemptTimeout.State == behavior.Set || i.Want.TotalTimeout.State == behavior.Set {
			timeouts.Remove("backendRequest") // without a stanza it would bound the whole request
		}
		if timeouts.Len() == 0 {
			edit().Remove("timeouts")
		}
	}
	if i.Want.IdempotencyKey.State == behavior.Set {
		gateway.SetHeader(edit(), i.Want.IdempotencyKey.Value, keyFormat(i.Want.IdempotencyKey.Value))
	}
}

// perTry says that a limit for each try goes with the stanza that made it one: a
// policy may be for several rules and has one such limit for all of them.
func (t *translation) perTry(i resolve.Intent, limit manifest.Value) {
	if limit.Exists() && i.Want.AttemptTimeout.State != behavior.Set {
		t.out.Say(i, finding.Shadows, fmt.Sprintf("timeouts.backendRequest of %s bounds each try only beside the retry stanza that the policy replaces", i.Place()),
			"without a stanza Envoy Gateway takes it for the whole request; with a totalTimeout it is taken out (v1.9.1 internal/gatewayapi/route.go:1099)",
			fmt.Sprintf("write attemptTimeout: %s in the policy to keep it", limit.Text()))
	}
}

// keyFormat keeps the client's key and else takes the request ID that Envoy makes
// for each request, before the first try.
func keyFormat(header string) string { return "%REQ(" + header + "?X-Request-Id)%" }

// carry writes one wish of a list into the policy that is on the target already,
// or into the new one of its name.
func (t *translation) carry(c carried, list []carried) {
	name := c.name
	holder := c.intent.Object // of the section, or the target itself
	if c.ref.kind == "Gateway" {
		holder = t.world.Get(c.intent.TargetID())
	}
	namespace, rawNamespace := c.intent.TargetID().Namespace, c.intent.Policy.Metadata.Namespace
	if holder != nil {
		namespace, rawNamespace = holder.ID().Namespace, holder.RawNamespace()
	}
	if existing := t.attached.on(namespace, c.ref); existing != nil {
		if !ours(existing, c, list) {
			t.out.Say(c.intent, finding.Conflicts, fmt.Sprintf("%s is on %s already, and on other objects as well", existing.ID(), c.ref),
				"two policies on one target do not merge: the older one wins (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1199)",
				"give the target a policy of its own, or take it out of that one")
			return
		}
		t.write(t.edits.Of(existing), c)
		return
	}
	t.shadow(c)
	key := namespace + "/" + name
	o := t.fresh[key]
	if o == nil {
		for n := 2; t.world.Get(manifest.ID{Group: group, Kind: kind, Namespace: namespace, Name: name}) != nil; n++ {
			name = fmt.Sprintf("%s-%d", c.intent.Policy.Metadata.Name, n)
		}
		o = manifest.New(apiVersion, kind, rawNamespace, name)
		o.Root().Put("spec", manifest.Map("targetRefs", manifest.List()))
		t.fresh[key] = o
		t.out.Objects = append(t.out.Objects, o)
		t.write(o, c)
	}
	o.At("spec", "targetRefs").Append(c.ref.value())
}

// shadow says which wider policy a new one hides, and that it does so as a whole.
func (t *translation) shadow(c carried) {
	wider := t.attached.wider(c.intent, c.ref, t.world)
	if wider == nil {
		return
	}
	t.out.Say(c.intent, finding.Shadows, fmt.Sprintf("the new policy on %s hides all of %s there", c.ref, wider.ID()),
		"the most specific policy holds as a whole, without a merge (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1402)",
		"repeat in it what the wider policy sets, or set mergeType on it")
}

var _ gateway.Gateway = Gateway{}
