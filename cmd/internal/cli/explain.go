package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators"
	"retryctl.dev/translators/explain"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
	"retryctl.dev/translators/survey"
)

// An explanation is a run of explain.
type explanation struct {
	run    run
	form   word
	from   []string
	host   string
	path   string
	method word
	cause  string
}

func newExplain(s Streams) *cobra.Command {
	e := explanation{
		run:    run{gateways: s.Gateways, sources: s.sources()},
		form:   word{value: "text", allowed: []string{"text", "json"}},
		method: word{allowed: behavior.AllMethods.Each()},
	}
	cmd := &cobra.Command{
		Use:   "explain [CODE] | [-f FILE]...",
		Short: "Show what each gateway will do with the requests, or what a code means",
		Long: `Explain translates like translate does, and instead of the objects prints what each
gateway makes of them, rule by rule: what is retried for which methods, every wait,
the worst case, and where each value comes from. What has no error is shown even if
something else has one. Where nothing names a target, it is every gateway: nothing is
written.

Without a policy in the input it shows what the configuration that is there does: each
rule of each HTTPRoute, GRPCRoute, VirtualService, Ingress and IngressRoute, by the
gateway that serves it, with the file and line of each value that is written, and with
the defaults that are not. The gateway is told by classes, controllers and kinds; for
what they leave open --from names it, and for all --from gives versions. ingress-nginx is
read as well, though it is no target; its ConfigMap counts where it is given.

--host, --path, --method and --cause narrow that down to the rules whose matches take
such a request, and to whether it is tried again after that cause. With the code of a
finding explain prints what the code means.`,
		Example: `  retryctl explain -f policy.yaml -f routes.yaml --to envoy-gateway
  retryctl explain -f . -o json
  retryctl explain -f live.yaml
  kubectl get virtualservices,ingresses,httproutes,gateways,gatewayclasses -A -o yaml | retryctl explain -f -
  retryctl explain -f live.yaml --from istio@1.24 --host shop.example --method POST --cause 503
  retryctl explain RT2004`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return explainCode(s.Out, args[0])
			}
			return e.execute(cmd, s)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, p := range finding.Catalogue() {
				codes = append(codes, string(p.Code)+"\t"+p.Title)
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
	}
	e.run.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&e.from, "from", nil, "`gateway` that serves what exists, where the input does not show one; with @1.24 for a version; repeatable")
	f.StringVar(&e.host, "host", "", "show the existing rules that take requests for this `hostname`")
	f.StringVar(&e.path, "path", "", "show the existing rules that take requests on this `path`")
	f.StringVar(&e.cause, "cause", "", "show for the existing rules whether a request is tried again after this `cause`: 503, Reset, UNAVAILABLE")
	addWord(cmd, &e.method, "method", "", "show the existing rules that take requests with this `method`")
	addWord(cmd, &e.form, "output", "o", "`form` of what is printed")
	completes(cmd, "from", s.sources().Names())
	return cmd
}

func (e *explanation) execute(cmd *cobra.Command, s Streams) error {
	if _, err := e.run.sources.ParseSources(e.from); err != nil {
		return err
	}
	in, flags, err := e.run.read(cmd.Context(), s, cmd, nil)
	if err != nil {
		return err
	}
	var entries []explain.Entry
	var findings finding.List
	if in.Given == 0 {
		entries, findings, err = e.existing(in, flags)
	} else {
		entries, findings, err = e.translated(cmd, s, in, flags)
	}
	if err != nil {
		return err
	}
	if err := e.run.report.save(findings); err != nil {
		return err
	}
	write := explain.WriteText
	if e.form.value == "json" {
		write = explain.WriteJSON
	}
	if err := whole(s.Out, func(w io.Writer) error { return write(w, entries) }); err != nil {
		return err
	}
	return e.run.report.print(s.Err, findings)
}

// translated explains what the policies of an input come to.
func (e *explanation) translated(cmd *cobra.Command, s Streams, in pipeline.Input, flags schema.ConfigSpec) ([]explain.Entry, finding.List, error) {
	for _, name := range []string{"from", "host", "path", "method", "cause"} {
		if cmd.Flags().Changed(name) {
			return nil, nil, fmt.Errorf("--%s is about configuration that exists, and the input has a RetryPolicy: leave one of them out", name)
		}
	}
	entries := []explain.Entry{}
	e.run.each = func(result *translators.Result) error {
		entries = append(entries, explain.Entries([]translators.Result{*result})...)
		result.Objects = nil
		return lean(result)
	}
	out, err := e.run.translateAll(cmd.Context(), s, in, flags)
	return entries, out.Findings, err
}

// existing explains what the configuration of an input does.
func (e *explanation) existing(in pipeline.Input, flags schema.ConfigSpec) ([]explain.Entry, finding.List, error) {
	if len(e.run.to) > 0 {
		return nil, nil, fmt.Errorf("--to is for policies, and there is %w: --from names the gateway of what exists", e.run.input.noPolicy())
	}
	from, err := e.run.sources.ParseSources(e.from)
	if err != nil {
		return nil, nil, err
	}
	q := survey.Request{Host: e.host, Path: e.path}
	if e.method.value != "" {
		q.Methods = behavior.ParseMethod(e.method.value)
	}
	var causes []behavior.Cause
	if e.cause != "" {
		cause, ok := behavior.ParseCause(e.cause)
		if !ok {
			return nil, nil, fmt.Errorf("there is no cause %q: a status code from 400 to 599, a condition such as Reset, or a gRPC status such as UNAVAILABLE", e.cause)
		}
		causes = append(causes, cause)
	}
	rules, findings := survey.Of(in.World, survey.Options{Sources: e.run.sources, From: from, Request: q,
		Settings: func(t translators.Source) gateway.Settings { return in.Settings(t, flags) }})
	findings = slices.Concat(in.Findings, findings, survey.Endless(rules)).Sort()
	if e.run.strict {
		findings = findings.Strict()
	}
	switch {
	case len(rules) > 0 || findings.Count(finding.Warning)+findings.Count(finding.Error) > 0:
	case q != survey.Request{}:
		return nil, nil, errors.New("no rule in the input takes such a request")
	default:
		return nil, nil, fmt.Errorf("%w, and nothing that a gateway serves", e.run.input.noPolicy())
	}
	return explain.About(explain.Existing(rules, in.World), causes...), findings, nil
}

func explainCode(w io.Writer, code string) error {
	page, ok := finding.Find(finding.Code(strings.ToUpper(code)))
	if !ok {
		return fmt.Errorf("there is no code %q: codes look like RT2004, and files are given with -f", code)
	}
	return whole(w, page.Write)
}
