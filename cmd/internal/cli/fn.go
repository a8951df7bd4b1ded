package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"

	"retryctl.dev/cmd/internal/fn"
	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/pipeline"
)

// A function is the run of a KRM function.
type function struct {
	run      run
	validate bool
}

func newFn(s Streams) *cobra.Command {
	f := function{run: run{gateways: s.Gateways, sources: s.sources()}}
	cmd := &cobra.Command{
		Use:   "fn",
		Short: "Run as a KRM function, for kustomize and kpt",
		Long: `Fn reads a ResourceList from standard input and prints it with the policies carried
out: edited objects in their places, new ones at the end. Policies are the
functionConfig, those among the items, and those in files that a Config names,
relative to the current folder. The functionConfig is not taken for an item.

Targets are those of --to, or of the key "to" of a functionConfig that is a
ConfigMap, else for each policy those of its annotation retryctl.dev/to, else those
of the Configs, else those of the annotation of a functionConfig that is a policy.
There is no default, because two gateways may want to edit one object.

Findings go to standard error, into the results of the list, and to --report, which
RETRYCTL_REPORT stands in for. After an error nothing is printed, and to be without a
policy is one, unless --allow-empty says that it is right. With --validate the list that
is printed has no items, as kustomize wants it of validators, and without targets
policies are checked as retryctl validate does.`,
		Example: `  cat list.yaml | retryctl fn --to envoy-gateway
  cat list.yaml | retryctl fn --validate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.execute(cmd, s) },
	}
	f.run.how(cmd)
	f.run.input.empty(cmd)
	cmd.Flags().BoolVar(&f.validate, "validate", false, "print no items, only results")
	return cmd
}

// execute prints nothing but a whole list that has no errors: a caller takes what
// is missing from it for deleted.
func (f *function) execute(cmd *cobra.Command, s Streams) error {
	flags, err := f.run.settings.spec(cmd)
	if err != nil {
		return err
	}
	if _, err := f.run.gateways.ParseTargets(f.run.to); err != nil {
		return err // before anything is read
	}
	raw, err := io.ReadAll(io.LimitReader(s.In, manifest.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	if len(raw) > manifest.MaxBytes {
		return fmt.Errorf("read standard input: larger than %d MiB, the most that is read at once", manifest.MaxBytes>>20)
	}
	text, err := fn.Execute(raw, func(rl *framework.ResourceList) error { return f.process(cmd.Context(), s, flags, rl) })
	if err != nil {
		return err
	}
	_, err = s.Out.Write(text)
	return err
}

// process carries out the policies in a list.
func (f *function) process(ctx context.Context, s Streams, flags schema.ConfigSpec, rl *framework.ResourceList) error {
	given, err := fn.Read(rl, f.follow(ctx))
	if err != nil {
		return f.run.report.unreadable(s.Err, err)
	}
	if len(f.run.to) == 0 {
		f.run.to = given.To
	}
	in := given.Decode(f.run.gateways)
	in.Findings = append(in.Findings, f.run.input.passedOver()...)
	if in.Given == 0 && !f.run.input.allowEmpty {
		return f.run.nothing(s.Err, in.Findings)
	}
	assignments, lost, err := in.Assign(f.run.to, given.Usual()...)
	if err != nil {
		return err
	}
	if len(lost) > 0 && !f.validate {
		return fmt.Errorf("no targets for %s: give --to, the annotation %s on it or on the functionConfig, or spec.targets in a Config",
			resolve.PolicyID(lost[0]), pipeline.ToAnnotation)
	}
	f.run.each = lean
	out, err := in.Translate(ctx, assignments, f.run.options(ctx, flags))
	if err != nil {
		return err
	}
	_, found := in.Plan(pipeline.Assignment{Policies: lost}, f.run.strict)
	items, conflicts := given.Edited(rl.Items, out)
	list := given.Findings(slices.Concat(out.Findings, found, conflicts))
	if err := f.run.report.save(list); err != nil {
		return err
	}
	if err := f.run.report.print(s.Err, list); err != nil {
		return err
	}
	rl.Results = given.Results(list)
	if rl.Items = items; f.validate {
		rl.Items = nil
	}
	return nil
}

// follow reads the files that a Config in a list names, relative to the current folder.
func (f *function) follow(ctx context.Context) func(*manifest.Object) ([]*manifest.Object, error) {
	r := reading{ctx: ctx, selection: &f.run.input.selection}
	return func(o *manifest.Object) ([]*manifest.Object, error) {
		file, before := o.File, len(r.objects)
		o.File = "<stdin>" // of which names are relative to the current folder
		err := r.follow(o)
		o.File = file
		return r.objects[before:], err
	}
}
