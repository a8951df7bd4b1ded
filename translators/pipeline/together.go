package pipeline

import (
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators"
)

// A Kept object is what a stream holds of an object that a target has written: its tree,
// or less.
type Kept interface {
	// Object gives the tree.
	Object() (*manifest.Object, error)
	// Replace takes the tree with the marks of another target as well.
	Replace(*manifest.Object) error
}

// A Joint is one stream for several targets, in which an object stands once: what two
// targets write alike is the first one's, with the marks of both. The zero value is empty.
type Joint struct {
	written  map[manifest.ID]*writing
	disputed []*writing
}

// A writing is an object with the targets that write it.
type writing struct {
	id       manifest.ID
	file     string
	kept     Kept
	gateways []string
}

// Add adds an object of a target; keep is called where no target before has written it.
func (j *Joint) Add(gateway string, o *manifest.Object, keep func() (Kept, error)) error {
	first := j.written[o.ID()]
	if first == nil {
		kept, err := keep()
		if err != nil {
			return err
		}
		if j.written == nil {
			j.written = map[manifest.ID]*writing{}
		}
		j.written[o.ID()] = &writing{o.ID(), o.File, kept, []string{gateway}}
		return nil
	}
	if len(first.gateways) == 1 {
		was, err := first.kept.Object()
		if err != nil {
			return err
		}
		if undo.Join(was, o) {
			return first.kept.Replace(was)
		}
		j.disputed = append(j.disputed, first)
	}
	first.gateways = append(first.gateways, gateway)
	return nil
}

// Disputed gives an error, with a hint, for each object that targets write each in its
// own way.
func (j *Joint) Disputed(hint string) finding.List {
	var list finding.List
	for _, w := range j.disputed {
		last := len(w.gateways) - 1
		list.Add(finding.Finding{
			Code: finding.SeveralTargets, Object: w.id, File: w.file, Hint: finding.Do(hint),
			Message: strings.Join(w.gateways[:last], ", ") + " and " + w.gateways[last] + " write it, each in its own way, and it can be there once",
		})
	}
	return list
}

// Together gives the results of several targets as a Joint has them, and what it disputes.
func Together(results []translators.Result, hint string) ([]translators.Result, finding.List) {
	var j Joint
	once := make([]translators.Result, len(results))
	for n, r := range results {
		once[n] = r
		once[n].Objects = nil
		for _, o := range r.Objects {
			j.Add(r.Gateway.Name, o, func() (Kept, error) { //nolint:errcheck // a tree is no trouble
				once[n].Objects = append(once[n].Objects, o)
				return tree{o}, nil
			})
		}
	}
	return once, j.Disputed(hint)
}

// A tree is an object that is kept as it is.
type tree struct{ o *manifest.Object }

func (t tree) Object() (*manifest.Object, error) { return t.o, nil }
func (t tree) Replace(*manifest.Object) error    { return nil } // it is the same
