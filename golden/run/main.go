// Command run holds retryctl against real programs, step by step. It prints how long
// each step took, and every test that was left out with its reason; a test that fails
// is printed whole. Run it at the top of the repository; make does:
//
//	go run ./golden/run callers      the programs that call retryctl: kustomize, helm and others
//	go run ./golden/run conformance  the gateways; ends with the table in docs/conformance.md
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// A step is a go command in a folder.
type step struct {
	about, dir string
	args       []string
}

// byHand are modules below golden that are no caller's, or that take too long to
// build for every change: golden/cluster says how it is run.
var byHand = map[string]bool{"conformance": true, "cluster": true, "built": true}

// callers gives a step for each module of a caller below golden. They build retryctl
// themselves, which the cache of tests does not see.
func callers() ([]step, error) {
	modules, err := filepath.Glob("golden/*/go.mod")
	if err != nil || len(modules) == 0 {
		return nil, fmt.Errorf("no modules below golden: this is not the top of the repository (%v)", err)
	}
	var list []step
	for _, m := range modules {
		dir := filepath.Dir(m)
		if name := filepath.Base(dir); !byHand[name] {
			list = append(list, step{name, dir, []string{"test", "-json", "-count=1", "./..."}})
		}
	}
	return list, nil
}

// conformance gives what is done, in order: istiod's configuration is what the data
// planes are given later. Istio is not vetted: vet would read all that it is built of,
// for two minutes.
func conformance() ([]step, error) {
	const dir = "golden/conformance"
	handover, err := filepath.Abs(filepath.Join(dir, ".cache", "handover", "istio"))
	if err != nil {
		return nil, err
	}
	table, err := filepath.Abs(filepath.Join("docs", "conformance.md"))
	if err != nil {
		return nil, err
	}
	parts := []string{"test", "-json", "./admission", "./backend", "./binaries", "./envoy", "./envoygateway", "./input", "./planted", "./tools"}
	return []step{
		{"get the gateways", dir, []string{"run", "./tools"}},
		{"Istio's control plane", filepath.Join(dir, "istio"), []string{"test", "-json", "-vet=off", ".", "-handover", handover}},
		{"admission, and Envoy Gateway's control plane", dir, parts},
		{"data planes", dir, []string{"test", "-json", "-count=1", "-parallel", "8", "./dataplane", "-random", "8", "-table", table}},
	}, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	parts := map[string]func() ([]step, error){"callers": callers, "conformance": conformance}
	if len(os.Args) != 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go run ./golden/run callers|conformance")
		os.Exit(2)
	}
	todo, err := parts[os.Args[1]]()
	if err == nil {
		err = run(ctx, todo)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run goes on after a step that failed: what the others say is of use too.
func run(ctx context.Context, todo []step) error {
	var failed []string
	for _, s := range todo {
		began := time.Now()
		fmt.Printf("%s: go %s\n", s.about, strings.Join(s.args, " "))
		if err := s.run(ctx); err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", s.about, err))
		}
		fmt.Printf("%s: took %s\n\n", s.about, time.Since(began).Round(time.Second))
	}
	if len(failed) > 0 {
		return fmt.Errorf("failed:\n%s", strings.Join(failed, "\n"))
	}
	return nil
}

func (s step) run(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", s.args...)
	cmd.Dir, cmd.Stderr = s.dir, os.Stderr
	if s.args[0] != "test" {
		cmd.Stdout = os.Stdout
		return cmd.Run()
	}
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := report(os.Stdout, events); err != nil {
		return err
	}
	return cmd.Wait()
}
