// Package undo writes on every object of a translation what takes it back, and
// takes it back where such an object is in the input again. A translation of its
// own output is then a translation from scratch, whatever the gateway: nothing that
// an earlier run wrote is there any more when policies are resolved.
//
// The mark is one annotation for each target. Its value is the word delete on an
// object that the translation made, with a digest by which a later change is known. On an object of somebody's it is JSON in the
// shape of the object, with only the places that changed:
//
//	{"+": X}           X was written where nothing was
//	{"-": Y}           Y was taken out
//	{"+": X, "-": Y}   X was written in the place of Y
//
// An item of a list has "=", its name, where it has one of its own, and else "#",
// where it stood. What was written is recognised by being held by what is there
// now, since API servers fill in defaults. What somebody changed since, or added
// to, is theirs and stays.
package undo
