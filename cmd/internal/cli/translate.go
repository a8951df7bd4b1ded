package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/pipeline"
)

// A translation is a run of translate.
type translation struct {
	run       run
	form      word
	folder    string
	through   bool
	keepGoing bool
	prune     bool
}

func newTranslate(s Streams) *cobra.Command {
	t := translation{run: run{gateways: s.Gateways, sources: s.sources()}, form: word{value: "yaml", allowed: []string{"yaml", "json", "kustomize"}}}
	cmd := &cobra.Command{
		Use:   "translate [-f FILE]... [FILE]...",
		Short: "Print the configuration that carries the policies",
		Long: `Translate reads policies and the manifests that they are for, and prints the objects
that carry them: new ones, and the edited ones whole. Findings go to standard
error. If one of them is an error, nothing is printed or written, in any form. With
--keep-going what has no error is, and a finding names each policy that is left out.

Targets are those of --to, else for each policy those of its annotation
retryctl.dev/to, else those of a Config, else the one gateway that the input shows: by
the GatewayClass of the Gateways that a targeted route is attached to, the class of an
Ingress, or a kind that only one gateway has. If the input shows none or several, one
has to be named. In one stream an object can stand once: two targets that write it each
in its own way are an error.

What is no Kubernetes object, such as values, templates and patches, is passed over in
folders, and a note counts it; a file that is named itself has to hold objects.

With --output-dir each object becomes a file of its own, below the name of its target
if there are several, and ` + inventoryName + ` lists these files for sha256sum -c. All of
it is written or nothing, and other files of the folder stay as they are. Files that
an earlier run wrote and this one does not are a warning each, or removed with --prune,
if nobody has changed them. Files that such a list names are passed over by every
command where it reads a folder, unless the folder that is named is the one with the
list and holds nothing else.
With -o kustomize the folder is a Component: new objects are resources, and edits
of existing ones are patches. Several targets are a Component each; they may edit
the same object, so a kustomization takes that of its own gateway.

With --pass-through it is a filter: everything that -f gives is printed in the order
given, byte for byte but for the objects that are edited, and the new objects come
last. Policies and Configs are left out, wherever they are from; the manifests that a
Config names are only read. Targets have to be named: by --to, the annotation
retryctl.dev/to of a policy, or a Config. Without a policy there is a warning, RT1012,
and everything is printed as it is.`,
		Example: `  retryctl translate -f policy.yaml -f routes.yaml --to envoy-gateway
  kubectl get httproutes,services -A -o yaml | retryctl translate -f policies/ -f - --to kong
  retryctl translate -f . -R --to all -o kustomize --output-dir out --prune
  helm template shop ./chart | retryctl translate --pass-through -f - -f policies/ --to kong`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return t.execute(cmd, s, args) },
	}
	t.run.flags(cmd)
	f := cmd.Flags()
	addWord(cmd, &t.form, "output", "o", "`form` of the objects")
	f.StringVar(&t.folder, "output-dir", "", "write one file for each object to this `folder`, below the target's name if there are several")
	f.BoolVar(&t.prune, "prune", false, "remove the files that earlier runs wrote to the folder and this one does not")
	f.BoolVar(&t.keepGoing, "keep-going", false, "print what has no error, and name what is left out")
	f.BoolVar(&t.through, "pass-through", false, "print everything that is given, with the edited objects in their places, and then the new ones")
	t.run.input.empty(cmd)
	cmd.MarkFlagDirname("output-dir") //nolint:errcheck // the flag exists
	return cmd
}

// misfit tells which flags do not go together.
func (t *translation) misfit() error {
	switch {
	case t.form.value == "kustomize" && t.folder == "":
		return fmt.Errorf("-o kustomize writes a folder: give --output-dir")
	case t.prune && t.folder == "":
		return fmt.Errorf("--prune is about a folder: give --output-dir")
	case !t.through:
		return nil
	case t.form.value != "yaml":
		return fmt.Errorf("-o %s does not go with --pass-through, which prints documents as they are given", t.form.value)
	case t.folder != "":
		return fmt.Errorf("--output-dir does not go with --pass-through, which prints one stream")
	case t.keepGoing:
		return fmt.Errorf("--keep-going does not go with --pass-through: a caller takes what is missing for deleted")
	}
	return nil
}

func (t *translation) execute(cmd *cobra.Command, s Streams, args []string) error {
	if err := t.misfit(); err != nil {
		return err
	}
	if t.through {
		return t.run.passThrough(s, cmd, args)
	}
	in, flags, err := t.run.read(cmd.Context(), s, cmd, args)
	if err != nil {
		return err
	}
	if in.Given == 0 && !t.run.input.allowEmpty {
		return t.run.nothing(s.Err, in.Findings)
	}
	assignments, err := in.AssignShown(t.run.to)
	if err != nil {
		return t.run.report.also(s.Err, in.Findings, err)
	}
	return t.translate(cmd, s, in, flags, assignments)
}

// translate translates what is read for some targets, and writes what comes of it.
func (t *translation) translate(cmd *cobra.Command, s Streams, in pipeline.Input, flags schema.ConfigSpec, assignments []pipeline.Assignment) error {
	var text stream
	t.run.each = lean
	if t.folder == "" && t.form.value == "yaml" {
		t.run.each = text.take
	}
	out, err := in.Translate(cmd.Context(), assignments, t.run.options(cmd.Context(), flags))
	if err != nil {
		return err
	}
	write, err := t.output(&out, &text)
	if err != nil {
		return err
	}
	return t.finish(cmd.Context(), s, out, write)
}

// output gives what writes the objects of an outcome, and adds to the outcome what
// stands in the way of that.
func (t *translation) output(out *pipeline.Outcome, text *stream) (func(context.Context, io.Writer) error, error) {
	if t.folder != "" {
		o, err := newOutlet(t.folder, filesOf(out.Results, t.form.value), t.run.input.seen)
		if err != nil {
			return nil, err
		}
		if o.prune = t.prune; len(out.LeftOut) == 0 {
			out.Add(o.findings(), t.run.strict)
		} else {
			o.prune = false // whose an older file is cannot be told then
		}
		return func(ctx context.Context, _ io.Writer) error { return o.write(ctx) }, nil
	}
	var results []translators.Result
	var rivals finding.List
	const hint = "translate to one of them at a time, or give --output-dir, which has a folder for each"
	if t.form.value == "json" {
		results, rivals = pipeline.Together(out.Results, hint)
	} else {
		rivals = text.joint.Disputed(hint)
	}
	out.Add(rivals, t.run.strict)
	out.Unusable = out.Unusable || len(rivals) > 0
	if t.form.value == "json" {
		return func(_ context.Context, w io.Writer) error { return printJSON(w, results) }, nil
	}
	return func(_ context.Context, w io.Writer) error { return text.print(w) }, nil
}

// finish reports, and writes the objects if no finding is an error, or if it is to keep
// going and the errors are about single policies.
func (t *translation) finish(ctx context.Context, s Streams, out pipeline.Outcome, write func(context.Context, io.Writer) error) error {
	usable := out.Usable(t.keepGoing)
	if t.keepGoing {
		out.Findings = append(out.Findings, out.LeftOut...).Sort()
	}
	if err := t.run.report.save(out.Findings); err != nil {
		return err
	}
	if usable {
		if err := write(ctx, s.Out); err != nil {
			return err
		}
	}
	return t.run.report.print(s.Err, out.Findings)
}
