package cli

import (
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators"
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
	instead   map[*manifest.Object]*manifest.Object // edited objects, by what they stand for
	added     []*manifest.Object
	conflicts finding.List // one for each edit that cannot be made
}

// edits takes results together. What two targets want alike is done once.
func (h holder) edits(results []translators.Result) edits {
	e := edits{instead: map[*manifest.Object]*manifest.Object{}}
	once, rivals := together(results, h.rival)
	e.conflicts = rivals
	for _, r := range once {
		for _, o := range r.Objects {
			switch {
			case o.Original != nil && manifest.Equal(o, o.Original):
			case o.Original == nil:
				e.added = append(e.added, o)
			case !h.holds(o.Original):
				e.conflicts.Add(editError(o, r.Gateway.Name+" "+h.lacks, h.hint))
			default:
				e.instead[o.Original] = o
			}
		}
	}
	return e
}

// editError is a finding about an edit that cannot be made.
func editError(o *manifest.Object, message, hint string) finding.Finding {
	return finding.Finding{
		Code: finding.CannotEdit, Object: o.ID().String(), Message: message, Hint: hint, File: o.File,
	}
}
