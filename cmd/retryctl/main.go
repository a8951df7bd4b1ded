// Command retryctl translates retry policies to gateways.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"retryctl.dev/cmd/internal/cli"
)

// alone is the command that is meant where there are no arguments. It is set when an
// image is linked (.ko.yaml), and empty elsewhere.
var alone string

func main() {
	collectSeldom()
	ignoreClosedPipes()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	args := os.Args[1:]
	if len(args) == 0 && alone != "" {
		args = []string{alone}
	}
	streams := cli.Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Report: os.Getenv("RETRYCTL_REPORT"), Program: os.Args[0],
		Terminal: term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb",
		Trace:    os.Getenv("RETRYCTL_TRACE") != "",
	}
	os.Exit(cli.Main(ctx, cli.KubectlArgs(args, os.Getenv("KUBECTL_EXTERNAL_DIFF")), streams))
}
