package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"retryctl.dev/translators"
)

// Streams are the standard streams of a run, and what it was called with
// beside its arguments.
type Streams struct {
	// Gateways are the targets that exist; nil is those of the project.
	Gateways translators.Gateways
	// OnlyRead are the gateways whose configuration is read beside them; nil is those of
	// the project.
	OnlyRead translators.Sources

	In       io.Reader
	Out, Err io.Writer
	// Terminal says that Err is one: a run that takes long shows there what it does.
	Terminal bool
	// Report is the file of --report where the flag is not given; empty for none.
	Report string
	// Program is the path that the program was called by.
	Program string
	// Trace asks for the stack of the program where it ends in a panic.
	Trace bool
}

// sources are all gateways whose configuration is read.
func (s Streams) sources() translators.Sources { return s.Gateways.And(s.OnlyRead) }

// whole prints a text when all of it is there: a run that fails while it is made
// prints nothing.
func whole(w io.Writer, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}

// An output remembers that a write has failed. A reader that is gone is no
// failure: what comes after is dropped, and the run goes on to its report.
type output struct {
	w   io.Writer
	err error
}

// Write drops everything after the first write that failed.
func (o *output) Write(p []byte) (int, error) {
	if o.err == nil {
		_, o.err = o.w.Write(p)
	}
	if errors.Is(o.err, syscall.EPIPE) {
		return len(p), nil
	}
	if o.err != nil {
		return 0, o.trouble()
	}
	return len(p), nil
}

func (o *output) trouble() error {
	if o.err == nil || errors.Is(o.err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("write output: %w", reason(o.err))
}

// untilDone reads until a context is done, even while a read is waiting.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	type read struct {
		raw []byte
		err error
	}
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	done := make(chan read, 1)
	go func() {
		raw := make([]byte, len(p)) // p belongs to the caller once Read has returned
		n, err := u.r.Read(raw)
		done <- read{raw[:n], err}
	}()
	select {
	case <-u.ctx.Done():
		return 0, u.ctx.Err()
	case got := <-done:
		return copy(p, got.raw), got.err
	}
}
