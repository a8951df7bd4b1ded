// Command run is what make conformance runs: it gets the real gateways and holds
// what retryctl writes against them, one step after the other, and ends with the
// table in docs/conformance.md. It prints how long each step took, and every test
// that was left out with its reason; a test that fails is printed whole. Run it in
// golden/conformance: go run ./run
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

// steps gives what is done, in order: istiod's configuration is what the data
// planes are given later.
func steps() ([]step, error) {
	handover, err := filepath.Abs(filepath.Join(".cache", "handover", "istio"))
	if err != nil {
		return nil, err
	}
	table, err := filepath.Abs(filepath.Join("..", "..", "docs", "conformance.md"))
	if err != nil {
		return nil, err
	}
	parts := []string{"test", "-json", "./admission", "./backend", "./binaries", "./envoy", "./envoygateway", "./input", "./run", "./tools"}
	return []step{
		{"get the gateways", ".", []string{"run", "./tools"}},
		{"Istio's control plane", "istio", []string{"test", "-json", ".", "-handover", handover}},
		{"admission, and Envoy Gateway's control plane", ".", parts},
		{"data planes", ".", []string{"test", "-json", "-count=1", "-parallel", "8", "./dataplane", "-table", table}},
	}, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run goes on after a step that failed: what the others say is of use too.
func run(ctx context.Context) error {
	todo, err := steps()
	if err != nil {
		return err
	}
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
