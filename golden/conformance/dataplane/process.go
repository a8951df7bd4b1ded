package dataplane

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A process is a child that dies with this program and whose output is kept.
type process struct {
	name  string
	cmd   *exec.Cmd
	ended chan struct{}
	err   error

	mu    sync.Mutex
	tail  []string
	lines func(string)
}

// tailLines is how much of a child's output is kept for errors.
const tailLines = 60

// run starts a child with more in its environment; lines gets each line of its
// output and of its errors.
func run(lines func(string), env []string, name string, args ...string) (*process, error) {
	p := &process{name: name, ended: make(chan struct{}), lines: lines}
	out, in := io.Pipe()
	p.cmd = exec.Command(name, args...)
	p.cmd.Stdout, p.cmd.Stderr = in, in
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.WaitDelay = 2 * time.Second
	// The kernel kills the child when the thread that started it ends, so that
	// thread is held until then.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			in.Close()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go p.read(out)
	return p, nil
}

func (p *process) read(out io.Reader) {
	text := bufio.NewScanner(out)
	text.Buffer(nil, 1<<20)
	for text.Scan() {
		p.mu.Lock()
		p.tail = append(p.tail, text.Text())
		p.tail = p.tail[max(0, len(p.tail)-tailLines):]
		p.mu.Unlock()
		if p.lines != nil {
			p.lines(text.Text())
		}
	}
	io.Copy(io.Discard, out)
}

// until waits for something to be ready, for as long as the child runs.
func (p *process) until(limit time.Duration, ready func() bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for !ready() {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %v\n%s", p.name, p.err, p.output())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready after %s\n%s", p.name, limit, p.output())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.tail, "\n")
}

func (p *process) stop() {
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.ended
}
