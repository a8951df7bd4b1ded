package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"retryctl.dev/translators"
)

// The exit statuses.
const (
	Done     = 0 // what was asked is done
	Findings = 1 // the input has errors; of diff, the two sides differ
	Trouble  = 2 // it could not be run: bad flags, unreadable or unwritable files; of diff, also errors
)

// errFindings ends a command whose findings have been printed already, and
// errReported one that could not be run and has said why.
var (
	errFindings = errors.New("the input has errors")
	errReported = errors.New("the input cannot be read")
)

// Main runs the command line and gives its exit status. Nothing but what a
// command is for goes to Out. When ctx is done, what is half written is taken
// back and the status is Trouble; so it is after a panic.
func Main(ctx context.Context, args []string, s Streams) (status int) {
	if s.Terminal {
		p := startProgress(s.Err)
		defer p.end()
		s.Out, s.Err, ctx = p.beside(s.Out), p, context.WithValue(ctx, progressKey{}, p)
	}
	out, complaints := &output{w: s.Out}, &output{w: s.Err}
	s.In, s.Out, s.Err = untilDone{ctx, s.In}, out, complaints
	root := newRoot(s)
	defer func() {
		if cause := recover(); cause != nil {
			reportOf(root, args, s.Report).trouble(bug(s.Err, cause, root, args, s.Trace))
			status = Trouble
		}
	}()
	reportTo(root, s.Report)
	withCompletion(root, args)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.trouble() // of writes whose error nobody looked at
	}
	switch {
	case err == nil:
		return Done
	case errors.Is(err, errFindings):
		return Findings
	case errors.Is(err, errReported):
		return Trouble
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	fmt.Fprintf(s.Err, "retryctl: %v\n", err)
	reportOf(root, args, s.Report).trouble(err)
	return Trouble
}

func newRoot(s Streams) *cobra.Command {
	if s.Gateways == nil {
		s.Gateways = translators.All()
	}
	if s.OnlyRead == nil {
		s.OnlyRead = translators.OnlyRead()
	}
	root := &cobra.Command{
		Use:   "retryctl",
		Short: "One retry policy for every gateway, with what each of them makes of it",
		Long: `retryctl translates a vendor-neutral RetryPolicy into the configuration of Envoy
Gateway, Istio, Kong, Traefik and the Gateway API, reads the result back, and
reports every difference between what was asked and what each gateway will do.

The exit status says how it went:

    status   of diff                       of every other command
    0        there is no difference        it is done, and no finding is an error
    1        there is a difference         a finding is an error
    2        it could not be run, or a     it could not be run: wrong flags, input that
             finding is an error           cannot be read, output that cannot be written`,
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.AddCommand(
		newTranslate(s), newFn(s), newDiff(s), newValidate(s), newExplain(s), newImport(s), newConvert(s), newGateways(s), newSchema(s), newVersion(s),
	)
	calledAs(root, s.Program)
	return root
}
