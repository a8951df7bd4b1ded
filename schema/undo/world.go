package undo

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

// A Taken is an input without what earlier runs wrote for some targets.
type Taken struct {
	// Objects are those of the input, in order. One from which something was taken
	// back is a copy, whose Original is the given one.
	Objects []*manifest.Object
	// Made are the given objects that a translation for one of the targets made. They
	// are not among Objects.
	Made []*manifest.Object
	// Findings are about what could not be taken back.
	Findings finding.List

	opts normal.Options
}

// TakeBack takes out of an input what earlier runs wrote for some targets, which are
// names of gateways. What they wrote for others stays. Opts know the kinds of all gateways.
func TakeBack(objects []*manifest.Object, targets []string, opts normal.Options) Taken {
	opts.StanzaDefaults = true
	taken := Taken{Objects: make([]*manifest.Object, 0, len(objects)), opts: opts}
	known := newDigests(opts)
	for _, o := range objects {
		marks := marksOf(o, targets)
		taken.unmarked(o)
		switch {
		case len(marks) == 0:
			taken.Objects = append(taken.Objects, o)
		case slices.ContainsFunc(marks, mark.made):
			taken.Made = append(taken.Made, o)
			for _, m := range marks {
				if known.changed(o, m.text) {
					taken.cannot(o, m.target, "it was changed since, and the change goes with it", "put what was added into an object of its own, or into the policy")
					break
				}
			}
		default:
			taken.Objects = append(taken.Objects, taken.restored(o, marks))
		}
	}
	return taken
}

// Made reports whether a translation for one of the targets made an object.
func Made(o *manifest.Object, targets []string) bool {
	return slices.ContainsFunc(marksOf(o, targets), mark.made)
}

// Marked reports whether an object has the mark of a target.
func Marked(o *manifest.Object, target string) bool { return len(marksOf(o, []string{target})) > 0 }

// A mark is what one target's translation wrote on an object.
type mark struct {
	target, text string
	record       manifest.Value
}

func (m mark) made() bool { return m.text == remove || strings.HasPrefix(m.text, remove+" ") }

func marksOf(o *manifest.Object, targets []string) []mark {
	var marks []mark
	annotations := o.At("metadata", "annotations")
	if annotations.Len() == 0 {
		return nil
	}
	for _, target := range targets {
		if v := annotations.At(Annotation(target)); v.Exists() {
			marks = append(marks, mark{target: target, text: v.Text()})
		}
	}
	return marks
}

// restored gives a copy of an object from which the edits of some targets are taken
// back. An edit that stands on another one goes first.
func (taken *Taken) restored(given *manifest.Object, marks []mark) *manifest.Object {
	o := given.Clone()
	annotations := o.At("metadata", "annotations")
	for n, m := range marks {
		annotations.Remove(Annotation(m.target))
		record, err := manifest.ReadJSON(m.text)
		if err != nil || !record.IsMap() {
			taken.cannot(given, m.target, fmt.Sprintf("its annotation %s is no record of an edit", Annotation(m.target)), stays)
		}
		marks[n].record = record
	}
	if annotations.Len() == 0 {
		o.At("metadata").Remove("annotations")
	}
	for len(marks) > 0 {
		next := max(0, slices.IndexFunc(marks, func(m mark) bool {
			trial := &taking{object: o, opts: taken.opts, dry: true}
			trial.mapping(o.Root(), m.record, "")
			return len(trial.stuck) == 0
		}))
		t := &taking{object: o, opts: taken.opts}
		t.mapping(o.Root(), marks[next].record, "")
		if len(t.stuck) > 0 {
			taken.cannot(given, marks[next].target, "it was changed since at "+strings.Join(t.stuck, ", "), stays)
		}
		marks = slices.Delete(marks, next, next+1)
	}
	return o
}

// stays is what to do about a place that is not ours any more.
const stays = "what stands there is left as it is: see that it is wanted, or restore the object from its source"

func (taken *Taken) cannot(o *manifest.Object, target, why, hint string) {
	taken.Findings.Add(finding.Finding{
		Code: finding.CannotTakeBack, Gateway: target, Object: o.ID(),
		Message: fmt.Sprintf("what an earlier run wrote into %s cannot all be taken back: %s", o.ID(), why),
		Hint:    finding.Do(hint),
		File:    o.File, Line: o.Root().Line(), Column: o.Root().Column(),
	})
}
