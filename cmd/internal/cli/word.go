package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// A word is the value of a flag that takes one of a few words; any other is
// refused before the command runs.
type word struct {
	value   string
	allowed []string
}

// addWord adds a flag to a command; the list of words is put behind the usage.
func addWord(cmd *cobra.Command, w *word, name, short, usage string) {
	cmd.Flags().VarP(w, name, short, usage+": "+strings.Join(w.allowed, ", "))
	cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(w.allowed, cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
}

func (w *word) String() string { return w.value }

func (w *word) Type() string { return "word" }

func (w *word) Set(value string) error {
	if !slices.Contains(w.allowed, value) {
		return fmt.Errorf("one of %s is wanted", strings.Join(w.allowed, ", "))
	}
	w.value = value
	return nil
}
