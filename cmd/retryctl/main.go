// Command retryctl translates retry policies to gateways.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"retryctl.dev/cmd/internal/cli"
)

func main() {
	// A reader that goes away (| head) is no reason to die halfway: see cli.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(cli.Main(ctx, cli.KubectlArgs(os.Args[1:], os.Getenv("KUBECTL_EXTERNAL_DIFF")), cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Report: os.Getenv("RETRYCTL_REPORT")}))
}
