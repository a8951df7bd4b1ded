package translators

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
)

// An order is that in which a gateway tries the matches of a plan's world, where it
// is not the Gateway API's.
type order struct {
	table       *precedence.Table // nil where the Gateway API's order holds
	differences []precedence.Difference
	// about is the policy that the finding of a pair of rules is about, told is set
	// once it stays.
	about map[pair]*schema.RetryPolicy
	told  map[pair]bool
}

// A pair is the rule to which requests belong, and the one that serves them.
type pair struct{ owner, server resolve.RuleID }

func orderOf(g gateway.Target, world *manifest.Set, s gateway.Settings) order {
	o := order{about: map[pair]*schema.RetryPolicy{}, told: map[pair]bool{}}
	if own, ok := g.(gateway.Orderer); ok {
		o.table = own.Order(world, s)
		o.differences = o.table.Differences()
	}
	return o
}

// reaching gives the plan with the methods of each intent being those with which
// requests reach its rule on this gateway.
func (o order) reaching(plan *resolve.Plan) *resolve.Plan {
	if o.table == nil {
		return plan
	}
	reached := func(intents []resolve.Intent) []resolve.Intent {
		intents = slices.Clone(intents)
		for n, i := range intents {
			if at := (resolve.RuleID{ID: i.ID(), Rule: i.Rule}); i.Rule >= 0 && i.Object != nil {
				intents[n].Methods = o.table.Reach(at)
			}
		}
		return intents
	}
	return &resolve.Plan{World: plan.World, Intents: reached(plan.Intents), Failed: reached(plan.Failed)}
}

// elsewhere finds the requests that by the Gateway API belong to one rule and are
// served by another, where a policy is for one of the two. It is about the policy of
// the rule that serves them where these requests may run twice by it against the
// other's, and else about that of the rule to which they belong.
func (o order) elsewhere(profile gateway.Profile, plan *resolve.Plan, world *manifest.Set, after gateway.Reader) []gateway.Said {
	if len(o.differences) == 0 {
		return nil
	}
	of := map[resolve.RuleID]*resolve.Intent{}
	for n := range plan.Intents {
		i := &plan.Intents[n]
		of[resolve.RuleID{ID: i.ID(), Rule: i.Rule}] = i
	}
	failed := map[resolve.RuleID]*resolve.Intent{}
	for n := range plan.Failed {
		i := &plan.Failed[n]
		failed[resolve.RuleID{ID: i.ID(), Rule: i.Rule}] = i
	}
	var said []gateway.Said
	for _, d := range o.differences {
		owner, server := of[d.Rule], of[d.By]
		wish := owner
		if wish == nil {
			wish = failed[d.Rule]
		}
		about := owner
		if about == nil {
			about = server
		}
		if about == nil || o.told[pair{d.Rule, d.By}] {
			continue
		}
		severity := finding.OtherOrder.Severity()
		switch {
		case wish != nil && o.unsafe(d, wish.Want, world, after):
			severity = finding.Error
			if server != nil {
				about = server
			}
		case owner != nil && server != nil && owner.Policy == server.Policy:
			severity = finding.Note // what they get is the same
		case server == nil && failed[d.By] != nil:
			severity = finding.Note // the other policy's errors come first
		}
		o.about[pair{d.Rule, d.By}] = about.Policy
		said = append(said, gateway.Said{Policy: about.Policy, Finding: otherOrder(profile, d, about, world, severity)})
	}
	return said
}

// keep notes that the findings about policies with errors stay when the others are
// translated again.
func (o order) keep(errors map[*schema.RetryPolicy]bool) {
	for at, p := range o.about {
		o.told[at] = o.told[at] || errors[p]
	}
	clear(o.about)
}

// unsafe reports whether requests that may not run twice may do so where they are
// served, against the wish for the rule to which they belong.
func (o order) unsafe(d precedence.Difference, want behavior.Behavior, world *manifest.Set, after gateway.Reader) bool {
	object := world.Get(d.By.ID)
	if object == nil {
		return false
	}
	if object.Original != nil {
		object = object.Original
	}
	i := resolve.Intent{Object: object, Rule: d.By.Rule, Methods: d.Methods, Policy: &schema.RetryPolicy{
		Metadata: schema.Metadata{Namespace: d.By.ID.Namespace, Name: d.By.ID.Name},
		Spec:     schema.Spec{TargetRefs: []schema.TargetRef{{Group: d.By.ID.Group, Kind: d.By.ID.Kind, Name: d.By.ID.Name}}},
	}}
	for _, e := range gateway.Collect(after, []resolve.Intent{i})[0] {
		if e.Methods &= d.Methods; e.Methods == 0 {
			continue
		}
		if slices.ContainsFunc(behavior.Compare(want, e), func(d behavior.Diff) bool { return d.Code == finding.UnsafeRetry }) {
			return true
		}
	}
	return false
}

// otherOrder says where requests go instead.
func otherOrder(profile gateway.Profile, d precedence.Difference, about *resolve.Intent, world *manifest.Set, severity finding.Severity) finding.Finding {
	requests := "requests to " + d.Request.String()
	if d.Methods != behavior.AllMethods {
		requests = strings.Join(d.Methods.Each(), ", ") + " " + d.Request.String()
	}
	rule, by := placeName(d.Rule, world), placeName(d.By, world)
	message := fmt.Sprintf("on %s, %s is served by %s, and by the Gateway API it belongs to %s", profile.Title, requests, by, rule)
	switch {
	case d.Perhaps:
		message = fmt.Sprintf("on %s, %s is served by %s where it is at the same entry point, and by the Gateway API it belongs to %s", profile.Title, requests, by, rule)
	case d.Open:
		message = fmt.Sprintf("on %s, %s may be served by %s instead of %s, to which it belongs by the Gateway API", profile.Title, requests, by, rule)
	}
	f := resolve.About(about.Policy, finding.OtherOrder, fmt.Sprintf("spec.targetRefs[%d]", about.Ref), message)
	f.Reason, f.Severity, f.Class = profile.Reasons["order"], severity, finding.Approximated
	switch {
	case severity == finding.Error:
		f.Class = finding.Widened
	case d.Open, d.Perhaps:
		f.Class = finding.Unknown
	}
	if d.By.ID.Group != route.Group {
		f.Hint = finding.Do(fmt.Sprintf("take %s and %s apart by hostname, path or what they listen on", rule, by))
		return f
	}
	f.Hint = finding.Do(fmt.Sprintf("repeat the conditions of %s in a match of %s, so that they count for both, or take the two apart by path", by, rule))
	return f
}

func placeName(p resolve.RuleID, world *manifest.Set) string {
	name := ""
	if o := world.Get(p.ID); o != nil {
		for n, rule := range resolve.RulesOf(o) {
			if n == p.Rule {
				name = rule.Name
			}
		}
	}
	return resolve.RuleName(p.ID, name, p.Rule)
}
