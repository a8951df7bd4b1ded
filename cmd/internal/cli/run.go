package cli

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// A run is what the commands that translate have in common.
type run struct {
	input    input
	to       []string
	settings targeting
	strict   bool
	report   reporting
	// each is called with what every gateway has made, before the next one begins; it
	// may take out of it what is not needed any more. Nothing but the objects is kept.
	each func(*translators.Result) error
}

func (r *run) flags(cmd *cobra.Command) {
	r.input.flags(cmd)
	r.how(cmd)
}

// how adds the flags that are not about what is read.
func (r *run) how(cmd *cobra.Command) {
	names := translators.Names()
	cmd.Flags().StringArrayVar(&r.to, "to", nil, "`target` to translate to: all, "+strings.Join(names, ", ")+"; with @1.9 for a version; repeatable")
	cmd.Flags().BoolVar(&r.strict, "strict", false, "make an error of every warning that the policy does not accept")
	r.report.flags(cmd)
	r.settings.flags(cmd)
	completes(cmd, "to", append(names, "all"))
}

// outcome is everything that a run came to.
type outcome struct {
	results  []translators.Result
	findings finding.List
	// leftOut has a finding for each policy that has an error and is in no object of
	// a target. With an error about more than single policies the outcome is unusable.
	leftOut  finding.List
	unusable bool
	// earlier is what earlier runs wrote into the input.
	earlier earlier
}

// add adds findings to an outcome; with strict, warnings are errors.
func (r *run) add(out *outcome, list finding.List) {
	if r.strict {
		list = list.Strict()
	}
	out.findings = append(out.findings, list...).Sort()
}

// run reads, resolves and translates, for every gateway where nobody names one.
func (r *run) run(ctx context.Context, s Streams, cmd *cobra.Command, args []string) (outcome, error) {
	p, flags, err := r.read(ctx, s, cmd, args)
	if err != nil {
		return outcome{}, err
	}
	if p.given == 0 {
		return outcome{}, r.nothing(s.Err, p.findings)
	}
	assignments, _, err := r.assignments(p, "all")
	if err != nil {
		return outcome{}, err
	}
	return r.translate(ctx, p, flags, assignments)
}

// read reads and decodes the input, and gives what the flags say of the targets.
func (r *run) read(ctx context.Context, s Streams, cmd *cobra.Command, args []string) (project, schema.ConfigSpec, error) {
	flags, err := r.settings.spec(cmd)
	if err == nil {
		_, err = translators.ParseTargets(r.to)
	}
	if err != nil {
		return project{}, flags, err // before a file is read
	}
	objects, err := r.input.read(ctx, s.In, args)
	if err != nil {
		return project{}, flags, r.report.unreadable(s.Err, err)
	}
	p := decode(objects)
	p.findings = append(p.findings, r.input.passedOver()...)
	return p, flags, nil
}

// nothing ends a run without a policy: with what is wrong with the documents, or
// else with the fact itself.
func (r *run) nothing(w io.Writer, list finding.List) error {
	if list.Count(finding.Error) == 0 {
		return r.input.noPolicy()
	}
	return r.report.stop(w, list.Sorted())
}

// translate resolves and translates what is read.
func (r *run) translate(ctx context.Context, p project, flags schema.ConfigSpec, assignments []assignment) (outcome, error) {
	p.takeBack(assignments)
	if r.strict {
		p.findings = p.findings.Strict()
	}
	out := outcome{findings: slices.Clip(p.findings), unusable: p.unusable, earlier: p.earlier}
	var plan *resolve.Plan
	for n, e := range assignments {
		if err := ctx.Err(); err != nil {
			return outcome{}, err
		}
		if n == 0 || !slices.Equal(e.policies, assignments[n-1].policies) {
			var found finding.List
			plan, found = p.planFor(e, r.strict)
			out.findings = append(out.findings, found...)
		}
		result := translators.Run(e.Gateway, plan, settings(e.Target, p.configs, flags), r.strict)
		out.findings = append(out.findings, result.Findings...)
		out.earlier.write(result.Objects)
		if r.each != nil {
			if err := r.each(&result); err != nil {
				return outcome{}, err
			}
		}
		result.Places, result.Findings = nil, nil // the most of it; findings are the outcome's
		out.results = append(out.results, result)
	}
	if err := r.settle(&out); err != nil {
		return outcome{}, err
	}
	out.findings = out.findings.Sort()
	out.leftOut = leftOut(p, assignments, out.findings)
	return out, nil
}

// leftOut gives a finding for each policy that is not in the output of a target.
func leftOut(p project, assignments []assignment, findings finding.List) (list finding.List) {
	type key struct{ object, gateway string }
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
	for _, policy := range p.broken {
		add(policy, "")
	}
	for _, e := range assignments {
		name := e.Gateway.Profile().Name
		for _, policy := range e.policies {
			id := resolve.PolicyID(policy).String()
			if wrong[key{id, name}] || wrong[key{id, ""}] {
				add(policy, name)
			}
		}
	}
	return list
}
