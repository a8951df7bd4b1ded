package cli

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"retryctl.dev/translators"
)

// patience is how long a run takes before it shows on a terminal what it does.
const patience = time.Second

// A progress is a line on a terminal that says what a run is doing. It is there while
// nothing else is written, and is taken back before that; a run that is fast shows none.
type progress struct {
	w     io.Writer
	mu    sync.Mutex
	line  string
	shown bool
	timer *time.Timer
}

// startProgress begins one on a terminal.
func startProgress(w io.Writer) *progress {
	p := &progress{w: w}
	p.timer = time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.shown = true
		p.show()
	})
	return p
}

// show writes the line in the place of the one before: back to the first column, and
// everything behind it is erased (ECMA-48, CR and EL).
func (p *progress) show() {
	if p.shown && p.line != "" {
		fmt.Fprintf(p.w, "\r\x1b[K%s", p.line)
	}
}

// Write takes the line back, and writes.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	return p.w.Write(text)
}

// beside is what writes to another stream, which may end at the same terminal.
func (p *progress) beside(w io.Writer) io.Writer { return erasing{p, w} }

type erasing struct {
	p *progress
	w io.Writer
}

func (e erasing) Write(text []byte) (int, error) {
	e.p.mu.Lock()
	defer e.p.mu.Unlock()
	e.p.erase()
	return e.w.Write(text)
}

func (p *progress) erase() {
	if p.shown && p.line != "" {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.line = ""
	}
}

// end takes the line back for good.
func (p *progress) end() {
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.shown = false
}

type progressKey struct{}

// doing says what the run of a context does now.
func doing(ctx context.Context, format string, args ...any) {
	p, ok := ctx.Value(progressKey{}).(*progress)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line = fmt.Sprintf(format, args...)
	p.show()
}

// begun gives what a pipeline calls before each target.
func begun(ctx context.Context) func(translators.Target, int, int) {
	return func(t translators.Target, n, of int) {
		if of > 1 {
			doing(ctx, "retryctl: %s, target %d of %d", t.Gateway.Profile().Title, n+1, of)
			return
		}
		doing(ctx, "retryctl: %s", t.Gateway.Profile().Title)
	}
}
