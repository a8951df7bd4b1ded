package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
)

// A run is what the commands that translate have in common.
type run struct {
	input    input
	to       []string
	settings targeting
	strict   bool
	report   reporting
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
	cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(append(names, "all"), cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
}

// outcome is everything that a run came to.
type outcome struct {
	results  []translators.Result
	findings finding.List
}

// run reads, resolves and translates.
func (r *run) run(ctx context.Context, s Streams, cmd *cobra.Command, args []string) (outcome, error) {
	flags, err := r.settings.spec(cmd)
	if err != nil {
		return outcome{}, err
	}
	if _, err := translators.ParseTargets(r.to); err != nil {
		return outcome{}, err // before a file is read
	}
	objects, err := r.input.read(ctx, s.In, args)
	if err != nil {
		return outcome{}, r.report.unreadable(s.Err, err)
	}
	p := decode(objects)
	if p.given == 0 {
		return outcome{}, r.report.nothing(s.Err, p.findings)
	}
	return r.translate(ctx, p, flags)
}

// translate resolves and translates what is read.
func (r *run) translate(ctx context.Context, p project, flags schema.ConfigSpec) (outcome, error) {
	targets, err := r.targets(p)
	if err != nil {
		return outcome{}, err
	}
	plan := p.plan(r.strict)
	out := outcome{findings: p.findings}
	for _, t := range targets {
		if err := ctx.Err(); err != nil {
			return outcome{}, err
		}
		result := translators.Run(t.Gateway, plan, settings(t, p.configs, flags), r.strict)
		out.results = append(out.results, result)
		out.findings = append(out.findings, result.Findings...)
	}
	out.findings = out.findings.Sorted()
	return out, nil
}

// targets are those of the flags, else those of the Configs, else all.
func (r *run) targets(p project) ([]translators.Target, error) {
	to := r.to
	for _, c := range p.configs {
		if len(r.to) == 0 {
			to = append(to, c.Spec.Targets...)
		}
	}
	if len(to) == 0 {
		to = []string{"all"}
	}
	return translators.ParseTargets(to)
}
