package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
)

func newTranslate(s Streams) *cobra.Command {
	var r run
	var form, folder string
	cmd := &cobra.Command{
		Use:   "translate [-f FILE]...",
		Short: "Print the configuration that carries the policies",
		Long: `Translate reads policies and the manifests that they are for, and prints the objects
that carry them: new ones, and the edited ones whole. Findings go to standard
error. A policy that has an error for a gateway is left out there; the others are
printed.`,
		Example: `  retryctl translate -f policy.yaml -f routes.yaml --to envoy-gateway
  kubectl get httproutes -A -o yaml | retryctl translate -f policies/ -f - --to istio@1.31 --to kong
  retryctl translate -f . -R --to all -o kustomize --output-dir out`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{"yaml", "json", "kustomize"}, form) {
				return fmt.Errorf("unknown output %q: one of yaml, json, kustomize is wanted", form)
			}
			if form == "kustomize" && folder == "" {
				return fmt.Errorf("-o kustomize writes a folder: give --output-dir")
			}
			out, err := r.run(s.In, args)
			if err != nil {
				return inputError(s.Err, &r.report, err)
			}
			if err := emit(s.Out, out.results, form, folder); err != nil {
				return err
			}
			return r.report.write(s.Err, out.findings)
		},
	}
	r.flags(cmd)
	cmd.Flags().StringVarP(&form, "output", "o", "yaml", "`form` of the objects: yaml, json, kustomize (a Component with resources and patches)")
	cmd.Flags().StringVar(&folder, "output-dir", "", "write one file for each object to this `folder`, below the target's name if there are several")
	cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"yaml", "json", "kustomize"}, cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
	return cmd
}

// emit prints objects, or writes them to a folder.
func emit(w io.Writer, results []translators.Result, form, folder string) error {
	if folder != "" {
		var files []namedFile
		for _, r := range results {
			below := ""
			if len(results) > 1 {
				below = r.Gateway.Name + "/"
			}
			if form == "kustomize" {
				files = append(files, component(below, r.Objects)...)
				continue
			}
			for _, o := range r.Objects {
				files = append(files, objectFile(below, o, form))
			}
		}
		return writeFolder(folder, files)
	}
	var buffer bytes.Buffer
	if form == "json" {
		var all []*manifest.Object
		for _, r := range results {
			all = append(all, r.Objects...)
		}
		if err := manifest.WriteJSON(&buffer, all); err != nil {
			return fmt.Errorf("write objects: %w", err)
		}
	} else if err := printYAML(&buffer, results); err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	if _, err := w.Write(buffer.Bytes()); err != nil {
		return fmt.Errorf("write objects: %w", err)
	}
	return nil
}

// printYAML prints the objects of each target below a comment with its name,
// where there are several targets: they may edit the same object.
func printYAML(w io.Writer, results []translators.Result) error {
	first := true
	for _, r := range results {
		for n, o := range r.Objects {
			head := "---\n"
			if first {
				head = ""
			}
			if n == 0 && len(results) > 1 {
				head += "# " + r.Gateway.Name + "\n"
			}
			first = false
			if _, err := io.WriteString(w, head); err != nil {
				return err
			}
			if err := o.WriteYAML(w); err != nil {
				return err
			}
		}
	}
	return nil
}

func objectFile(below string, o *manifest.Object, form string) namedFile {
	write := o.WriteYAML
	if form == "json" {
		write = func(w io.Writer) error { return manifest.WriteJSON(w, []*manifest.Object{o}) }
	}
	return namedFile{below + fileName(o) + "." + form, write}
}

// fileName is kind-namespace-name; a character that is not safe in every file
// system becomes a dash.
func fileName(o *manifest.Object) string {
	id := o.ID()
	parts := []string{strings.ToLower(id.Kind)}
	if o.RawNamespace() != "" {
		parts = append(parts, id.Namespace)
	}
	safe := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		}
		return '-'
	}
	return strings.TrimLeft(strings.Map(safe, strings.Join(append(parts, id.Name), "-")), ".")
}
