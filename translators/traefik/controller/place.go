package controller

import (
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
)

// A Place is a rule of an object of the input, or the object as a whole.
type Place struct {
	ID   manifest.ID
	Rule int
}

// PlaceOf gives the place that an intent is about.
func PlaceOf(i resolve.Intent) Place { return Place{i.ID(), i.Rule} }
