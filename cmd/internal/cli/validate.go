package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/translators/pipeline"
)

// A validation is a run of validate.
type validation struct {
	input  input
	strict bool
	report reporting
}

func newValidate(s Streams) *cobra.Command {
	var v validation
	cmd := &cobra.Command{
		Use:   "validate [-f FILE]... [FILE]...",
		Short: "Check policies, and that their targets are there",
		Long: `Validate checks every field of the policies it is given and, as far as manifests are
given as well, that their targets exist and no two policies claim one rule.

It can be given every YAML file of a repository. Of gateways' objects that say something
of retries, with a policy or without, it checks that their fields exist (RT4003); other
objects are left alone, and so is what is no Kubernetes object, such as templates and values, and
what a kustomization names as a patch. A file that cannot be read is an error if it
holds the text "retryctl.dev/" or has the keys of an object. To find nothing to check
is no success, unless --allow-empty says so.

With --each every file is checked by itself: hooks give the files that have changed,
which says nothing about what is missing, and a repository may have one policy for
each of several environments. Hooks give --allow-empty too.`,
		Example: `  retryctl validate -f policy.yaml
  retryctl validate policies/*.yaml --findings github
  retryctl validate --each -R -f .`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return v.execute(cmd, s, args) },
	}
	v.input.flags(cmd, s.Gateways)
	v.input.empty(cmd)
	cmd.Flags().BoolVar(&v.input.selection.each, "each", false, "check every file by itself")
	cmd.Flags().BoolVar(&v.strict, "strict", false, "make an error of every warning")
	v.report.flags(cmd)
	return cmd
}

func (v *validation) execute(cmd *cobra.Command, s Streams, args []string) error {
	selection := &v.input.selection
	selection.all = true
	objects, err := v.input.read(cmd.Context(), s.In, args)
	if err != nil {
		return err
	}
	list := selection.broken
	if len(list) > 0 && !selection.each { // what is missing may be in the file that cannot be read
		return v.report.stop(s.Err, list)
	}
	found, checked, err := pipeline.Check(s.Gateways, objects, selection.each, v.strict)
	if err != nil {
		return err
	}
	list = append(list, found...)
	failed := list.Count(finding.Error) > 0
	list = append(list, v.input.passedOver()...).Sorted()
	switch {
	case len(selection.broken) > 0 || checked == 0 && failed:
		return v.report.stop(s.Err, list)
	case checked == 0 && !v.input.allowEmpty:
		return fmt.Errorf("nothing to check: %w", v.input.noPolicy())
	}
	if err := v.report.save(list); err != nil {
		return err
	}
	return v.report.print(s.Err, list)
}
