package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newTranslate(s Streams) *cobra.Command {
	var r run
	var folder string
	form := word{value: "yaml", allowed: []string{"yaml", "json", "kustomize"}}
	cmd := &cobra.Command{
		Use:   "translate [-f FILE]... [FILE]...",
		Short: "Print the configuration that carries the policies",
		Long: `Translate reads policies and the manifests that they are for, and prints the objects
that carry them: new ones, and the edited ones whole. Findings go to standard
error. A policy that has an error for a gateway is left out there; the others are
printed.

With --output-dir each object becomes a file of its own, all of them or none. Files
that are in the folder already and are not written anew stay as they are.
With -o kustomize the folder is a Component: new objects are resources, and edits
of existing ones are patches. Several targets are a Component each; they may edit
the same object, so a kustomization takes that of its own gateway.`,
		Example: `  retryctl translate -f policy.yaml -f routes.yaml --to envoy-gateway
  kubectl get httproutes -A -o yaml | retryctl translate -f policies/ -f - --to istio@1.31 --to kong
  retryctl translate -f . -R --to all -o kustomize --output-dir out`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if form.value == "kustomize" && folder == "" {
				return fmt.Errorf("-o kustomize writes a folder: give --output-dir")
			}
			out, err := r.run(cmd.Context(), s, cmd, args)
			if err != nil {
				return err
			}
			if err := r.report.save(out.findings); err != nil {
				return err
			}
			if folder == "" {
				err = printObjects(s.Out, out.results, form.value)
			} else {
				err = writeObjects(cmd.Context(), folder, out.results, form.value)
			}
			if err != nil {
				return err
			}
			return r.report.print(s.Err, out.findings)
		},
	}
	r.flags(cmd)
	addWord(cmd, &form, "output", "o", "`form` of the objects")
	cmd.Flags().StringVar(&folder, "output-dir", "", "write one file for each object to this `folder`, below the target's name if there are several")
	cmd.MarkFlagDirname("output-dir") //nolint:errcheck // the flag exists
	return cmd
}
