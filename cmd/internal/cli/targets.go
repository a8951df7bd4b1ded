package cli

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// toAnnotation names the targets that a RetryPolicy is for.
const toAnnotation = "retryctl.dev/to"

// An assignment is a target with the policies that are for it.
type assignment struct {
	translators.Target
	policies []*schema.RetryPolicy
}

// assignments gives the targets of a run. Those of --to are for all policies; else a
// policy is for those of its annotation, or of the Configs, or the usual ones. One
// without any of these is lost. Without policies it is the targets that all would
// be for.
func (r *run) assignments(p project, usual ...string) (list []assignment, lost []*schema.RetryPolicy, err error) {
	texts := slices.Clone(r.to)
	for _, c := range p.configs {
		if len(r.to) == 0 {
			texts = append(texts, c.Spec.Targets...)
		}
	}
	if len(texts) == 0 {
		texts = usual
	}
	common, err := translators.ParseTargets(texts)
	if err != nil {
		return nil, nil, err
	}
	if len(p.policies) == 0 {
		for _, t := range common {
			list = append(list, assignment{Target: t})
		}
	}
	for _, policy := range p.policies {
		targets := common
		if to, ok := policy.Metadata.Annotations[toAnnotation]; ok && len(r.to) == 0 {
			targets = destinations(to, common)
		}
		for _, t := range targets {
			if list, err = assign(list, t, policy); err != nil {
				return nil, nil, err
			}
		}
		if len(targets) == 0 {
			lost = append(lost, policy)
		}
	}
	slices.SortFunc(list, func(a, b assignment) int { return place(a.Target) - place(b.Target) })
	return list, lost, nil
}

// shown gives the targets of a run that writes: where nothing names one, the gateway
// that the input shows, which has to be one for all policies without a target.
func (r *run) shown(p project) ([]assignment, error) {
	list, lost, err := r.assignments(p)
	if err != nil || len(lost) == 0 {
		return list, err
	}
	var names []string
	for _, policy := range lost {
		found, why := translators.Shown(policy, p.world)
		if len(found) == 0 {
			return nil, fmt.Errorf("no target is named, and the input does not show which gateway %s is for (%s): give --to with one of %s, or all",
				resolve.PolicyID(policy), why, strings.Join(translators.Names(), ", "))
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) > 1 {
		slices.SortFunc(names, func(a, b string) int {
			return slices.Index(translators.Names(), a) - slices.Index(translators.Names(), b)
		})
		return nil, fmt.Errorf("no target is named, and the input shows several, %s: give --to with one of them, or the annotation %s to each policy",
			strings.Join(names, " and "), toAnnotation)
	}
	list, _, err = r.assignments(p, names...)
	return list, err
}

// destinations reads an annotation, which has been checked. A target in it without
// a version has that of the common ones.
func destinations(to string, common []translators.Target) []translators.Target {
	targets, _ := translators.ParseTargets([]string{to}) //nolint:errcheck // misdirected has found them
	for n, t := range targets {
		name := t.Gateway.Profile().Name
		for _, c := range common {
			if c.Gateway.Profile().Name == name && !strings.Contains(to, name+"@") {
				targets[n] = c
			}
		}
	}
	return targets
}

func assign(list []assignment, t translators.Target, policy *schema.RetryPolicy) ([]assignment, error) {
	at := slices.IndexFunc(list, func(e assignment) bool { return place(e.Target) == place(t) })
	if at < 0 {
		return append(list, assignment{t, []*schema.RetryPolicy{policy}}), nil
	}
	if other := list[at]; other.Version != t.Version {
		return nil, fmt.Errorf("%s is for %s %s, and %s for %[2]s %[5]s: a run is for one version of a gateway", resolve.PolicyID(other.policies[0]),
			t.Gateway.Profile().Name, other.Version, resolve.PolicyID(policy), t.Version)
	}
	list[at].policies = append(list[at].policies, policy)
	return list, nil
}

// place is that of a target's gateway among all.
func place(t translators.Target) int {
	return slices.Index(translators.Names(), t.Gateway.Profile().Name)
}

// misdirected reports an annotation that names something else than targets.
func misdirected(policy *schema.RetryPolicy) finding.List {
	var list finding.List
	if to, ok := policy.Metadata.Annotations[toAnnotation]; ok {
		if _, err := translators.ParseTargets([]string{to}); err != nil {
			f := resolve.About(policy, finding.BadValue, "metadata.annotations", err.Error())
			f.Field = fmt.Sprintf("metadata.annotations[%q]", toAnnotation)
			list.Add(f)
		}
	}
	return list
}

// planFor resolves the policies of an assignment, and gives what is found with them and
// in the input. Policies for other targets have no part in it.
func (p project) planFor(e assignment, strict bool) (*resolve.Plan, finding.List) {
	p.policies, p.findings = e.policies, slices.Clip(p.findings)
	plan := p.plan(strict)
	return plan, p.findings
}

// check gives what is found in the input and with the policies for each target.
func (p project) check(strict bool) (finding.List, error) {
	assignments, _, err := (&run{}).assignments(p, "all")
	p.takeBack(assignments)
	if strict {
		p.findings = p.findings.Strict()
	}
	list := p.findings
	for _, e := range slices.CompactFunc(assignments, func(a, b assignment) bool { return slices.Equal(a.policies, b.policies) }) {
		_, found := p.planFor(e, strict)
		list = slices.Concat(list, found)
	}
	return list.Sorted(), err
}
