package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
)

func newSchema(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of RetryPolicy",
		Example: `  retryctl schema > retrypolicy.schema.json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			raw, err := schema.JSONSchema()
			if err != nil {
				return fmt.Errorf("print schema: %w", err)
			}
			_, err = s.Out.Write(raw)
			return err
		},
	}
}
