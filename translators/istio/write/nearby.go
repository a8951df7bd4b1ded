package write

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// nearby is the routes at one virtual host, found by their paths: of thousands of
// them few can share requests with a given one.
type nearby struct {
	routes []*manifest.Object
	at     map[string][]int // those with a match at a path
	below  map[string][]int // those with one at a path or below it
	any    []int            // those with a match whose path tells nothing
}

func (s *nearby) add(o *manifest.Object) {
	n := len(s.routes)
	s.routes = append(s.routes, o)
	for _, rule := range route.Rules(o) {
		for _, m := range rule.Distinct() {
			path, ok := placeOf(m)
			if !ok {
				s.any = append(s.any, n)
				continue
			}
			at := strings.TrimSuffix(path, "/")
			s.at[at] = append(s.at[at], n)
			for _, above := range upwards(path) {
				s.below[above] = append(s.below[above], n)
			}
		}
	}
}

// near gives the routes one of whose matches may meet one of a route's, and maybe
// more, in the order in which they were added.
func (s *nearby) near(o *manifest.Object) []*manifest.Object {
	if s == nil {
		return nil
	}
	found := slices.Clone(s.any)
	for _, rule := range route.Rules(o) {
		for _, m := range rule.Distinct() {
			path, ok := placeOf(m)
			if !ok {
				return s.routes
			}
			found = append(found, s.below[strings.TrimSuffix(path, "/")]...)
			for _, above := range upwards(path) {
				found = append(found, s.at[above]...)
			}
		}
	}
	slices.Sort(found)
	var list []*manifest.Object
	for _, n := range slices.Compact(found) {
		list = append(list, s.routes[n])
	}
	return list
}

// placeOf gives the path of a match, or says that it tells nothing: a regular
// expression, a gRPC method, or a path longer than the Gateway API takes.
func placeOf(m route.Match) (path string, ok bool) {
	kind, path := m.Path.Kind, m.Path.Value
	return path, (kind == route.Exact || kind == route.Prefix) && len(path) <= 1024
}

// upwards gives a path and what it is cut to at each slash.
func upwards(path string) []string {
	list := []string{path}
	for n := range len(path) {
		if path[n] == '/' {
			list = append(list, path[:n])
		}
	}
	return list
}
