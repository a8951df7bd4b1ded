package undo

import (
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

const (
	prefix = schema.Group + "/undo-"
	// remove begins the mark of an object that the translation made. A digest follows;
	// older marks have none.
	remove = "delete"

	managedBy = "app.kubernetes.io/managed-by"
	manager   = "retryctl"
)

// Annotation gives the annotation that holds the mark of a target, which is the name
// of a gateway.
func Annotation(target string) string { return prefix + target }

// IsMark reports whether an annotation is the mark of some target.
func IsMark(annotation string) bool { return strings.HasPrefix(annotation, prefix) }

// Join gives an object the marks of another one that is the same but for its marks,
// and reports whether it is.
func Join(o, other *manifest.Object) bool {
	if !manifest.Equal(unmarked(o), unmarked(other)) {
		return false
	}
	for key, value := range other.At("metadata", "annotations").Fields() {
		if IsMark(key.Text()) {
			o.At("metadata", "annotations").Put(key.Text(), value)
		}
	}
	return true
}

func unmarked(o *manifest.Object) *manifest.Object {
	c := o.Clone()
	annotations := c.At("metadata", "annotations")
	for key := range o.At("metadata", "annotations").Fields() {
		if IsMark(key.Text()) {
			annotations.Remove(key.Text())
		}
	}
	return c
}

// Mark writes on the objects of a translation what takes them back. World is what
// was translated, without traces of an earlier run for the target, and opts know its kinds.
func Mark(target string, world *manifest.Set, objects []*manifest.Object, opts normal.Options) {
	known := newDigests(opts)
	for _, o := range objects {
		was := world.Get(o.ID())
		if was == nil {
			digest := known.of(o)
			o.Root().Make("metadata", "annotations").Put(Annotation(target), remove+" "+digest)
			if labels := o.Root().Make("metadata", "labels"); !labels.At(managedBy).Exists() {
				labels.Put(managedBy, manager)
			}
			continue
		}
		if record, changed := change(was.Root(), o.Root()); changed {
			o.Root().Make("metadata", "annotations").Put(Annotation(target), string(record.JSON()))
		}
	}
}
