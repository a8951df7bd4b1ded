//go:build !unix

package main

// ignoreClosedPipes has nothing to do where no signal tells of a reader that goes away.
func ignoreClosedPipes() {}
