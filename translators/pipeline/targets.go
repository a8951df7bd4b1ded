package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators"
)

// ToAnnotation names the targets that a RetryPolicy is for.
const ToAnnotation = "retryctl.dev/to"

// An Assignment is a target with the policies that are for it.
type Assignment struct {
	translators.Target
	Policies []*schema.RetryPolicy
}

// Assign gives the targets of a run, in the order of all gateways. Those of to are for all
// policies; else a policy is for those of its annotation, or of the Configs, or the usual
// ones. One without any of these is lost. Without policies it is the targets that all
// would be for.
func (in Input) Assign(to []string, usual ...string) (list []Assignment, lost []*schema.RetryPolicy, err error) {
	texts := slices.Clone(to)
	for _, c := range in.Configs {
		if len(to) == 0 {
			texts = append(texts, c.Spec.Targets...)
		}
	}
	if len(texts) == 0 {
		texts = usual
	}
	common, err := in.Gateways.ParseTargets(texts)
	if err != nil {
		return nil, nil, err
	}
	if len(in.Policies) == 0 {
		for _, t := range common {
			list = append(list, Assignment{Target: t})
		}
	}
	for _, policy := range in.Policies {
		targets := common
		if own, ok := policy.Metadata.Annotations[ToAnnotation]; ok && len(to) == 0 {
			targets = in.destinations(own, common)
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
	slices.SortFunc(list, func(a, b Assignment) int { return in.rank(a.Target) - in.rank(b.Target) })
	return list, lost, nil
}

// AssignShown is Assign for a run that writes: where nothing names a target, it is the
// gateway that the input shows, which has to be one for all policies without a target.
func (in Input) AssignShown(to []string) ([]Assignment, error) {
	list, lost, err := in.Assign(to)
	if err != nil || len(lost) == 0 {
		return list, err
	}
	var names []string
	for _, policy := range lost {
		found, why := in.Gateways.Shown(policy, in.World)
		if len(found) == 0 {
			return nil, fmt.Errorf("no target is named, and the input does not show which gateway %s is for (%s): give --to with one of %s, or all",
				resolve.PolicyID(policy), why, strings.Join(in.Gateways.Names(), ", "))
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) > 1 {
		slices.SortFunc(names, func(a, b string) int {
			return slices.Index(in.Gateways.Names(), a) - slices.Index(in.Gateways.Names(), b)
		})
		return nil, fmt.Errorf("no target is named, and the input shows several, %s: give --to with one of them, or the annotation %s to each policy",
			strings.Join(names, " and "), ToAnnotation)
	}
	list, _, err = in.Assign(to, names...)
	return list, err
}

// destinations reads an annotation, which has been checked. A target in it without
// a version has that of the common ones.
func (in Input) destinations(to string, common []translators.Target) []translators.Target {
	targets, _ := in.Gateways.ParseTargets([]string{to}) //nolint:errcheck // misdirected has found them
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

func assign(list []Assignment, t translators.Target, policy *schema.RetryPolicy) ([]Assignment, error) {
	at := slices.IndexFunc(list, func(a Assignment) bool { return a.Gateway.Profile().Name == t.Gateway.Profile().Name })
	if at < 0 {
		return append(list, Assignment{t, []*schema.RetryPolicy{policy}}), nil
	}
	if other := list[at]; other.Version != t.Version {
		return nil, fmt.Errorf("%s is for %s %s, and %s for %[2]s %[5]s: a run is for one version of a gateway", resolve.PolicyID(other.Policies[0]),
			t.Gateway.Profile().Name, other.Version, resolve.PolicyID(policy), t.Version)
	}
	list[at].Policies = append(list[at].Policies, policy)
	return list, nil
}

// rank is the place of a target's gateway among all.
func (in Input) rank(t translators.Target) int {
	return slices.Index(in.Gateways.Names(), t.Gateway.Profile().Name)
}

// misdirected reports an annotation that names something else than targets.
func (in Input) misdirected(policy *schema.RetryPolicy) finding.List {
	var list finding.List
	if to, ok := policy.Metadata.Annotations[ToAnnotation]; ok {
		if _, err := in.Gateways.ParseTargets([]string{to}); err != nil {
			f := resolve.About(policy, finding.BadValue, "metadata.annotations", err.Error())
			f.Field = fmt.Sprintf("metadata.annotations[%q]", ToAnnotation)
			list.Add(f)
		}
	}
	return list
}
