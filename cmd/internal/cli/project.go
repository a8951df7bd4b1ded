package cli

import (
	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A project is a decoded input.
type project struct {
	// given is the number of RetryPolicies, those with errors included.
	given    int
	policies []*schema.RetryPolicy
	// broken are the policies with errors: their rules are not left to others.
	broken   []*schema.RetryPolicy
	configs  []*schema.Config
	world    *manifest.Set
	findings finding.List
	// unusable says that an error is about more than single policies, so that
	// nothing can be said about any of them.
	unusable bool
	// earlier is what earlier runs wrote for the targets of this one. It is not in the
	// world.
	earlier earlier
	// alone says that no manifests are given, only retryctl's own kinds.
	alone bool
}

// decode sorts objects into policies, settings and manifests, and checks the
// first two. Policies with errors are left out.
func decode(objects []*manifest.Object) project {
	objects = withoutRepeats(objects)
	p := project{world: manifest.NewSet(objects), alone: true}
	twice := map[manifest.ID]bool{}
	for _, o := range manifest.Twice(objects) {
		twice[o.ID()] = true
		p.unusable = p.unusable || !o.Is(schema.Group, schema.Kind)
		p.findings.Add(finding.Finding{
			Code: finding.GivenTwice, Object: o.ID().String(), Message: o.ID().String() + " is given twice",
			Hint: "keep one of the two", File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
		})
	}
	for _, o := range objects {
		switch {
		case !schema.Ours(o):
			p.alone = false
		case o.ID().Kind == schema.ConfigKind:
			config, findings := schema.DecodeConfig(o)
			if findings.Count(finding.Error) == 0 {
				findings = append(findings, schema.ValidateConfig(config)...)
			}
			p.findings = append(p.findings, findings...)
			p.configs = append(p.configs, config)
			p.unusable = p.unusable || findings.Count(finding.Error) > 0
		default:
			p.policy(o, twice[o.ID()])
		}
	}
	return p
}

func (p *project) policy(o *manifest.Object, twice bool) {
	policy, findings := schema.Decode(o)
	if o.ID().Kind == schema.Kind {
		p.given++
	}
	if findings.Count(finding.Error) == 0 {
		findings = append(findings, schema.Validate(policy)...)
		findings = append(findings, misdirected(policy)...)
	}
	p.findings = append(p.findings, findings...)
	if findings.Count(finding.Error) == 0 && !twice {
		p.policies = append(p.policies, policy)
	} else {
		p.broken = append(p.broken, policy)
	}
}

// plan resolves the policies and adds what is found; with strict, warnings about
// the input are errors. A policy that has an error is not in the plan.
func (p *project) plan(strict bool) *resolve.Plan {
	plan, findings := resolve.Resolve(p.policies, p.world, p.broken...)
	p.findings = append(p.findings, findings...)
	if strict {
		p.findings = p.findings.Strict()
	}
	wrong := map[string]bool{}
	for _, f := range p.findings {
		if f.Severity == finding.Error {
			wrong[f.Object] = true
		}
	}
	failed := map[*schema.RetryPolicy]bool{}
	for _, policy := range p.policies {
		failed[policy] = p.unusable || wrong[resolve.PolicyID(policy).String()]
	}
	return plan.Without(failed)
}
