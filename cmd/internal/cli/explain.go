package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/explain"
)

func newExplain(s Streams) *cobra.Command {
	r := run{gateways: s.Gateways}
	form := word{value: "text", allowed: []string{"text", "json"}}
	cmd := &cobra.Command{
		Use:   "explain [CODE] | [-f FILE]...",
		Short: "Show what each gateway will do with the requests, or what a code means",
		Long: `Explain translates like translate does, and instead of the objects prints what each
gateway makes of them, rule by rule: what is retried for which methods, every wait,
the worst case, and where each value comes from. What has no error is shown even if
something else has one. Where nothing names a target, it is every gateway: nothing is
written. With the code of a finding it prints what the code means.`,
		Example: `  retryctl explain -f policy.yaml -f routes.yaml --to envoy-gateway
  retryctl explain -f . -o json
  retryctl explain RT2004`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return explainCode(s.Out, args[0])
			}
			entries := []explain.Entry{}
			r.each = func(result *translators.Result) error {
				entries = append(entries, explain.Entries([]translators.Result{*result})...)
				result.Objects = nil
				return lean(result)
			}
			out, err := r.run(cmd.Context(), s, cmd, nil)
			if err != nil {
				return err
			}
			if err := r.report.save(out.Findings); err != nil {
				return err
			}
			write := explain.WriteText
			if form.value == "json" {
				write = explain.WriteJSON
			}
			if err := whole(s.Out, func(w io.Writer) error { return write(w, entries) }); err != nil {
				return err
			}
			return r.report.print(s.Err, out.Findings)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, p := range finding.Catalogue() {
				codes = append(codes, string(p.Code)+"\t"+p.Title)
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
	}
	r.flags(cmd)
	addWord(cmd, &form, "output", "o", "`form` of what is printed")
	return cmd
}

func explainCode(w io.Writer, code string) error {
	page, ok := finding.Find(finding.Code(strings.ToUpper(code)))
	if !ok {
		return fmt.Errorf("there is no code %q: codes look like RT2004, and files are given with -f", code)
	}
	return whole(w, page.Write)
}
