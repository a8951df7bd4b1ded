//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreClosedPipes sees to it that a reader that goes away (| head) is no reason to die
// halfway: see cli.
func ignoreClosedPipes() { signal.Ignore(syscall.SIGPIPE) }
