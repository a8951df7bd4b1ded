package istio

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// splits reports whether a policy asks for some methods of a rule only.
func (t *translation) splits(o *manifest.Object, rule int) bool {
	return slices.ContainsFunc(t.plan.Intents, func(i resolve.Intent) bool {
		_, limited := gateway.Limit(i.Want)
		return limited && i.ID() == o.ID() && i.Rule == rule
	})
}

// meet reports whether a request may match both; of regular expressions nothing
// is known.
func meet(m, n route.Match) bool {
	if m.Method != "" && n.Method != "" && m.Method != n.Method {
		return false
	}
	kind, path, _ := strings.Cut(m.Path, " ")
	otherKind, otherPath, _ := strings.Cut(n.Path, " ")
	below := func(path, prefix string) bool {
		rest, ok := strings.CutPrefix(path, strings.TrimSuffix(prefix, "/"))
		return ok && (rest == "" || rest[0] == '/')
	}
	known := []string{"Exact", "PathPrefix"}
	switch {
	case !slices.Contains(known, kind) || !slices.Contains(known, otherKind):
		return true
	case kind == "Exact" && otherKind == "Exact":
		return path == otherPath
	}
	return otherKind == "PathPrefix" && below(path, otherPath) || kind == "PathPrefix" && below(otherPath, path)
}
