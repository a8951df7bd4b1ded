package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/translators/capability"
)

func newGateways(s Streams) *cobra.Command {
	var form string
	cmd := &cobra.Command{
		Use:   "gateways",
		Short: "Show what each gateway can do, found out by trying",
		Long: `Gateways translates one small policy for each feature and each gateway, reads the
result back and prints how far it does what was asked: yes, differs (other numbers),
more (it retries more), part, unknown (the implementation decides) or no.`,
		Example: `  retryctl gateways
  retryctl gateways -o json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rows, err := capability.Table()
			if err != nil {
				return err
			}
			switch form {
			case "text":
				return capability.WriteText(s.Out, rows)
			case "json":
				return capability.WriteJSON(s.Out, rows)
			case "markdown":
				return capability.WriteMarkdown(s.Out, rows)
			}
			return fmt.Errorf("unknown output %q: one of text, json, markdown is wanted", form)
		},
	}
	cmd.Flags().StringVarP(&form, "output", "o", "text", "`form`: text, json (with reasons), markdown")
	return cmd
}
