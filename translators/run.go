package translators

import (
	"maps"
	"slices"
	"sync"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators/gateway"
)

// A Result is what one gateway makes of a plan.
type Result struct {
	Gateway gateway.Profile
	Version gateway.Version
	// Plan is the one that the gateway was given.
	Plan *resolve.Plan
	// Objects are the new and the edited ones, without those of policies that
	// have errors. Each has a mark by which a later run takes back what is written
	// in it.
	Objects []*manifest.Object
	// Rules say what each intent came to, those of policies with errors included.
	Rules []RuleEffects
	// Findings are every difference and every word of the translator.
	Findings finding.List
}

// RuleEffects is an intent with what the gateway makes of it.
type RuleEffects struct {
	// Intent is one of the plan's, or one for a rule that sends to the Service of such.
	Intent  *resolve.Intent
	Effects []behavior.Effect
}

// Run has a gateway translate a plan, reads its output back over the plan's world
// and compares. A policy with an error is left out of the objects; the others are
// translated without it, and must not reach its rules. With strict every loss that
// is not accepted is an error.
func Run(g gateway.Target, plan *resolve.Plan, s gateway.Settings, strict bool) Result {
	result := Result{Gateway: g.Profile(), Version: s.Version, Plan: plan}
	if !result.Gateway.Listeners {
		plan = plan.Joined()
	}
	first := review{profile: result.Gateway, strict: strict, used: map[acceptance]bool{}}
	found, sharing := first.findings(nil, sharedRules(result.Gateway, plan))
	order := orderOf(g, plan.World, s)
	result.Findings, plan = found, order.reaching(plan.Without(sharing))
	failed := map[*schema.RetryPolicy]bool{}
	before := sync.OnceValue(func() gateway.Reader { return g.Reader(plan.World, s) })
	for {
		out := g.Translate(plan, s)
		undo.Mark(result.Gateway.Name, plan.World, out.Objects, Gateways{g}.Normal())
		seen := inSight(result.Gateway, plan)
		world := plan.World.With(out.Objects...)
		both := change{before, g.Reader(world, s)}
		rules := read(result.Gateway, seen, both.after)
		r := review{profile: result.Gateway, strict: strict, used: maps.Clone(first.used), written: names(out.Objects)}
		r.before = sync.OnceValue(func() [][]behavior.Effect { return gateway.Collect(before(), seen) })
		findings, errors := r.findings(rules, slices.Concat(out.Said, uncovered(result.Gateway, rules, out.Said), programs(rules), faults(result.Gateway, s, rules),
			order.elsewhere(result.Gateway, plan, world, both.after),
			bystanders(plan, out.Objects, both), failedRules(plan, out.Objects, both), refused(g, plan, out.Objects, s)))
		fresh := false
		for p := range errors {
			fresh = fresh || !failed[p]
			failed[p] = true
		}
		if !fresh {
			result.Objects, result.Findings = out.Objects, append(result.Findings, findings...)
			if len(result.Rules) == 0 {
				result.Rules = rules // which are many
				return result
			}
			result.Rules = append(result.Rules, rules...)
			return result
		}
		for _, rule := range rules {
			if errors[rule.Intent.Policy] {
				result.Rules = append(result.Rules, rule)
			}
		}
		result.Findings = append(result.Findings, only(findings, errors)...)
		order.keep(errors)
		plan = plan.Without(errors)
	}
}

// A change is what reads the world of a plan, and that world with a translation.
type change struct {
	before func() gateway.Reader
	after  gateway.Reader
}

// only gives the findings about some policies.
func only(findings finding.List, policies map[*schema.RetryPolicy]bool) finding.List {
	names := map[manifest.ID]bool{}
	for p := range policies {
		names[resolve.PolicyID(p)] = true
	}
	var some finding.List
	for _, f := range findings {
		if names[f.Object] {
			some = append(some, f)
		}
	}
	return some
}
