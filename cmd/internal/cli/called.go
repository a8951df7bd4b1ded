package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// calledAs makes help and examples speak of the program as it is called: with the
// name kubectl-retryctl it is a plugin of kubectl, and kubectl retryctl is what
// people type.
func calledAs(root *cobra.Command, program string) {
	name, plugin := strings.CutPrefix(strings.TrimSuffix(filepath.Base(program), ".exe"), "kubectl-")
	if !plugin {
		return
	}
	name = "kubectl " + strings.ReplaceAll(name, "_", "-") // as kubectl reads the names of files
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: name}
	for _, cmd := range root.Commands() {
		cmd.Example = strings.ReplaceAll(cmd.Example, "retryctl ", name+" ")
	}
}
