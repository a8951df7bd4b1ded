package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/importing"
	"retryctl.dev/translators/survey"
)

// An adoption is a run of import.
type adoption struct {
	run      run
	from     []string
	defaults bool // are left out
}

func newImport(s Streams) *cobra.Command {
	a := adoption{run: run{gateways: s.Gateways, sources: s.sources()}}
	cmd := &cobra.Command{
		Use:   "import [-f FILE]...",
		Short: "Print the policies under which configuration that exists keeps what it does",
		Long: `Import reads configuration that exists as explain does, and prints RetryPolicies under
which its rules go on as they are: as few as there are, each for an object as a whole
where all of its rules do the same, and for a Gateway where all of its routes do. Behind
each value stands what it comes from, with file and line.

A gateway's defaults are written out too, since another gateway has others; with
--without-defaults they are not, and what nobody has written is left as it is. What a
policy cannot say is a finding, RT4002, and where it decides whether a request is tried
again the rule gets no policy.`,
		Example: `  retryctl import -f live.yaml
  retryctl import -f live.yaml --without-defaults > policies.yaml
  kubectl get virtualservices,destinationrules -A -o yaml | retryctl import -f - --from istio@1.24`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.execute(cmd, s) },
	}
	a.run.input.flags(cmd, s.Gateways)
	a.run.report.flags(cmd)
	a.run.settings.flags(cmd, s.Gateways.Documents())
	f := cmd.Flags()
	f.StringArrayVar(&a.from, "from", nil, "`gateway` that serves what exists, where the input does not show one; with @1.24 for a version; repeatable")
	f.BoolVar(&a.run.strict, "strict", false, "make an error of every warning")
	f.BoolVar(&a.defaults, "without-defaults", false, "leave out what is a default of the gateway, and rules that retry by default alone")
	completes(cmd, "from", s.sources().Names())
	return cmd
}

func (a *adoption) execute(cmd *cobra.Command, s Streams) error {
	from, err := a.run.sources.ParseSources(a.from)
	if err != nil {
		return err
	}
	in, flags, err := a.run.read(cmd.Context(), s, cmd, nil)
	if err != nil {
		return err
	}
	if in.Given > 0 {
		return errors.New("the input has a RetryPolicy: import is for configuration that has none")
	}
	doing(cmd.Context(), "retryctl: reading what the configuration does")
	rules, findings := survey.Of(in.World, survey.Options{Sources: a.run.sources, From: from,
		Settings: func(t translators.Source) gateway.Settings { return in.Settings(t, flags) }})
	findings = append(slices.Clip(in.Findings), findings...)
	if len(rules) == 0 && findings.Count(finding.Warning) == 0 {
		return fmt.Errorf("%w, and nothing that a gateway serves", a.run.input.noPolicy())
	}
	text, lost := importing.Of(rules, in.World, importing.Options{WithoutDefaults: a.defaults})
	findings = append(findings, lost...).Sort()
	if a.run.strict {
		findings = findings.Strict()
	}
	if err := a.run.report.save(findings); err != nil {
		return err
	}
	if findings.Count(finding.Error) == 0 {
		if err := whole(s.Out, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return a.run.report.print(s.Err, findings)
}
