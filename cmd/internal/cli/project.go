package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
	"retryctl.dev/translators/gateway"
)

// A project is a decoded input.
type project struct {
	policies []*schema.RetryPolicy
	configs  []*schema.Config
	world    *manifest.Set
	findings finding.List
}

// decode sorts objects into policies, settings and manifests, and checks the
// first two. Policies with errors are left out.
func decode(objects []*manifest.Object) project {
	p := project{world: manifest.NewSet(objects)}
	for _, o := range manifest.Twice(objects) {
		p.findings.Add(finding.Finding{
			Code: finding.GivenTwice, Object: o.ID().String(), Message: o.ID().String() + " is given twice",
			Hint: "keep one of the two", File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
		})
	}
	for _, o := range objects {
		if o.ID().Group != schema.Group {
			continue
		}
		if o.ID().Kind == schema.ConfigKind {
			config, findings := schema.DecodeConfig(o)
			p.findings = append(p.findings, findings...)
			p.configs = append(p.configs, config)
			continue
		}
		policy, findings := schema.Decode(o)
		if findings.Count(finding.Error) == 0 {
			findings = append(findings, schema.Validate(policy)...)
		}
		p.findings = append(p.findings, findings...)
		if findings.Count(finding.Error) == 0 {
			p.policies = append(p.policies, policy)
		}
	}
	return p
}

// A run is what the commands that translate have in common.
type run struct {
	input  input
	to     []string
	strict bool
	report reporting
}

func (r *run) flags(cmd *cobra.Command) {
	r.input.flags(cmd)
	cmd.Flags().StringArrayVar(&r.to, "to", nil, "`target` to translate to: all, "+strings.Join(translators.Names(), ", ")+"; with @1.9 for a version; repeatable")
	cmd.Flags().BoolVar(&r.strict, "strict", false, "make an error of every loss that the policy does not accept")
	r.report.flags(cmd)
	cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions(append(translators.Names(), "all"), cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag exists
}

// outcome is everything that a run came to.
type outcome struct {
	results  []translators.Result
	findings finding.List
}

// run reads, resolves and translates.
func (r *run) run(stdin io.Reader, args []string) (outcome, error) {
	objects, err := r.input.read(stdin, args)
	if err != nil {
		return outcome{}, err
	}
	p := decode(objects)
	targets, err := r.targets(p)
	if err != nil {
		return outcome{}, err
	}
	plan, findings := resolve.Resolve(p.policies, p.world)
	out := outcome{findings: append(p.findings, findings...)}
	for _, t := range targets {
		result := translators.Run(t.Gateway, plan, settings(t, p.configs), r.strict)
		out.results = append(out.results, result)
		out.findings = append(out.findings, result.Findings...)
	}
	if r.strict {
		out.findings = strictly(out.findings)
	}
	out.findings = out.findings.Sorted()
	return out, nil
}

// strictly makes errors of the warnings about the input; those of gateways have
// been judged already, by what the policy accepts.
func strictly(list finding.List) finding.List {
	for n := range list {
		if list[n].Gateway == "" && list[n].Severity == finding.Warning {
			list[n].Severity = finding.Error
		}
	}
	return list
}

// targets are those of the flags, else those of the Config, else all.
func (r *run) targets(p project) ([]translators.Target, error) {
	to := r.to
	for _, c := range p.configs {
		if len(r.to) == 0 {
			to = append(to, c.Spec.Targets...)
		}
	}
	if len(to) == 0 {
		to = []string{"all"}
	}
	return translators.ParseTargets(to)
}

// settings are the defaults of a target with what Configs say.
func settings(t translators.Target, configs []*schema.Config) gateway.Settings {
	s := gateway.Defaults(t.Gateway.Profile())
	s.Version = t.Version
	for _, c := range configs {
		s.Apply(c.Spec)
	}
	return s
}
