package cli

import (
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A holder is something that is printed again with what was translated, and how it
// speaks of edits that cannot be made.
type holder struct {
	holds func(*manifest.Object) bool // whether an object is printed again
	lacks string                      // behind the name of a target that needs an edit of one that is not
	hint  string                      // what to do about that
	rival string                      // what to do about two targets that want one object
}

// edits are what the results of all targets come to for what is printed again.
type edits struct {
	instead   map[*manifest.Object]*manifest.Object // edited objects, by what they stand for; nil for what goes
	added     []*manifest.Object
	conflicts finding.List // one for each edit that cannot be made
}

// edits takes results together. What two targets want alike is done once.
func (h holder) edits(out outcome) edits {
	e := edits{instead: map[*manifest.Object]*manifest.Object{}}
	made := map[manifest.ID]*manifest.Object{}
	for _, o := range out.earlier.made {
		if h.holds(o) {
			made[o.ID()] = o
		}
	}
	for _, o := range out.earlier.stale(out.earlier.made) {
		e.instead[o] = nil
	}
	once, rivals := together(out.results, h.rival)
	e.conflicts = rivals
	for _, r := range once {
		for _, o := range r.Objects {
			switch {
			case o.Original == nil && made[o.ID()] == nil:
				e.added = append(e.added, o)
			case o.Original == nil:
				e.again(made[o.ID()], o)
			case !h.holds(o.Original) && manifest.Equal(o, o.Original):
			case !h.holds(o.Original):
				e.conflicts.Add(editError(o, r.Gateway.Name+" "+h.lacks, h.hint))
			default:
				e.instead[o.Original] = o
			}
		}
	}
	for given, now := range e.instead {
		if now != nil && manifest.Equal(given, now) {
			delete(e.instead, given)
		}
	}
	return e
}

// forFunctions are the annotations by which functions are told where items are from.
var forFunctions = []string{"config.kubernetes.io/", "internal.config.kubernetes.io/", "config.k8s.io/"}

// again puts an object in the place of a given one that an earlier run made.
func (e *edits) again(given, o *manifest.Object) {
	now := o.Clone()
	now.Original = nil
	for key, value := range given.At("metadata", "annotations").Fields() {
		if slices.ContainsFunc(forFunctions, func(p string) bool { return strings.HasPrefix(key.Text(), p) }) {
			now.At("metadata", "annotations").Put(key.Text(), value)
		}
	}
	e.instead[given] = now
}

// editError is a finding about an edit that cannot be made.
func editError(o *manifest.Object, message, hint string) finding.Finding {
	return finding.Finding{
		Code: finding.CannotEdit, Object: o.ID().String(), Message: message, Hint: hint, File: o.File,
	}
}
