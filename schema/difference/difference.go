// Package difference compares objects with those of the same name: as unified
// texts for people, field by field for programs.
package difference

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

// A Difference is an object of which two states do not mean the same.
type Difference struct {
	ID manifest.ID
	// From and To are the two states as normal.Pair gives them; one that does not
	// exist is that of an object which is not there.
	From, To manifest.Value
}

// Of gives the differences between the objects of two sides, in the order of the
// objects' names. Those whose states mean the same are left out.
func Of(from, to []*manifest.Object, opts normal.Options) []Difference {
	before, after := manifest.NewSet(from), manifest.NewSet(to)
	var list []Difference
	for _, o := range before.With(to...).All() {
		d := Difference{ID: o.ID()}
		d.From, d.To = normal.Pair(before.Get(d.ID), after.Get(d.ID), opts)
		if yaml(d.From) != yaml(d.To) {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b Difference) int {
		if a.ID.Less(b.ID) {
			return -1
		}
		return 1
	})
	return list
}

// Change says what became of the object: "added", "removed" or "changed".
func (d Difference) Change() string {
	switch {
	case !d.From.Exists():
		return "added"
	case !d.To.Exists():
		return "removed"
	}
	return "changed"
}
