package controller

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
)

// Others gives the VirtualServices that may have the host in the mesh to themselves.
func (r *Routes) Others() (list []*manifest.Object) {
	if r == nil || len(r.Matches) == 0 {
		return nil
	}
	for _, vs := range r.rivals {
		if Undated(vs, r.Matches[0].VS) || ForSome(r.Matches[0].VS) {
			list = append(list, vs)
		}
	}
	return list
}

// Everything reports whether each request matches.
func (s HTTPMatch) Everything() bool { return Matcher{s.Key, s.Methods}.Everything() }

// Undated reports whether the input does not tell which of two objects is older.
// One without a time is younger than one that has it.
func Undated(a, b *manifest.Object) bool {
	dated := func(o *manifest.Object) bool { return o.At("metadata", "creationTimestamp").Text() != "" }
	return a != b && !dated(a) && !dated(b)
}

// Near gives the indexes, in order, of the matches that may meet a uri: those that
// cover it, those of longer paths below a prefix, and regular expressions.
func (r *Routes) Near(uri string) []int {
	if r == nil {
		return nil
	}
	kind, path, _ := strings.Cut(uri, " ")
	if kind != "prefix" && kind != "exact" {
		return r.all()
	}
	indexes := r.covering(uri)
	if kind == "prefix" {
		from, _ := slices.BinarySearchFunc(r.paths, path, func(p pathOf, path string) int { return strings.Compare(p.path, path) })
		for _, p := range r.paths[from:] {
			if !strings.HasPrefix(p.path, path) {
				break
			}
			indexes = append(indexes, r.byURI[p.uri]...)
		}
	}
	for _, uri := range r.regular {
		indexes = append(indexes, r.byURI[uri]...)
	}
	slices.Sort(indexes)
	return slices.Compact(indexes)
}

func (r *Routes) all() []int {
	indexes := make([]int, len(r.Matches))
	for n := range indexes {
		indexes[n] = n
	}
	return indexes
}

// A pathOf is a uri that is a prefix or an exact path.
type pathOf struct{ path, uri string }

// CoversURI reports whether a match for one uri lets every path of another through.
func CoversURI(wide, uri string) bool {
	wideKind, widePath, _ := strings.Cut(wide, " ")
	kind, path, _ := strings.Cut(uri, " ")
	switch {
	case wide == uri, wide == "", wide == "regex .*", wide == "prefix /" && kind != "":
		return true
	case wideKind != "prefix" || kind != "prefix" && kind != "exact":
		return false
	}
	return strings.HasPrefix(path, widePath)
}
