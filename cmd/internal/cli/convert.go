package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/importing"
	"retryctl.dev/translators/pipeline"
	"retryctl.dev/translators/survey"
)

// A conversion is a run of convert.
type conversion struct {
	translation
	from     []string
	policies bool
}

func newConvert(s Streams) *cobra.Command {
	c := conversion{translation: translation{run: run{gateways: s.Gateways, sources: s.sources()}, form: word{value: "yaml", allowed: []string{"yaml", "json", "kustomize"}}}}
	cmd := &cobra.Command{
		Use:   "convert --from GATEWAY --to GATEWAY [-f FILE]...",
		Short: "Carry what one gateway does over to the routes of another",
		Long: `Convert reads what the configuration of one gateway does, and writes that of another
which does the same: import and translate in one. The routes for the other gateway are in
the input, made by hand or by another tool such as ingress2gateway: of each rule the
retries, timeouts and limits go to the HTTPRoute that serves the same requests, found by
host, path, method and headers and not by name.

Requests that no route serves, rules that would have to do two things at once, and what
a policy cannot say are findings, RT4002; what the other gateway does otherwise is said as
translate says it. With --policies the policies are printed in place of the objects, to
be kept: they are what the objects are made of from then on.`,
		Example: `  ingress2gateway print --providers ingress-nginx | retryctl convert --from ingress-nginx -f ingresses.yaml -f - --to envoy-gateway
  retryctl convert --from istio -f virtualservices.yaml -f httproutes.yaml --to envoy-gateway --output-dir out
  retryctl convert --from istio -f live.yaml --to kong --policies`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.execute(cmd, s) },
	}
	c.run.flags(cmd)
	f := cmd.Flags()
	addWord(cmd, &c.form, "output", "o", "`form` of the objects")
	f.StringVar(&c.folder, "output-dir", "", "write one file for each object to this `folder`")
	f.BoolVar(&c.prune, "prune", false, "remove the files that earlier runs wrote to the folder and this one does not")
	f.StringArrayVar(&c.from, "from", nil, "`gateway` whose configuration is carried over; with @1.24 for a version")
	f.BoolVar(&c.policies, "policies", false, "print the policies in place of the objects")
	completes(cmd, "from", s.sources().Names())
	cmd.MarkFlagDirname("output-dir") //nolint:errcheck // the flag exists
	return cmd
}

func (c *conversion) execute(cmd *cobra.Command, s Streams) error {
	from, to, err := c.both()
	if err == nil {
		err = c.misfit()
	}
	if err != nil {
		return err
	}
	in, flags, err := c.run.read(cmd.Context(), s, cmd, nil)
	if err != nil {
		return err
	}
	if in.Given > 0 {
		return errors.New("the input has a RetryPolicy: convert is for configuration that has none; translate is for policies")
	}
	settings := func(t translators.Source) gateway.Settings { return in.Settings(t, flags) }
	doing(cmd.Context(), "retryctl: reading what the configuration does")
	rules, findings := survey.Of(in.World, survey.Options{Sources: c.run.sources, From: []translators.Source{from}, Settings: settings})
	name := from.Gateway.Profile().Name
	rules = slices.DeleteFunc(rules, func(r survey.Rule) bool { return r.Gateway.Name != name })
	if len(rules) == 0 {
		return fmt.Errorf("nothing in the input is %s's", from.Gateway.Profile().Title)
	}
	text, lost := importing.Moved(rules, survey.In(in.World, settings), to, in.World, importing.Options{})
	in.Findings = append(append(in.Findings, findings...), lost...)
	if c.policies {
		if c.run.strict {
			in.Findings = in.Findings.Strict()
		}
		return c.printPolicies(s, text, in.Findings.Sorted())
	}
	objects, err := manifest.Read(bytes.NewReader(text), "converted")
	if err != nil {
		return fmt.Errorf("read the policies that were made: %w", err)
	}
	made := pipeline.Decode(c.run.gateways, objects)
	in.Policies, in.Given = made.Policies, made.Given
	for _, p := range in.Policies {
		p.Source = schema.Source{} // nobody has that text
	}
	in.Findings = append(in.Findings, made.Findings...)
	return c.translate(cmd, s, in, flags, []pipeline.Assignment{{Target: to, Policies: in.Policies}})
}

// both gives the two gateways.
func (c *conversion) both() (from translators.Source, to translators.Target, err error) {
	sources, err := c.run.sources.ParseSources(c.from)
	if err == nil && len(sources) != 1 {
		err = errors.New("--from names one gateway")
	}
	if err != nil {
		return from, to, err
	}
	targets, err := c.run.gateways.ParseTargets(c.run.to)
	if err == nil && len(targets) != 1 {
		err = errors.New("--to names one gateway")
	}
	if err != nil {
		return from, to, err
	}
	from, to = sources[0], targets[0]
	if from.Gateway.Profile().Name == to.Gateway.Profile().Name {
		err = errors.New("--from and --to are the same gateway")
	}
	return from, to, err
}

func (c *conversion) printPolicies(s Streams, text []byte, findings finding.List) error {
	if err := c.run.report.save(findings); err != nil {
		return err
	}
	if findings.Count(finding.Error) == 0 {
		if err := whole(s.Out, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return c.run.report.print(s.Err, findings)
}
