package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/translators/explain"
)

func newExplain(s Streams) *cobra.Command {
	var r run
	var form string
	cmd := &cobra.Command{
		Use:   "explain [CODE] | [-f FILE]...",
		Short: "Show what each gateway will do with the requests, or what a code means",
		Long: `Explain translates like translate does, and instead of the objects prints what each
gateway makes of them, rule by rule: what is retried for which methods, every wait,
the worst case, and where each value comes from. With the code of a finding it
prints what the code means.`,
		Example: `  retryctl explain -f policy.yaml -f routes.yaml --to envoy-gateway
  retryctl explain -f . -o json
  retryctl explain RT2004`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				page, ok := finding.Find(finding.Code(args[0]))
				if !ok {
					return fmt.Errorf("there is no code %q: codes look like RT2004", args[0])
				}
				return page.Write(s.Out)
			}
			out, err := r.run(s.In, nil)
			if err != nil {
				return inputError(s.Err, &r.report, err)
			}
			entries := explain.Entries(out.results)
			switch form {
			case "text":
				err = explain.WriteText(s.Out, entries)
			case "json":
				err = explain.WriteJSON(s.Out, entries)
			default:
				err = fmt.Errorf("unknown output %q: one of text, json is wanted", form)
			}
			if err != nil {
				return err
			}
			return r.report.write(s.Err, out.findings)
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVarP(&form, "output", "o", "text", "`form`: text, json")
	return cmd
}
