package gatewayapi

import (
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi/api"
	"retryctl.dev/translators/rivals"
)

// fighting finds existing budgets on the Services of written ones.
func fighting(c gateway.Contest) finding.List {
	budget := rivals.Side{Group: api.BudgetGroup, Kind: api.BudgetKind, Claims: claims}
	return rivals.Of(c, rivals.Rivalry{Existing: budget, Written: budget, Reason: "of two policies on one Service the older one holds (GEP-713)"})
}

// claims gives what a policy is on by name.
func claims(o *manifest.Object, _ gateway.Contest) []rivals.Claim {
	var list []rivals.Claim
	for _, v := range o.At("spec", "targetRefs").Items() {
		id := manifest.ID{Kind: v.At("kind").Text(), Namespace: o.ID().Namespace, Name: v.At("name").Text()}
		list = append(list, rivals.On(rivals.Target(id, v.At("sectionName").Text()))...)
	}
	return list
}
