package pipeline

import (
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// An Input is what is known of objects before any target is: the policies, the settings
// and the manifests among them.
type Input struct {
	// Gateways are those that a run can be for.
	Gateways translators.Gateways
	// Given is the number of RetryPolicies, those with errors included.
	Given int
	// Policies are those without errors.
	Policies []*schema.RetryPolicy
	// Broken are the policies with errors: their rules are not left to others.
	Broken []*schema.RetryPolicy
	// Configs are the settings.
	Configs []*schema.Config
	// World is every object.
	World *manifest.Set
	// Findings are what decoding has found.
	Findings finding.List
	// Unusable says that an error is about more than single policies, so that
	// nothing can be said about any of them.
	Unusable bool
	// Alone says that no manifests are given, only retryctl's own kinds.
	Alone bool
}

// Decode sorts objects into policies, settings and manifests, and checks the
// first two. Policies with errors are left out. All are the gateways that a run can be
// for.
func Decode(all translators.Gateways, objects []*manifest.Object) Input {
	objects = withoutRepeats(objects)
	in := Input{Gateways: all, World: manifest.NewSet(objects), Alone: true}
	twice, documents := map[manifest.ID]bool{}, all.Documents()
	for _, o := range manifest.Twice(objects) {
		twice[o.ID()] = true
		in.Unusable = in.Unusable || !o.Is(schema.Group, schema.Kind)
		in.Findings.Add(finding.Finding{
			Code: finding.GivenTwice, Object: o.ID(), Message: o.ID().String() + " is given twice",
			Hint: finding.Do("keep one of the two"), File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
		})
	}
	for _, o := range objects {
		switch {
		case !schema.Ours(o):
			in.Alone = false
			in.Findings = append(in.Findings, unknownFields(o)...)
		case o.ID().Kind == schema.ConfigKind:
			config, findings := schema.DecodeConfig(o, documents)
			if findings.Count(finding.Error) == 0 {
				findings = append(findings, schema.ValidateConfig(config, documents)...)
			}
			in.Findings = append(in.Findings, findings...)
			in.Configs = append(in.Configs, config)
			in.Unusable = in.Unusable || findings.Count(finding.Error) > 0
		default:
			in.policy(o, documents, twice[o.ID()])
		}
	}
	return in
}

func (in *Input) policy(o *manifest.Object, documents schema.Gateways, twice bool) {
	policy, findings := schema.Decode(o)
	if o.ID().Kind == schema.Kind {
		in.Given++
	}
	if findings.Count(finding.Error) == 0 {
		findings = append(findings, schema.Validate(policy, documents)...)
		findings = append(findings, in.misdirected(policy)...)
	}
	in.Findings = append(in.Findings, findings...)
	if findings.Count(finding.Error) == 0 && !twice {
		in.Policies = append(in.Policies, policy)
	} else {
		in.Broken = append(in.Broken, policy)
	}
}

// Plan resolves the policies of an assignment, and gives what is found with them and in
// the input; with strict, warnings are errors. Policies for other targets have no part in
// the plan, and one that has an error is not translated.
func (in Input) Plan(a Assignment, strict bool) (*resolve.Plan, finding.List) {
	plan, found := in.Gateways.Shapes().Resolve(a.Policies, in.World, in.Broken...)
	found = slices.Concat(in.Findings, found)
	if strict {
		found = found.Strict()
	}
	wrong := map[manifest.ID]bool{}
	for _, f := range found {
		if f.Severity == finding.Error {
			wrong[f.Object] = true
		}
	}
	failed := map[*schema.RetryPolicy]bool{}
	for _, policy := range a.Policies {
		failed[policy] = in.Unusable || wrong[resolve.PolicyID(policy)]
	}
	return plan.Without(failed), found
}
