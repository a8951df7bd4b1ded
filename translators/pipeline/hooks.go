package pipeline

import (
	"slices"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
)

// hookAnnotation is on what Helm makes at certain times and not with the rest.
const hookAnnotation = "helm.sh/hook"

// withoutRepeats leaves out hooks that have the name of another object: a chart may
// have, say, its ServiceAccount twice, because a hook that runs before everything
// else needs it too. The object that stays is the one that is there in the end.
func withoutRepeats(objects []*manifest.Object) []*manifest.Object {
	if !slices.ContainsFunc(objects, isHook) {
		return objects
	}
	taken := map[manifest.ID]bool{}
	for _, o := range objects {
		taken[o.ID()] = taken[o.ID()] || !isHook(o)
	}
	var rest []*manifest.Object
	for _, o := range objects {
		if isHook(o) && taken[o.ID()] {
			continue
		}
		taken[o.ID()] = true
		rest = append(rest, o)
	}
	return rest
}

func isHook(o *manifest.Object) bool {
	_, hook := o.Annotation(hookAnnotation)
	return hook && !schema.Ours(o) && o.ID().Name != ""
}
