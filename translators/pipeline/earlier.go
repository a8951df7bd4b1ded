package pipeline

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators"
)

// earlier is what earlier runs wrote into an input for the targets of this one. It is taken
// back, and is not in the world.
type earlier struct {
	// made are the given objects that an earlier run made, and restored those without
	// its edit.
	made, restored []*manifest.Object
	// written is what this run writes.
	written map[manifest.ID]bool
}

// takeBack gives the input without what earlier runs wrote for the targets of this one.
func (in Input) takeBack(assignments []Assignment) (Input, earlier) {
	taken := undo.TakeBack(in.World.All(), targetNames(assignments), in.Gateways.Normal())
	e := earlier{made: taken.Made, written: map[manifest.ID]bool{}}
	in.World, in.Findings = manifest.NewSet(taken.Objects), slices.Concat(in.Findings, taken.Findings)
	for _, o := range taken.Objects {
		if o.Original != nil {
			e.restored = append(e.restored, o)
		}
	}
	return in, e
}

func targetNames(assignments []Assignment) []string {
	var names []string
	for _, a := range assignments {
		names = append(names, a.Gateway.Profile().Name)
	}
	return names
}

// write adds to what this run writes.
func (e earlier) write(objects []*manifest.Object) {
	for _, o := range objects {
		e.written[o.ID()] = true
	}
}

// stale leaves out the objects that this run writes.
func (e earlier) stale(objects []*manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(o *manifest.Object) bool { return e.written[o.ID()] })
}

// settle adds to an outcome the objects that are to be again what they were before an
// earlier run, and says what is to be deleted. After an error nothing of an earlier run is
// touched: the policy that explains it may be the one that has it.
func (out *Outcome) settle(o Options) error {
	failed := out.Findings.Count(finding.Error) > 0
	list := out.earlier.left(out.Results, failed)
	if o.Strict && !failed {
		list = list.Strict()
	}
	if out.Findings = append(out.Findings, list...); failed {
		return nil
	}
	for _, object := range out.earlier.stale(out.earlier.restored) {
		for n := range out.Results {
			result := &out.Results[n]
			if !undo.Marked(object.Original, result.Gateway.Name) {
				continue
			}
			again := translators.Result{Gateway: result.Gateway, Version: result.Version, Objects: []*manifest.Object{object}}
			if o.Each != nil {
				if err := o.Each(&again); err != nil {
					return err
				}
			}
			result.Objects = append(result.Objects, again.Objects...)
			break
		}
	}
	return nil
}

// left gives a finding for each object that an earlier run wrote and no policy explains.
func (e earlier) left(results []translators.Result, failed bool) finding.List {
	var list finding.List
	add := func(o *manifest.Object, severity finding.Severity, message, hint string) {
		for _, r := range results {
			if undo.Marked(o, r.Gateway.Name) {
				list.Add(finding.Finding{Code: finding.Leftover, Severity: severity, Gateway: r.Gateway.Name, Object: o.ID(),
					Message: message, Hint: finding.Do(hint), File: o.File, Line: o.Root().Line(), Column: o.Root().Column()})
				return
			}
		}
	}
	const mend = "mend the errors first: the policy that explains it may have one"
	for _, o := range e.stale(e.made) {
		if failed {
			add(o, finding.Note, fmt.Sprintf("%s was written by an earlier run, and stays as it is while there are errors", o.ID()), mend)
			continue
		}
		add(o, finding.Warning, fmt.Sprintf("%s was written by an earlier run, and no policy explains it any more", o.ID()), "delete it: "+Deletion(o))
	}
	for _, o := range e.stale(e.restored) {
		if failed {
			add(o.Original, finding.Note, fmt.Sprintf("%s has an edit of an earlier run, and stays as it is while there are errors", o.ID()), mend)
		}
	}
	return list
}

// Deletion is the command that deletes an object.
func Deletion(o *manifest.Object) string {
	id := o.ID()
	kind := id.Kind
	if id.Group != "" {
		kind += "." + o.Version() + "." + id.Group
	}
	return fmt.Sprintf("kubectl delete %s %s -n %s", kind, id.Name, id.Namespace)
}
