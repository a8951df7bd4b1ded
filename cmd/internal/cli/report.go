package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
)

// reporting is where findings go, and in which form.
type reporting struct {
	format string
	file   string
}

func (r *reporting) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.format, "findings", "text", "`form` of the findings: "+strings.Join(finding.Formats(), ", "))
	cmd.Flags().StringVar(&r.file, "report", "", "write the findings to a `file` as JSON as well")
	cmd.RegisterFlagCompletionFunc("findings", cobra.FixedCompletions(finding.Formats(), cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
}

// write prints the findings and tells by its error whether one is an error.
func (r *reporting) write(w io.Writer, list finding.List) error {
	if err := finding.Write(w, r.format, list); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	if r.file != "" {
		err := writeFile(r.file, func(w io.Writer) error { return finding.Write(w, "json", list) })
		if err != nil {
			return err
		}
	}
	if list.Count(finding.Error) > 0 {
		return errFindings
	}
	return nil
}
