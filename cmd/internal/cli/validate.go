package cli

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
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
of other kinds are read and left alone.`,
		Example: `  retryctl validate -f policy.yaml
  retryctl validate policies/*.yaml --findings github`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			objects, err := in.read(s.In, args)
			if err != nil {
				return inputError(s.Err, &report, err)
			}
			p := decode(objects)
			_, found := resolve.Resolve(p.policies, p.world)
			list := append(p.findings, found...)
			if len(p.world.All()) == len(p.policies)+len(p.configs) { // policies alone say nothing about targets
				list = without(list, finding.NoTarget)
			}
			if strict {
				list = list.Strict()
			}
			return report.write(s.Err, list.Sorted())
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

// inputError prints a text that cannot be read as objects as the finding that it
// is, in a run that then could not be done; other errors go on.
func inputError(w io.Writer, report *reporting, err error) error {
	var syntax *manifest.SyntaxError
	if !errors.As(err, &syntax) || report.format == "text" {
		return err
	}
	list := finding.List{}
	list.Add(finding.Finding{Code: finding.Syntax, Message: syntax.Message, File: syntax.File, Line: syntax.Line, Column: syntax.Column})
	if werr := report.write(w, list); !errors.Is(werr, errFindings) {
		return werr
	}
	return err
}
