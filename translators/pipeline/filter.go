package pipeline

import (
	"bytes"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A Filter prints what it is given again, with what was translated in it, and has words of
// its own for edits that cannot be made.
type Filter struct {
	// Prints tells whether an object is printed again.
	Prints func(*manifest.Object) bool
	// Lacks stands behind the name of a target that needs an edit of one that is not, and
	// Hint says what to do about that.
	Lacks, Hint string
	// Rival says what to do about two targets that want one object.
	Rival string
}

// Edits are what the results of all targets come to for what is printed again.
type Edits struct {
	// Instead has edited objects, by what they stand for; nil for what goes.
	Instead map[*manifest.Object]*manifest.Object
	// Added are the new objects.
	Added []*manifest.Object
	// Conflicts has one finding for each edit that cannot be made.
	Conflicts finding.List
}

// Edits takes the results of an outcome together. What two targets want alike is done once.
func (f Filter) Edits(out Outcome) Edits {
	e := Edits{Instead: map[*manifest.Object]*manifest.Object{}}
	made := map[manifest.ID]*manifest.Object{}
	for _, o := range out.earlier.made {
		if f.Prints(o) {
			made[o.ID()] = o
		}
	}
	for _, o := range out.earlier.stale(out.earlier.made) {
		e.Instead[o] = nil
	}
	once, rivals := Together(out.Results, f.Rival)
	e.Conflicts = rivals
	for _, r := range once {
		for _, o := range r.Objects {
			switch {
			case o.Original == nil && made[o.ID()] == nil:
				e.Added = append(e.Added, o)
			case o.Original == nil:
				e.again(made[o.ID()], o)
			case !f.Prints(o.Original) && manifest.Equal(o, o.Original):
			case !f.Prints(o.Original):
				e.Conflicts.Add(editError(o, r.Gateway.Name+" "+f.Lacks, f.Hint))
			default:
				e.Instead[o.Original] = o
			}
		}
	}
	for given, now := range e.Instead {
		if now != nil && manifest.Equal(given, now) {
			delete(e.Instead, given)
		}
	}
	return e
}

// forFunctions are the annotations by which functions are told where items are from.
var forFunctions = []string{"config.kubernetes.io/", "internal.config.kubernetes.io/", "config.k8s.io/"}

// again puts an object in the place of a given one that an earlier run made.
func (e *Edits) again(given, o *manifest.Object) {
	now := o.Clone()
	now.Original = nil
	for key, value := range given.At("metadata", "annotations").Fields() {
		if slices.ContainsFunc(forFunctions, func(p string) bool { return strings.HasPrefix(key.Text(), p) }) {
			now.At("metadata", "annotations").Put(key.Text(), value)
		}
	}
	e.Instead[given] = now
}

// editError is a finding about an edit that cannot be made.
func editError(o *manifest.Object, message, hint string) finding.Finding {
	return finding.Finding{
		Code: finding.CannotEdit, Object: o.ID(), Message: message, Hint: finding.Do(hint), File: o.File,
	}
}

// Text gives documents with the edits in them and the new objects behind them, without
// what is for retryctl, and a finding for each edit that cannot be made.
func (f Filter) Text(given []manifest.Document, out Outcome) ([]byte, finding.List, error) {
	e := f.Edits(out)
	var text []byte
	for _, d := range given {
		one, err := d.Text(func(o *manifest.Object) *manifest.Object {
			if schema.Ours(o) {
				return nil
			}
			if edited, is := e.Instead[o]; is {
				return edited
			}
			return o
		})
		if err != nil {
			return nil, nil, err
		}
		text = manifest.AppendDocument(text, one)
	}
	for _, o := range e.Added {
		var one bytes.Buffer
		if err := o.WriteYAML(&one); err != nil {
			return nil, nil, err
		}
		text = manifest.AppendDocument(text, one.Bytes())
	}
	return text, e.Conflicts, nil
}
