package survey

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
)

// Endless says of which rules nothing bounds how often a request is tried again, once each.
func Endless(rules []Rule) finding.List {
	var list finding.List
	for _, r := range rules {
		for _, e := range r.Effects {
			if e.Behavior.For(e.Methods).MaxRetries != behavior.Is(behavior.Unlimited) {
				continue
			}
			o := r.Intent.Object
			list.Add(finding.Finding{
				Code: finding.EndlessTries, Severity: finding.EndlessTries.Severity(), Gateway: r.Gateway.Name, Object: o.ID(),
				Message: r.Intent.RuleName() + ": nothing bounds how often a request is tried again, by " + e.Origin["maxRetries"],
				File:    o.File, Line: r.Line(), Column: 1,
			})
			break
		}
	}
	return list
}
