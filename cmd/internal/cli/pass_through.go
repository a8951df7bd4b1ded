package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/pipeline"
)

// passThrough prints what is given with the policies carried out. Nothing is printed
// of a run that has errors: a caller takes what is missing for deleted.
func (r *run) passThrough(s Streams, cmd *cobra.Command, args []string) error {
	r.input.keep = true
	in, flags, err := r.read(cmd.Context(), s, cmd, args)
	if err != nil {
		return err
	}
	assignments, lost, err := in.Assign(r.to)
	if err != nil {
		return err
	}
	if len(lost) > 0 {
		return fmt.Errorf("no targets for %s: give --to, the annotation %s on it, or spec.targets in a Config", resolve.PolicyID(lost[0]), pipeline.ToAnnotation)
	}
	if in.Given == 0 && !r.input.allowEmpty {
		in.Findings.Add(finding.Finding{Code: finding.NoPolicy, Message: errNoPolicy.Error(),
			Hint: finding.Do("give the policies with -f, or see to it that the manifests have them")})
	}
	r.each = lean
	out, err := in.Translate(cmd.Context(), assignments, r.options(cmd.Context(), flags))
	if err != nil {
		return err
	}
	text, conflicts, err := r.input.filter().Text(r.input.given, out)
	if err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	list := append(out.Findings, conflicts...).Sorted()
	if err := r.report.save(list); err != nil {
		return err
	}
	if err := r.report.print(s.Err, list); err != nil {
		return err
	}
	_, err = s.Out.Write(text)
	return err
}

// filter prints the documents of the files that are named, and not those that Configs name.
func (in *input) filter() pipeline.Filter {
	printed := map[*manifest.Object]bool{}
	for _, d := range in.given {
		for _, o := range d.Objects {
			printed[o] = true
		}
	}
	return pipeline.Filter{
		Prints: func(o *manifest.Object) bool { return printed[o] },
		Lacks:  "needs an edit of it, and it is in a file that is only read",
		Hint:   "give the file with -f: what a Config names is not printed",
		Rival:  "translate to one of them at a time",
	}
}
