package cli

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// issues is where people report what is a mistake of the program.
const issues = "https://retryctl.dev/issues"

// bug says in one line that a run ended in a panic, which is never the fault of an
// input, and prints where in the program it was if that is asked for. It gives the
// error for the report.
func bug(w io.Writer, cause any, root *cobra.Command, args []string, trace bool) error {
	command := root.Name()
	if cmd, _, err := root.Find(args); err == nil && cmd != root {
		command += " " + cmd.Name()
	}
	info, _ := debug.ReadBuildInfo()
	err := fmt.Errorf("%s (%s) met %q: this is a bug, please report it at %s with what was given; RETRYCTL_TRACE=1 in the environment prints where it was",
		command, version(info), strings.TrimSpace(fmt.Sprint(cause)), issues)
	fmt.Fprintf(w, "retryctl: %v\n", err)
	if trace {
		w.Write(debug.Stack()) //nolint:errcheck // there is no other place to say it
	}
	return err
}
