package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/translators"
	"retryctl.dev/translators/diff"
)

// errDiffers ends a diff that found something: it has the status of findings.
var errDiffers = fmt.Errorf("the two sides differ: %w", errFindings)

// A difference is what the command compares, and how.
type difference struct {
	run     run
	against string
	by      word
	form    word
}

func newDiff(s Streams) *cobra.Command {
	d := difference{
		run:  run{gateways: s.Gateways, sources: s.sources()},
		by:   word{value: "text", allowed: []string{"text", "behavior"}},
		form: word{value: "text", allowed: diff.Forms()},
	}
	cmd := &cobra.Command{
		Use:   "diff -f FILE... --against FILE | OLD NEW",
		Short: "Compare what policies translate to, or a file or folder, with what is there",
		Long: `Diff translates like translate does and compares every object with the one of its
name among those of --against: a file, a folder, or - for standard input. With two
files or folders instead it compares these: KUBECTL_EXTERNAL_DIFF="retryctl diff" has
kubectl diff do that.

Targets are those that translate would have. Both sides are brought into one form first. What servers and tools add (managedFields,
status, marks of kubectl, Argo CD, Helm), defaults of the schema, the spelling of
durations and numbers, and the order of lists without one make no difference. Routes
and Services that only --against has are used as if given with -f, and manifests given
with -f are compared as far as --against has them. What fights what would be written,
such as a second policy on a target, is a finding.

The forms: text is a unified diff of each object, fields is path by path, behavior says
what changes for requests, json is both of these for programs.

Exit status: 0 no difference, 1 a difference, 2 could not run, or a policy has an error
and is not compared. With --by=behavior only what changes for requests is a difference.`,
		Example: `  retryctl diff -f policies/ -f routes.yaml --against live/ --to envoy-gateway
  kubectl get httproutes,backendtrafficpolicies -A -o yaml | retryctl diff -f policies/ --against - --to envoy-gateway -o behavior
  retryctl diff old.yaml new.yaml`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := d.compare(cmd, s, args)
			if err != nil {
				return err
			}
			if err := d.run.report.save(c.Findings); err != nil {
				return err
			}
			if err := whole(s.Out, func(w io.Writer) error { return c.Write(w, d.form.value) }); err != nil {
				return err
			}
			switch err := d.run.report.print(s.Err, c.Findings); {
			case errors.Is(err, errFindings):
				return errReported
			case err != nil:
				return err
			}
			if c.Differs(d.by.value == "behavior") {
				return errDiffers
			}
			return nil
		},
	}
	d.run.flags(cmd)
	cmd.Flags().StringVar(&d.against, "against", "", "`file`, folder or - for standard input, with the objects that are there")
	addWord(cmd, &d.by, "by", "", "`what` counts as a difference for the exit status")
	addWord(cmd, &d.form, "output", "o", "`form` of the difference")
	cmd.MarkFlagFilename("against", "yaml", "yml", "json") //nolint:errcheck // the flag exists
	return cmd
}

// compare finds out what differs between the two sides that the flags name.
func (d *difference) compare(cmd *cobra.Command, s Streams, args []string) (diff.Comparison, error) {
	switch policies := len(d.run.input.files) > 0; {
	case len(args) == 2 && !policies && d.against == "":
		return d.sides(cmd, s, args[0], args[1])
	case len(args) == 0 && policies && d.against != "":
		return d.translation(cmd, s)
	}
	return diff.Comparison{}, errors.New("give policies with -f and what is there with --against, or two files or folders")
}

// options are what the flags say of a comparison.
func (d *difference) options(ctx context.Context, flags schema.ConfigSpec) diff.Options {
	behavior := d.by.value == "behavior" || d.form.value == "behavior" || d.form.value == "json"
	return diff.Options{Options: d.run.options(ctx, flags), Behavior: behavior}
}

// translation compares what policies translate to with what is there.
func (d *difference) translation(cmd *cobra.Command, s Streams) (diff.Comparison, error) {
	flags, err := d.run.settings.spec(cmd)
	if err != nil {
		return diff.Comparison{}, err
	}
	if _, err := d.run.gateways.ParseTargets(d.run.to); err != nil {
		return diff.Comparison{}, err
	}
	given, existing, passed, err := d.read(cmd, s)
	if err != nil {
		return diff.Comparison{}, err
	}
	in := diff.Decode(d.run.gateways, given, existing)
	in.Findings = append(in.Findings, passed...)
	if in.Given == 0 {
		return diff.Comparison{}, d.run.nothing(s.Err, in.Findings)
	}
	assignments, err := in.AssignShown(d.run.to)
	if err != nil {
		return diff.Comparison{}, d.run.report.also(s.Err, in.Findings, err)
	}
	return diff.Translation(cmd.Context(), in, given, existing, assignments, d.options(cmd.Context(), flags))
}

// sides compares the objects of two files or folders.
func (d *difference) sides(cmd *cobra.Command, s Streams, from, to string) (diff.Comparison, error) {
	flags, err := d.run.settings.spec(cmd)
	if err != nil {
		return diff.Comparison{}, err
	}
	targets, err := d.run.gateways.ParseTargets(d.run.to)
	if err != nil {
		return diff.Comparison{}, err
	}
	var sources []translators.Source
	for _, t := range targets {
		sources = append(sources, t.Source())
	}
	var both [2]diff.Side
	for n, name := range []string{from, to} {
		r := reading{ctx: cmd.Context(), recursive: d.run.input.recursive, whole: true, selection: &selection{}}
		if err := r.side(name); err != nil {
			return diff.Comparison{}, d.run.report.unreadable(s.Err, fmt.Errorf("%w", err))
		}
		both[n] = diff.Side{Name: name, Objects: r.objects}
	}
	return diff.Sides(d.run.sources, both[0], both[1], sources, d.options(cmd.Context(), flags)), nil
}
