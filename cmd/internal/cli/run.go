package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

// A run is what the commands that translate have in common.
type run struct {
	gateways translators.Gateways
	// sources are what is read, the gateways among them.
	sources  translators.Sources
	input    input
	to       []string
	settings targeting
	strict   bool
	report   reporting
	// each is that of pipeline.Options.
	each func(*translators.Result) error
}

func (r *run) flags(cmd *cobra.Command) {
	r.input.flags(cmd, r.gateways)
	r.how(cmd)
}

// how adds the flags that are not about what is read.
func (r *run) how(cmd *cobra.Command) {
	names := r.gateways.Names()
	cmd.Flags().StringArrayVar(&r.to, "to", nil, "`target` to translate to: all, "+strings.Join(names, ", ")+"; with @1.9 for a version; repeatable")
	cmd.Flags().BoolVar(&r.strict, "strict", false, "make an error of every warning that the policy does not accept")
	r.report.flags(cmd)
	r.settings.flags(cmd, r.gateways.Documents())
	completes(cmd, "to", append(names, "all"))
}

// options are what the flags say of a run.
func (r *run) options(ctx context.Context, flags schema.ConfigSpec) pipeline.Options {
	return pipeline.Options{Begin: begun(ctx), To: r.to, Settings: flags, Strict: r.strict, Each: r.each}
}

// translateAll translates what is read, for every gateway where nobody names one.
func (r *run) translateAll(ctx context.Context, s Streams, in pipeline.Input, flags schema.ConfigSpec) (pipeline.Outcome, error) {
	if in.Given == 0 {
		return pipeline.Outcome{}, r.nothing(s.Err, in.Findings)
	}
	assignments, _, err := in.Assign(r.to, "all")
	if err != nil {
		return pipeline.Outcome{}, err
	}
	return in.Translate(ctx, assignments, r.options(ctx, flags))
}

// read reads and decodes the input, and gives what the flags say of the targets.
func (r *run) read(ctx context.Context, s Streams, cmd *cobra.Command, args []string) (pipeline.Input, schema.ConfigSpec, error) {
	flags, err := r.settings.spec(cmd)
	if err == nil {
		_, err = r.gateways.ParseTargets(r.to)
	}
	if err != nil {
		return pipeline.Input{}, flags, err // before a file is read
	}
	doing(ctx, "retryctl: reading the input")
	objects, err := r.input.read(ctx, s.In, args)
	if err != nil {
		return pipeline.Input{}, flags, r.report.unreadable(s.Err, err)
	}
	in := pipeline.Decode(r.gateways, objects)
	in.Findings = append(in.Findings, r.input.passedOver()...)
	return in, flags, nil
}

// nothing ends a run without a policy: with what is wrong with the documents, or
// else with the fact itself.
func (r *run) nothing(w io.Writer, list finding.List) error {
	if list.Count(finding.Error) == 0 {
		return r.input.noPolicy()
	}
	return r.report.stop(w, list.Sorted())
}

// lean takes out of a result all but the objects: it is the most of it.
func lean(result *translators.Result) error {
	result.Plan, result.Rules, result.Findings = nil, nil, nil
	return nil
}
