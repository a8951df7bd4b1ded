package translators

import (
	"fmt"
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/admission"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// refused finds the objects of a translation that the API server would refuse: an
// error of the policies that they are written for, since the rest would be applied
// without them. It is a warning where the server refuses the object as it is given.
func refused(g gateway.Target, plan *resolve.Plan, objects []*manifest.Object, s gateway.Settings) []gateway.Said {
	checker := admission.NewChecker()
	var said []gateway.Said
	for _, o := range objects {
		now := checker.Check(o)
		if len(now) == 0 {
			continue
		}
		var given []admission.Refusal
		if before := plan.World.Get(o.ID()); before != nil {
			given = checker.Check(before)
		}
		isNew := func(r admission.Refusal) bool { return !slices.ContainsFunc(given, r.Same) }
		first, severity := now[0], finding.Warning
		message, hint := "%s is refused as it is given: %s", "mend the object; its edit changes nothing about that"
		if n := slices.IndexFunc(now, isNew); n >= 0 {
			first, severity = now[n], finding.Error
			message, hint = "%s would be refused: %s", "divide the object, or what the policy is for"
		}
		for _, p := range writers(g, plan, o, s) {
			ref := slices.IndexFunc(plan.Intents, func(i resolve.Intent) bool { return i.Policy == p })
			f := resolve.About(p, finding.WouldBeRefused, fmt.Sprintf("spec.targetRefs[%d]", plan.Intents[ref].Ref), fmt.Sprintf(message, o.ID(), first))
			f.Reason, f.Hint, f.Severity = "its CRD says so, and the API server holds every object to it", finding.Do(hint), severity
			said = append(said, gateway.Said{Policy: p, Finding: f})
		}
	}
	return said
}

// writers gives the policies for which an object is written: those for its rules, or
// those that write it when they are translated alone, or else all.
func writers(g gateway.Target, plan *resolve.Plan, o *manifest.Object, s gateway.Settings) []*schema.RetryPolicy {
	var all, own, alone []*schema.RetryPolicy
	for _, i := range plan.Intents {
		if !slices.Contains(all, i.Policy) {
			all = append(all, i.Policy)
		}
		if i.ID() == o.ID() && !slices.Contains(own, i.Policy) {
			own = append(own, i.Policy)
		}
	}
	if len(own) > 0 {
		return own
	}
	for _, p := range all {
		others := map[*schema.RetryPolicy]bool{}
		for _, other := range all {
			others[other] = other != p
		}
		written := g.Translate(plan.Without(others), s).Objects
		if slices.ContainsFunc(written, func(w *manifest.Object) bool { return w.ID() == o.ID() }) {
			alone = append(alone, p)
		}
	}
	if len(alone) == 0 {
		return all
	}
	return alone
}
