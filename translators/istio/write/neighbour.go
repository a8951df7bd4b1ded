package write

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// splits reports whether a policy asks for some methods of a rule only.
func (t *translation) splits(o *manifest.Object, rule int) bool {
	return slices.ContainsFunc(t.plan.Intents, func(i resolve.Intent) bool {
		_, limited := gateway.Limit(i.Want)
		return limited && i.ID() == o.ID() && i.Rule == rule
	})
}
