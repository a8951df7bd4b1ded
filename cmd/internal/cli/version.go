package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and the versions of gateways that it knows",
		Example: `  retryctl version`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, _ := debug.ReadBuildInfo()
			fmt.Fprintln(s.Out, "retryctl", version(info))
			for _, g := range s.sources() {
				p := g.Profile()
				fmt.Fprintf(s.Out, "  %-14s %s to %s\n", p.Name, p.Oldest, p.Newest)
			}
			return nil
		},
	}
}

// version gives the version that Go wrote into the program: the tag of a release or
// of what go install was given, a pseudo-version of the commit in a checkout, with
// +dirty if that was changed. It may be nil.
func version(info *debug.BuildInfo) string {
	if info == nil || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "built from source"
	}
	return info.Main.Version
}
