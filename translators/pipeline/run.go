package pipeline

import (
	"context"
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// Options are what a caller says of a run, and what the input does not.
type Options struct {
	// To names the targets, each with a version if need be; without any, policies and
	// Configs say it.
	To []string
	// Usual names the targets of policies for which nothing else names one. Without any
	// it is the gateway that the input shows.
	Usual []string
	// Settings win over those of the input's Configs.
	Settings schema.ConfigSpec
	// Strict makes errors of warnings.
	Strict bool
	// Begin is called before each target, with its number from 0 on and how many there
	// are. It may be nil.
	Begin func(t translators.Target, n, of int)
	// Each is called with what every target comes to before the next one begins, and
	// may take out of it what is not needed any more, since it is much. It may be nil.
	Each func(*translators.Result) error
}

// An Outcome is everything that a run comes to.
type Outcome struct {
	// Results has one for each target: its plan, objects, effects and findings.
	Results []translators.Result
	// Findings are those about the input and those of every target.
	Findings finding.List
	// LeftOut has a finding for each policy that has an error and is in no object of
	// a target.
	LeftOut finding.List
	// Unusable says that an error is about more than single policies.
	Unusable bool
	earlier  earlier
}

// Usable reports whether the objects of an outcome may be given out: after an error half
// a set of retries would look like a whole one. With keepGoing those of policies without
// an error may, unless an error is about more than single policies.
func (out *Outcome) Usable(keepGoing bool) bool {
	return out.Findings.Count(finding.Error) == 0 || keepGoing && !out.Unusable
}

// Add adds findings; with strict, warnings are errors.
func (out *Outcome) Add(list finding.List, strict bool) {
	if strict {
		list = list.Strict()
	}
	out.Findings = append(out.Findings, list...).Sort()
}

// Settings are the defaults of a gateway, with what the Configs of the input say, and
// with what the caller says.
func (in Input) Settings(t translators.Source, own schema.ConfigSpec) gateway.Settings {
	s := gateway.Defaults(t.Gateway.Profile())
	s.Version = t.Version
	for _, c := range in.Configs {
		s.Apply(c.Spec)
	}
	s.Apply(own)
	return s
}

// Translate plans the policies of each assignment and has its gateway translate them,
// over an input from which what earlier runs wrote is taken back.
func (in Input) Translate(ctx context.Context, assignments []Assignment, o Options) (Outcome, error) {
	out := Outcome{Unusable: in.Unusable}
	in, out.earlier = in.takeBack(assignments)
	if o.Strict {
		in.Findings = in.Findings.Strict()
	}
	out.Findings = slices.Clip(in.Findings)
	err := in.each(ctx, assignments, o, func(t Translation) error {
		out.Findings = append(out.Findings, t.Planned...)
		out.Findings = append(out.Findings, t.Findings...)
		out.earlier.write(t.Objects)
		if o.Each != nil {
			if err := o.Each(&t.Result); err != nil {
				return err
			}
		}
		out.Results = append(out.Results, t.Result)
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	if err := out.settle(o); err != nil {
		return Outcome{}, err
	}
	out.Findings = out.Findings.Sort()
	out.LeftOut = in.leftOut(assignments, out.Findings)
	return out, nil
}

// A Translation is what one target comes to, and by what.
type Translation struct {
	translators.Result
	Target   translators.Target
	Settings gateway.Settings
	// Planned is what was found with the plan; it is empty where the plan is that of the
	// target before.
	Planned finding.List
}

// Translations is Translate for a caller that judges each target by itself. It gives the
// input without what earlier runs wrote, which its findings are about.
func (in Input) Translations(ctx context.Context, assignments []Assignment, o Options, each func(Translation) error) (Input, error) {
	in, _ = in.takeBack(assignments)
	if o.Strict {
		in.Findings = in.Findings.Strict()
	}
	return in, in.each(ctx, assignments, o, each)
}

func (in Input) each(ctx context.Context, assignments []Assignment, o Options, each func(Translation) error) error {
	var plan *resolve.Plan
	for n, a := range assignments {
		if err := ctx.Err(); err != nil {
			return err
		}
		if o.Begin != nil {
			o.Begin(a.Target, n, len(assignments))
		}
		var found finding.List
		if n == 0 || !slices.Equal(a.Policies, assignments[n-1].Policies) {
			plan, found = in.Plan(a, o.Strict)
		}
		s := in.Settings(a.Source(), o.Settings)
		result := translators.Run(a.Gateway, plan, s, o.Strict)
		if err := each(Translation{result, a.Target, s, found}); err != nil {
			return err
		}
	}
	return nil
}

// leftOut gives a finding for each policy that is not in the output of a target.
func (in Input) leftOut(assignments []Assignment, findings finding.List) (list finding.List) {
	type key struct {
		object  manifest.ID
		gateway string
	}
	wrong := map[key]bool{}
	for _, f := range findings {
		if f.Severity == finding.Error {
			wrong[key{f.Object, f.Gateway}] = true
		}
	}
	add := func(policy *schema.RetryPolicy, gateway string) {
		f := resolve.About(policy, finding.LeftOut, "metadata.name", resolve.PolicyID(policy).String()+" has an error, and the output is without it")
		f.Gateway = gateway
		list.Add(f)
	}
	for _, policy := range in.Broken {
		add(policy, "")
	}
	for _, a := range assignments {
		name := a.Gateway.Profile().Name
		for _, policy := range a.Policies {
			id := resolve.PolicyID(policy)
			if wrong[key{id, name}] || wrong[key{id, ""}] {
				add(policy, name)
			}
		}
	}
	return list
}
