package controller

import (
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/route"
)

// Meet reports whether a request may match both; of regular expressions nothing
// is known.
func Meet(m, n route.Match) bool {
	if m.Method != "" && n.Method != "" && m.Method != n.Method {
		return false
	}
	below := func(path, prefix string) bool {
		rest, ok := strings.CutPrefix(path, strings.TrimSuffix(prefix, "/"))
		return ok && (rest == "" || rest[0] == '/')
	}
	known := []route.PathKind{route.Exact, route.Prefix}
	a, b := m.Path, n.Path
	switch {
	case !slices.Contains(known, a.Kind) || !slices.Contains(known, b.Kind):
		return true
	case a.Kind == route.Exact && b.Kind == route.Exact:
		return a == b
	}
	return b.Kind == route.Prefix && below(a.Value, b.Value) || a.Kind == route.Prefix && below(b.Value, a.Value)
}

// ReachOf is route.ReachOf in that order: a prefix / with a method, or with the
// conditions of a regular expression, comes before that.
func ReachOf(rules []route.Rule, i int, m route.Match) behavior.Methods {
	methods := route.ReachOf(rules, i, m)
	if m.Path.Kind == route.Pattern {
		methods &^= before(rules, route.AnyPath(), m)
	}
	return methods
}

// before gives the methods that matches for a path take from one that comes behind
// them. What matches everything goes last, and takes none.
func before(rules []route.Rule, path route.Path, m route.Match) (methods behavior.Methods) {
	for _, rule := range rules {
		for _, n := range rule.Matches {
			if n.Path == path && !Everything(n) && within(n.Conditions, m.Conditions) {
				methods |= Allowed(n)
			}
		}
	}
	return methods
}

// Everything reports whether a match of a route matches each request.
func Everything(m route.Match) bool {
	return m.Path == route.AnyPath() && m.Method == "" && m.Conditions == ""
}
