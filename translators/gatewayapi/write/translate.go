// Package write puts policies into stanzas of HTTPRoutes and into retry budgets.
package write

import (
	"fmt"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi/api"
	"retryctl.dev/translators/stanza"
)

// Translate writes the retry stanza and the timeouts of each rule into its
// HTTPRoute, splitting rules by method where the policy limits methods: the
// stanza itself has no such limit.
func Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	row, _, _ := stanza.Meant(s)
	t := translation{settings: s, row: row, plan: plan,
		edits: gateway.NewEdits(plan.World, s), budgets: map[manifest.ID]*manifest.Object{}}
	t.edits.Counting, t.edits.Own = t.row.Counts(), func(o *manifest.Object) bool { return o.Is(api.BudgetGroup, api.BudgetKind) }
	for _, i := range plan.Intents {
		if t.usable(i) {
			t.intent(i)
		}
	}
	t.out.Objects = append(t.out.Objects, t.edits.Objects()...)
	return t.out
}

type translation struct {
	settings gateway.Settings
	row      stanza.Implementation
	plan     *resolve.Plan
	edits    *gateway.Edits
	out      gateway.Output
	budgets  map[manifest.ID]*manifest.Object // by Service
}

// usable says what a target cannot be used for.
func (t *translation) usable(i resolve.Intent) bool {
	kind := i.Target().Kind
	switch {
	case i.ID().Kind == "HTTPRoute" && i.Object != nil:
	case i.ID().Kind == "GRPCRoute" && kind != "GRPCRoute": // reached through a Gateway: Read tells
		return false
	case i.ID().Kind == "Service" && t.meshRoutes(i):
		return false
	case kind == "HTTPRoute" || kind == "Gateway" && i.Object == nil:
		t.out.Fail(i, finding.NeedsObject, fmt.Sprintf("the stanza is written into the HTTPRoute, and %s is not in the input", i.TargetID()), "",
			finding.Give("its manifest", ""))
		return false
	case kind == "Gateway":
		t.out.Fail(i, finding.NeedsObject, fmt.Sprintf("the stanza is written into HTTPRoutes, and none that is attached to %s is in the input", i.TargetID()), "",
			finding.Give("the manifests of its routes", ""))
		return false
	default:
		t.out.Say(i, finding.WrongTargetKind, fmt.Sprintf("the Gateway API has no retries for a %s", kind),
			"only HTTPRoute rules have the stanza (v1.7.0 apis/v1/httproute_types.go:331)", finding.Do("target an HTTPRoute"))
		return false
	}
	if !t.settings.Version.AtLeast(1, 7) {
		if stanza.Standard(t.settings) {
			t.out.Fail(i, finding.NeedsVersion, fmt.Sprintf("the standard channel of Gateway API %s has no retries", t.settings.Version),
				"the API server drops rules[].retry there without a word; it is in the standard channel from 1.7 on",
				finding.Do("install the experimental channel, or Gateway API 1.7"))
			return false
		}
		t.out.Say(i, finding.NeedsSetting, fmt.Sprintf("retries are in the experimental channel of Gateway API %s only", t.settings.Version),
			"with the standard channel the API server drops rules[].retry without a word", finding.Hint{})
	}
	return true
}

// meshRoutes reports whether a route with the Service as its parent carries the
// policy.
func (t *translation) meshRoutes(service resolve.Intent) bool {
	for _, i := range t.plan.Intents {
		if i.Policy == service.Policy && i.Ref == service.Ref && i.ID().Kind == "HTTPRoute" {
			return true
		}
	}
	return false
}

func (t *translation) intent(i resolve.Intent) {
	i.Methods |= route.ReachBy(t.row.Order(), route.Rules(i.Object), i.Rule)
	for _, part := range t.edits.Parts(i, &t.out) {
		rule := t.edits.Of(i.Object).At("spec", "rules").Index(part.Rule)
		if err := stanza.Write(rule, part.Want, t.row, t.settings.Version); err != nil {
			t.out.Say(i, finding.Conflicts, fmt.Sprintf("%s: %v", i.RuleName(), err), "",
				finding.Do("set totalTimeout in the policy, or raise timeouts.request"))
		}
	}
	if b := i.Want.Budget; b.State == behavior.Set && b.Value.Interval > 0 && !stanza.Standard(t.settings) {
		if !t.settings.Version.AtLeast(1, 3) {
			t.out.Say(i, finding.NeedsVersion, "a retry budget needs Gateway API 1.3", "XBackendTrafficPolicy came with 1.3, in the experimental channel", finding.Do("raise the version"))
			return
		}
		t.budget(i, b.Value)
	}
}

// budget writes an XBackendTrafficPolicy for the Services behind a rule.
func (t *translation) budget(i resolve.Intent, b behavior.Budget) {
	for _, id := range route.Backends(i.Object, i.Rule) {
		o := t.budgets[id]
		if o == nil {
			o = t.policyOn(i, id)
			t.budgets[id] = o
		}
		constraint := o.Root().Make("spec", "retryConstraint")
		constraint.Put("budget", manifest.Map("percent", b.Percent, "interval", gateway.Duration(b.Interval)))
		constraint.Put("minRetryRate", manifest.Map("count", b.MinPerSecond, "interval", "1s"))
	}
}

// policyOn gives the policy that a Service has already, to edit, or a new one.
func (t *translation) policyOn(i resolve.Intent, service manifest.ID) *manifest.Object {
	if existing := budgetOn(t.plan.World, service); existing != nil {
		return t.edits.Of(existing)
	}
	raw := i.Object.RawNamespace()
	if service.Namespace != i.Object.ID().Namespace {
		raw = service.Namespace
	}
	o := manifest.New(api.BudgetAPIVersion, api.BudgetKind, raw, i.Policy.Metadata.Name+"-"+service.Name)
	o.Root().Put("spec", manifest.Map("targetRefs", manifest.List(manifest.Map("group", "", "kind", "Service", "name", service.Name))))
	t.out.Objects = append(t.out.Objects, o)
	return o
}

func budgetOn(world *manifest.Set, service manifest.ID) *manifest.Object {
	for _, o := range world.Kind(api.BudgetGroup, api.BudgetKind) {
		for _, ref := range o.At("spec", "targetRefs").Items() {
			if o.ID().Namespace == service.Namespace && ref.At("name").Text() == service.Name && ref.At("kind").Text() == "Service" {
				return o
			}
		}
	}
	return nil
}
