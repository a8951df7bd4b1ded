package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A word is the value of a flag that takes one of a few words; any other is
// refused before the command runs.
type word struct {
	value   string
	allowed []string
	// of gives the word of a value that may have something behind it; nil is the value.
	of func(string) string
}

// addWord adds a flag to a command; the list of words is put behind the usage.
func addWord(cmd *cobra.Command, w *word, name, short, usage string) {
	cmd.Flags().VarP(w, name, short, usage+": "+strings.Join(w.allowed, ", "))
	completes(cmd, name, w.allowed)
}

func (w *word) String() string { return w.value }

func (w *word) Type() string { return "word" }

func (w *word) Set(value string) error {
	one := value
	if w.of != nil {
		one = w.of(value)
	}
	if !slices.Contains(w.allowed, one) {
		return fmt.Errorf("one of %s is wanted", strings.Join(w.allowed, ", "))
	}
	w.value = value
	return nil
}

// wordsOf is the annotation of a flag that holds the words that complete it.
const wordsOf = "retryctl.dev/words"

// completes notes the words of a flag.
func completes(cmd *cobra.Command, name string, words []string) {
	cmd.Flags().SetAnnotation(name, wordsOf, words) //nolint:errcheck // the flag exists
}

// withCompletion has shells be told the words of flags, where arguments ask for that:
// cobra keeps for good what it is given for a flag, and the flag with all of its command.
func withCompletion(root *cobra.Command, args []string) {
	if len(args) == 0 || args[0] != cobra.ShellCompRequestCmd && args[0] != cobra.ShellCompNoDescRequestCmd && args[0] != "completion" {
		return
	}
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if words := f.Annotations[wordsOf]; len(words) > 0 {
				cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
			}
		})
	}
}
