package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newTranslate(s Streams) *cobra.Command {
	var r run
	var folder string
	var through bool
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
the same object, so a kustomization takes that of its own gateway.

With --pass-through it is a filter: everything that -f gives is printed in the order
given, byte for byte but for the objects that are edited, and the new objects come
last. Policies and Configs are left out, wherever they are from; the manifests that a
Config names are only read. Targets have to be named: by --to, the annotation
retryctl.dev/to of a policy, or a Config. After an error nothing is printed at all,
and an object that two targets would edit each in its own way is an error. Without a
policy there is a warning, RT1012, and everything is printed as it is.`,
		Example: `  retryctl translate -f policy.yaml -f routes.yaml --to envoy-gateway
  kubectl get httproutes -A -o yaml | retryctl translate -f policies/ -f - --to istio@1.31 --to kong
  retryctl translate -f . -R --to all -o kustomize --output-dir out
  helm template shop ./chart | retryctl translate --pass-through -f - -f policies/ --to kong`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if form.value == "kustomize" && folder == "" {
				return fmt.Errorf("-o kustomize writes a folder: give --output-dir")
			}
			if through {
				if form.value != "yaml" {
					return fmt.Errorf("-o %s does not go with --pass-through, which prints documents as they are given", form.value)
				}
				if folder != "" {
					return fmt.Errorf("--output-dir does not go with --pass-through, which prints one stream")
				}
				return r.passThrough(s, cmd, args)
			}
			var text stream
			if folder == "" && form.value == "yaml" {
				r.each = text.add
			}
			out, err := r.run(cmd.Context(), s, cmd, args)
			if err != nil {
				return err
			}
			if err := r.report.save(out.findings); err != nil {
				return err
			}
			switch {
			case r.each != nil:
				err = text.print(s.Out)
			case folder == "":
				err = printJSON(s.Out, out.results)
			default:
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
	cmd.Flags().BoolVar(&through, "pass-through", false, "print everything that is given, with the edited objects in their places, and then the new ones")
	cmd.MarkFlagDirname("output-dir") //nolint:errcheck // the flag exists
	return cmd
}
