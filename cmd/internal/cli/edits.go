package cli

import (
	"fmt"

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
	by := map[manifest.ID]string{}
	written := manifest.NewSet(nil)
	for _, r := range results {
		for _, o := range r.Objects {
			if o.Original != nil && manifest.Equal(o, o.Original) {
				continue
			}
			name := r.Gateway.Name
			switch other := written.Get(o.ID()); {
			case other != nil && manifest.Equal(o, other):
				continue
			case other != nil:
				e.conflicts.Add(editError(o, fmt.Sprintf("%s and %s both want to write it", by[o.ID()], name), h.rival))
			case o.Original == nil:
				e.added = append(e.added, o)
			case !h.holds(o.Original):
				e.conflicts.Add(editError(o, name+" "+h.lacks, h.hint))
			default:
				e.instead[o.Original] = o
			}
			by[o.ID()] = name
			written = written.With(o)
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
