package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// WriteCommands prints the reference of all commands as a page of Markdown.
func WriteCommands(w io.Writer) error {
	root := newRoot(Streams{})
	root.InitDefaultCompletionCmd()
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Commands\n\n%s\n\n", root.Long)
	out.WriteString("Objects and tables go to standard output, findings to standard error, and nothing\n" +
		"else goes to either. This page is printed from the commands themselves.\n\n")
	for _, cmd := range root.Commands() {
		fmt.Fprintf(&out, "- [%s](#retryctl-%s): %s\n", cmd.Name(), cmd.Name(), cmd.Short)
	}
	for _, cmd := range root.Commands() {
		writeCommand(&out, cmd)
	}
	_, err := w.Write(out.Bytes())
	return err
}

func writeCommand(out *bytes.Buffer, cmd *cobra.Command) {
	use := cmd.UseLine()
	var shells []string
	for _, sub := range cmd.Commands() {
		shells = append(shells, sub.Name())
	}
	if len(shells) > 0 {
		use += " " + strings.Join(shells, "|")
	}
	fmt.Fprintf(out, "\n## retryctl %s\n\n%s\n\n```text\n%s\n```\n", cmd.Name(), strings.TrimSpace(about(cmd)), use)
	if cmd.Example != "" {
		fmt.Fprintf(out, "\nExamples:\n\n```sh\n%s\n```\n", unindent(cmd.Example))
	}
	if flags := cmd.NonInheritedFlags().FlagUsagesWrapped(100); flags != "" {
		fmt.Fprintf(out, "\nFlags:\n\n```text\n%s```\n", flags)
	}
}

func about(cmd *cobra.Command) string {
	if cmd.Long != "" {
		return cmd.Long
	}
	return cmd.Short + "."
}

func unindent(example string) string {
	lines := strings.Split(example, "\n")
	for n := range lines {
		lines[n] = strings.TrimPrefix(lines[n], "  ")
	}
	return strings.Join(lines, "\n")
}
