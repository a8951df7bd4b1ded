package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// A function is the run of a KRM function.
type function struct {
	run      run
	validate bool
}

func newFn(s Streams) *cobra.Command {
	var f function
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
	if _, err := translators.ParseTargets(f.run.to); err != nil {
		return err // before anything is read
	}
	raw, err := io.ReadAll(io.LimitReader(s.In, manifest.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	if len(raw) > manifest.MaxBytes {
		return fmt.Errorf("read standard input: larger than %d MiB, the most that is read at once", manifest.MaxBytes>>20)
	}
	var out bytes.Buffer
	rw := &kio.ByteReadWriter{Reader: bytes.NewReader(raw), Writer: &out, KeepReaderAnnotations: true}
	err = framework.Execute(framework.ResourceListProcessorFunc(func(rl *framework.ResourceList) error {
		if rw.WrappingKind != kio.ResourceListKind {
			return errors.New("a ResourceList is wanted on standard input, as kustomize and kpt give it to functions")
		}
		return f.process(cmd.Context(), s, flags, rl)
	}), rw)
	if err != nil {
		return err
	}
	_, err = s.Out.Write(out.Bytes())
	return err
}

// process carries out the policies in a list.
func (f *function) process(ctx context.Context, s Streams, flags schema.ConfigSpec, rl *framework.ResourceList) error {
	given, err := readList(ctx, rl)
	if err != nil {
		return f.run.report.unreadable(s.Err, err)
	}
	if len(f.run.to) == 0 {
		f.run.to = given.to
	}
	p := decode(given.objects)
	p.findings = append(given.located(p.findings), given.passedOver...)
	if p.given == 0 && !f.run.input.allowEmpty {
		return f.run.nothing(s.Err, p.findings)
	}
	assignments, lost, err := f.run.assignments(p, given.targets()...)
	if err != nil {
		return err
	}
	if len(lost) > 0 && !f.validate {
		return fmt.Errorf("no targets for %s: give --to, the annotation %s on it or on the functionConfig, or spec.targets in a Config",
			resolve.PolicyID(lost[0]), toAnnotation)
	}
	out, err := f.run.translate(ctx, p, flags, assignments)
	if err != nil {
		return err
	}
	_, found := p.planFor(assignment{policies: lost}, f.run.strict)
	out.findings = append(out.findings, found...)
	items, conflicts := given.edited(rl.Items, out)
	list := visible(given.located(append(out.findings, conflicts...))).Sorted()
	if err := f.run.report.save(list); err != nil {
		return err
	}
	if err := f.run.report.print(s.Err, list); err != nil {
		return err
	}
	rl.Results = given.results(list)
	if rl.Items = items; f.validate {
		rl.Items = nil
	}
	return nil
}

// targets are those that a functionConfig which is a policy names for policies that
// name none.
func (l *list) targets() []string {
	if l.config == nil || !l.config.Is(schema.Group, schema.Kind) {
		return nil
	}
	if to, ok := l.config.Annotation(toAnnotation); ok {
		return []string{to}
	}
	return nil
}

// visible gives hints to name files in the words that functions have for it.
func visible(findings finding.List) finding.List {
	for n, f := range findings {
		findings[n].Hint = strings.ReplaceAll(f.Hint, "with -f as well", "among the items (a generator has none), or in spec.manifests of a Config")
	}
	return findings
}
