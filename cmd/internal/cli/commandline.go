package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"retryctl.dev/translators"
)

// CheckLine tells what is wrong with a command line, given without the name of the
// program, and does not run it: a command, flag or word that does not exist, a
// target that is not known, arguments where none are taken. It is for documents
// that name command lines.
func CheckLine(args []string) error {
	root := newRoot(Streams{Gateways: translators.All()})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd { // there only while it runs
		return nil
	}
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return nil
		}
		return err
	}
	if to, err := cmd.Flags().GetStringArray("to"); err == nil {
		if _, err := translators.All().ParseTargets(to); err != nil {
			return err
		}
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
