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
	"retryctl.dev/translators"
)

// toAnnotation names the targets of a RetryPolicy that is a functionConfig.
const toAnnotation = "retryctl.dev/to"

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

Targets are those of --to, else of the annotation retryctl.dev/to of a RetryPolicy
that is the functionConfig, else those of the Configs. There is no default, because
two gateways may want to edit one object.

Findings go to standard error, into the results of the list, and to --report, which
RETRYCTL_REPORT stands in for. After an error nothing is printed. With --validate
the list that is printed has no items, as kustomize wants it of validators, and
without targets policies are checked as retryctl validate does.`,
		Example: `  cat list.yaml | retryctl fn --to envoy-gateway
  cat list.yaml | retryctl fn --validate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.execute(cmd, s) },
	}
	f.run.how(cmd)
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
	p := decode(given.objects)
	p.findings = given.located(p.findings)
	if p.given == 0 && !f.validate {
		return f.run.report.nothing(s.Err, p.findings)
	}
	out := outcome{}
	if f.run.to = f.targets(given, p); len(f.run.to) > 0 {
		if out, err = f.run.translate(ctx, p, flags); err != nil {
			return err
		}
	} else if f.validate {
		p.plan(f.run.strict)
		out.findings = p.findings
	} else {
		return fmt.Errorf("no targets: give --to, the annotation %s on the RetryPolicy that is the functionConfig, or spec.targets in a Config", toAnnotation)
	}
	items, conflicts := given.edited(rl.Items, out.results)
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

func (f *function) targets(given *list, p project) []string {
	to := f.run.to
	if len(to) == 0 && given.config != nil && given.config.Is(schema.Group, schema.Kind) {
		names, _ := given.config.Annotation(toAnnotation)
		for name := range strings.SplitSeq(names, ",") {
			if name = strings.TrimSpace(name); name != "" {
				to = append(to, name)
			}
		}
	}
	for _, c := range p.configs {
		if len(f.run.to) == 0 && len(to) == 0 {
			to = append(to, c.Spec.Targets...)
		}
	}
	return to
}

// visible gives hints to name files in the words that functions have for it.
func visible(findings finding.List) finding.List {
	for n, f := range findings {
		findings[n].Hint = strings.ReplaceAll(f.Hint, "with -f as well", "among the items (a generator has none), or in spec.manifests of a Config")
	}
	return findings
}

// editError is a finding about an edit that a function cannot make.
func editError(o *manifest.Object, message, hint string) finding.Finding {
	return finding.Finding{
		Code: finding.CannotEdit, Object: o.ID().String(), Message: message, Hint: hint, File: o.File,
	}
}
