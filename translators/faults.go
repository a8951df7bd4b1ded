package translators

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// faults says of each policy what the version of the gateway does wrong with its rules
// and others do not, and names the first version that is without all of it.
func faults(profile gateway.Profile, s gateway.Settings, rules []RuleEffects) []gateway.Said {
	var said []gateway.Said
	done := map[*schema.RetryPolicy]bool{}
	for _, rule := range rules {
		policy := rule.Intent.Policy
		if done[policy] {
			continue
		}
		done[policy] = true
		touched := func(f gateway.Fault) bool {
			return slices.ContainsFunc(rules, func(r RuleEffects) bool {
				return r.Intent.Policy == policy && slices.ContainsFunc(r.Effects, func(e behavior.Effect) bool { return slices.Contains(e.Touches, f.Of) })
			})
		}
		for _, who := range byWhom(profile.Faults, touched) {
			if f, any := faulty(profile, s, who); any {
				one := resolve.About(policy, finding.FaultyVersion, fmt.Sprintf("spec.targetRefs[%d]", rule.Intent.Ref), f.Message)
				one.Reason, one.Hint, one.Severity = f.Reason, f.Hint, f.Severity
				said = append(said, gateway.Said{Policy: policy, Finding: one})
			}
		}
	}
	return said
}

// byWhom gives the faults that are touched, together for each who has them.
func byWhom(all []gateway.Fault, touched func(gateway.Fault) bool) (groups [][]gateway.Fault) {
	for _, f := range all {
		if !touched(f) {
			continue
		}
		at := slices.IndexFunc(groups, func(g []gateway.Fault) bool { return g[0].By == f.By })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], f)
	}
	return groups
}

// faulty says which of the faults the version has that is meant, and which some of its
// patches have: a warning where it is sure.
func faulty(profile gateway.Profile, s gateway.Settings, list []gateway.Fault) (f finding.Finding, any bool) {
	name, version, known := profile.Title, s.Version, true
	flag := "--to " + profile.Name
	if by := list[0].By; by != "" {
		name, version, known = by, gateway.Version{}, false
		if option := list[0].Option; option.Field != "" {
			word, text, versioned := strings.Cut(s.Word(option), "@")
			if v, err := gateway.ParseVersion(text); err == nil {
				version, known = v, true
			}
			if flag = "--" + option.Flag + " " + word; word != by || !versioned {
				return f, false // it is another, or its newest is meant
			}
		}
	}
	var does, sources []string
	var safe gateway.Version
	f.Severity = finding.Note
	for _, one := range list {
		has, perhaps := one.In(version)
		switch {
		case has && known:
			does, f.Severity = append(does, one.Does), finding.Warning
		case perhaps || !known:
			does = append(does, "before "+one.Fixed.String()+" "+one.Does)
		default:
			continue
		}
		sources = append(sources, one.Source)
		if one.Fixed.Compare(safe) > 0 {
			safe = one.Fixed
		}
	}
	if len(does) == 0 {
		return f, false
	}
	who := name
	if known {
		who += " " + version.String()
	}
	f.Message = fmt.Sprintf("%s %s", who, strings.Join(does, ", and "))
	f.Reason = strings.Join(sources, "; ")
	f.Hint = finding.Do(fmt.Sprintf("run %s or a newer one, and say so: %s@%s", safe, flag, safe))
	if !known {
		f.Hint = finding.Do(fmt.Sprintf("run %s or a newer one", safe))
	}
	return f, true
}
