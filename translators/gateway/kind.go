package gateway

import (
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A Kind is a kind of objects that only one gateway has.
type Kind struct {
	Group, Name string
	Role        Role
	// Parts are those of an object that are read or written, as resolve.Shape has them. An
	// object in which one is of another shape is a finding; without any, none is.
	Parts []string
	// Plain says that nothing is to know of its fields to compare two objects: no server
	// fills any in, and each is spelled in one way.
	Plain bool
	// Services gives the Services that an object is for, where it says that otherwise than
	// by targetRef or targetRefs; nil where no object does.
	Services func(*manifest.Object) []manifest.ID
}

// A Role is how what an object says of retries comes to hold.
type Role uint8

// The roles of kinds.
const (
	// Around is that of routes, and of what stands around them: others may say of their
	// requests how they are retried.
	Around Role = iota
	// Attached is that of objects which name what they are for, or have hosts.
	Attached
	// Referred is that of objects which hold for what refers to them.
	Referred
)

// Is reports whether an object is of the kind.
func (k Kind) Is(id manifest.ID) bool { return id.Group == k.Group && id.Kind == k.Name }

// KindOf gives the kind of an object; the zero value where it is none of the gateway's.
func (p Profile) KindOf(id manifest.ID) Kind {
	for _, k := range p.Kinds {
		if k.Is(id) {
			return k
		}
	}
	return Kind{}
}

// A Contest is a translation among the objects that are there already, some of which may
// be about the same requests as those that are written.
type Contest struct {
	Written, Existing []*manifest.Object
	// World is what both come to, of which selectors choose.
	World *manifest.Set
	Settings
}

// Rivals gives a finding for each existing object that would fight a written one, since
// the gateway takes only one of them, or neither.
type Rivals func(Contest) finding.List
