package diff

import (
	"fmt"
	"slices"
	"sync"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/schema/undo"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/pipeline"
)

// left gives a note for each existing object that something in the existing state
// makes count and nothing in the wanted state does: a plugin that no object names
// any more, a policy for a rule that is gone. Nothing takes it away, and whose it is
// nobody can tell, unless its mark does: what a translation for one of the targets made
// and this one does not write is left over too.
func (v view) left(existing []*manifest.Object, written []*manifest.Object, after *manifest.Set, targets []string) finding.List {
	var list finding.List
	before, references := manifest.NewSet(existing), v.changes(existing, after)
	wanted := sync.OnceValue(func() mentioning { return v.mentionsIn(after.All()) })
	add := func(o *manifest.Object, was, hint string) {
		list.Add(finding.Finding{
			Code: finding.Leftover, Object: o.ID(), File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
			Message: fmt.Sprintf("%s would have no effect any more: %s", o.ID(), was), Hint: finding.Do(hint),
		})
	}
	now := manifest.NewSet(written)
	const hint = "if nothing else needs it, delete it: what is left out is not deleted by kubectl apply without --prune"
	for _, o := range existing {
		switch {
		case undo.Made(o, targets):
			if now.Get(o.ID()) == nil {
				list.Add(finding.Finding{
					Code: finding.Leftover, Object: o.ID(), File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
					Message: fmt.Sprintf("%s was written by an earlier run, and no policy explains it any more", o.ID()), Hint: finding.Do("delete it: " + pipeline.Deletion(o)),
				})
			}
		case after.Get(o.ID()) != o: // it is written, or given
		case v.role(o.ID()) == gateway.Referred:
			if by := references.of(o.ID()); by != nil && wanted().of(o.ID()) == nil {
				add(o, "only "+by.ID().String()+" refers to it, and does not in what is wanted", hint)
			}
		case v.role(o.ID()) == gateway.Attached:
			if gone := forNothing(o, before, after); gone != "" {
				add(o, gone+" is there, and is not in what is wanted", hint)
			}
		}
	}
	return list
}

// changes gives what those existing objects refer to that are wanted otherwise: only
// these can have lost a reference.
func (v view) changes(existing []*manifest.Object, after *manifest.Set) mentioning {
	var changed []*manifest.Object
	for _, o := range existing {
		if after.Get(o.ID()) != o {
			changed = append(changed, o)
		}
	}
	return v.mentionsIn(changed)
}

// forNothing reports whether a policy is for sections of routes only that one world
// has and another has not, and names one.
func forNothing(o *manifest.Object, before, after *manifest.Set) string {
	gone := ""
	for _, ref := range o.At("spec", "targetRefs").Items() {
		id := manifest.ID{Group: ref.At("group").Text(), Kind: ref.At("kind").Text(), Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
		section := ref.At("sectionName").Text()
		if section == "" || !hasSection(before.Get(id), section) || hasSection(after.Get(id), section) {
			return ""
		}
		gone = fmt.Sprintf("rule %s of %s", section, id)
	}
	return gone
}

func hasSection(o *manifest.Object, name string) bool {
	return o != nil && slices.ContainsFunc(route.Rules(o), func(r route.Rule) bool { return r.Name == name })
}
