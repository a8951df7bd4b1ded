package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"retryctl.dev/translators"
)

// release is the version of a release; it is set when one is built.
var release string

func newVersion(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and the versions of gateways that it knows",
		Example: `  retryctl version`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(s.Out, "retryctl", version())
			for _, g := range translators.All() {
				p := g.Profile()
				fmt.Fprintf(s.Out, "  %-14s %s to %s\n", p.Name, p.Oldest, p.Newest)
			}
			return nil
		},
	}
}

func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "built from source"
}
