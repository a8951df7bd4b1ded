//go:build unix

package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A cost is what a process took.
type cost struct {
	cpu  time.Duration // in user mode and in the kernel's
	peak int64         // bytes of memory
}

// A command is one way to run the program over a fleet.
type command struct {
	name string
	// args are its arguments; the file and a folder of its own stand in for {file} and
	// {folder}, and {own} for what translate --to kong prints for the file.
	args []string
	// list says that it reads a ResourceList from standard input.
	list bool
}

// commands are those that are measured, the first of them the one to which others are
// held.
func commands(gateways []string) []command {
	translate := func(name, to string, more ...string) command {
		return command{name: name, args: append([]string{"translate", "--split", "always", "--to", to, "-f", "{file}"}, more...)}
	}
	list := []command{translate("translate, all gateways", "all")}
	for _, g := range gateways {
		list = append(list, translate("translate, "+g, g))
	}
	return append(list,
		translate("translate, --output-dir", "all", "--output-dir", "{folder}"),
		translate("translate, --pass-through", "kong", "--pass-through"),
		command{name: "explain", args: []string{"explain", "-f", "{file}"}},
		command{name: "validate", args: []string{"validate", "-f", "{file}"}},
		command{name: "diff with its own output", args: []string{"diff", "--split", "always", "--to", "kong", "-f", "{file}", "--against", "{own}"}},
		command{name: "fn", args: []string{"fn", "--split", "always", "--to", "kong"}, list: true},
	)
}

// A bench runs programs over files of a folder of its own.
type bench struct {
	folder  string
	program string // retryctl
	self    string // this program, whose loop is what all is held to
}

// loop measures the YAML loop over a file.
func (b bench) loop(file string) (cost, error) { return b.measure(b.self, []string{"loop", file}, "") }

// run measures a command over a file.
func (b bench) run(c command, file string) (cost, error) {
	folder, err := os.MkdirTemp(b.folder, "out")
	if err != nil {
		return cost{}, err
	}
	defer os.RemoveAll(folder)
	stdin := ""
	if c.list {
		stdin = filepath.Join(folder, "list.yaml")
		err = resourceList(stdin, file)
	}
	own := filepath.Join(folder, "own.yaml")
	args := make([]string, len(c.args))
	for n, arg := range c.args {
		if arg == "{own}" && err == nil {
			err = b.own(own, file)
		}
		args[n] = strings.NewReplacer("{file}", file, "{folder}", filepath.Join(folder, "tree"), "{own}", own).Replace(arg)
	}
	if err != nil {
		return cost{}, err
	}
	return b.measure(b.program, args, stdin)
}

// own writes what translate makes of a file for one gateway.
func (b bench) own(name, file string) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(b.program, "translate", "--split", "always", "--to", "kong", "-f", file)
	cmd.Stdout = out
	return cmd.Run()
}

// measure runs a program to its end. Status 1 is one of its answers: two gateways that
// write one object are an error in one stream.
func (b bench) measure(program string, args []string, stdin string) (cost, error) {
	cmd := exec.Command(program, args...)
	if stdin != "" {
		in, err := os.Open(stdin)
		if err != nil {
			return cost{}, err
		}
		defer in.Close()
		cmd.Stdin = in
	}
	// Files, so that what is printed is written and nobody has to be waited for.
	out, err := os.CreateTemp(b.folder, "stdout")
	if err != nil {
		return cost{}, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 || cmd.ProcessState.ExitCode() < 0 {
		return cost{}, fmt.Errorf("run %s %s: %w", filepath.Base(program), strings.Join(args, " "), err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, fmt.Errorf("the system does not say what a process took")
	}
	peak := int64(usage.Maxrss)
	if runtime.GOOS != "darwin" {
		peak <<= 10 // elsewhere it is in KiB
	}
	return cost{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak}, nil
}

// exponent says how the CPU time grows with the size: 1 is linear, 2 is quadratic.
func exponent(from, to cost, fromSize, toSize int) float64 {
	return math.Log(to.cpu.Seconds()/from.cpu.Seconds()) / math.Log(float64(toSize)/float64(fromSize))
}
