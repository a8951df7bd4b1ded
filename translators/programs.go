package translators

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// programs says, once each, which parts of the input may change the retries of what the
// policies are for and cannot be read.
func programs(rules []RuleEffects) []gateway.Said {
	var list []gateway.Said
	var said []string
	for _, p := range rules {
		for _, e := range p.Effects {
			for _, sentence := range e.Unseen {
				if slices.Contains(said, sentence) {
					continue
				}
				f := resolve.About(p.Intent.Policy, finding.UnseenProgram, fmt.Sprintf("spec.targetRefs[%d]", p.Intent.Ref), sentence)
				f.Severity = f.Code.Severity()
				said, list = append(said, sentence), append(list, gateway.Said{Policy: p.Intent.Policy, Finding: f})
			}
		}
	}
	return list
}
