package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
)

func newValidate(s Streams) *cobra.Command {
	var in input
	var report reporting
	var strict bool
	cmd := &cobra.Command{
		Use:   "validate [-f FILE]... [FILE]...",
		Short: "Check policies, and that their targets are there",
		Long: `Validate checks every field of the policies it is given and, as far as manifests are
given as well, that their targets exist and no two policies claim one rule. Objects
of other kinds are read and left alone, so a run without a policy finds nothing.`,
		Example: `  retryctl validate -f policy.yaml
  retryctl validate policies/*.yaml --findings github`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			objects, err := in.read(cmd.Context(), s.In, args)
			if err != nil {
				return report.unreadable(s.Err, err)
			}
			p := decode(objects)
			if p.given+len(p.configs) == 0 && p.findings.Count(finding.Error) > 0 {
				return report.nothing(s.Err, p.findings)
			}
			p.plan(strict)
			list := p.findings
			if p.alone { // policies alone say nothing about targets
				list = without(list, finding.NoTarget)
			}
			list = list.Sorted()
			if err := report.save(list); err != nil {
				return err
			}
			if p.given+len(p.configs) == 0 && report.form.value == "text" {
				fmt.Fprintln(s.Err, "retryctl: nothing to check:", errNoPolicy)
			}
			return report.print(s.Err, list)
		},
	}
	in.flags(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "make an error of every warning")
	report.flags(cmd)
	return cmd
}

func without(list finding.List, code finding.Code) finding.List {
	var rest finding.List
	for _, f := range list {
		if f.Code != code {
			rest = append(rest, f)
		}
	}
	return rest
}
