package route

import "retryctl.dev/schema/manifest"

// WriteRules writes the rules out that the API server fills in for an HTTPRoute
// without any: one, for every path (Gateway API 1.6 CRD, spec.rules default). A list
// that is there and empty is refused, and a GRPCRoute without rules has none.
func WriteRules(o *manifest.Object) {
	if implied(o) {
		o.At("spec").Put("rules", impliedRules())
	}
}

// Changed reports whether an edited object says something else than before: rules that
// are only written out are no change.
func Changed(before, edited *manifest.Object) bool {
	if implied(before) {
		before = before.Clone()
		WriteRules(before)
	}
	return !manifest.Equal(edited, before)
}

func implied(o *manifest.Object) bool {
	return o.Is(Group, "HTTPRoute") && o.At("spec").IsMap() && !o.At("spec", "rules").Exists()
}

func impliedRules() manifest.Value {
	everything := manifest.Map("path", manifest.Map("type", "PathPrefix", "value", "/"))
	return manifest.List(manifest.Map("matches", manifest.List(everything)))
}
