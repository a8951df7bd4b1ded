package cli

import (
	"github.com/spf13/cobra"

	"retryctl.dev/translators/capability"
)

func newGateways(s Streams) *cobra.Command {
	form := word{value: "text", allowed: []string{"text", "json", "markdown"}}
	cmd := &cobra.Command{
		Use:   "gateways",
		Short: "Show what each gateway can do, found out by trying",
		Long: `Gateways translates one small policy for each feature and each gateway, reads the
result back and prints how far it does what was asked: yes, differs (other numbers),
more (it retries more), part, unknown (the implementation decides) or no. The forms
json and markdown say why as well.`,
		Example: `  retryctl gateways
  retryctl gateways -o json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			table, err := capability.Of(s.Gateways)
			if err != nil {
				return err
			}
			write := table.WriteText
			switch form.value {
			case "json":
				write = table.WriteJSON
			case "markdown":
				write = table.WriteMarkdown
			}
			return whole(s.Out, write)
		},
	}
	addWord(cmd, &form, "output", "o", "`form` of the table")
	return cmd
}
