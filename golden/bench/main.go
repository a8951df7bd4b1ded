//go:build unix

// Command bench measures what whole runs of retryctl cost, as processes: CPU time and
// peak memory, beside a loop that only reads and writes the same YAML.
//
//	go run ./golden/bench                                 # everything: a quarter of an hour
//	go run ./golden/bench -short                          # a small fleet, in a minute
//	go run ./golden/bench -write docs/performance.md      # and the page
//
// CPU time is compared and not the clock's, so that it may run on a machine that does
// other things as well, and the loop runs in the same minute as what is held to it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "loop" {
		w := newWriter(os.Stdout)
		err := loop(os.Args[2], w)
		if err == nil {
			err = w.Flush()
		}
		exit(err)
	}
	var o options
	flag.BoolVar(&o.short, "short", false, "measure a small fleet only")
	flag.StringVar(&o.page, "write", "", "write the tables to this `file` as well, as a page")
	flag.StringVar(&o.date, "date", "", "`date` of the page; that of the last commit if empty")
	flag.StringVar(&o.program, "retryctl", "", "measure this `program` and build none")
	flag.StringVar(&o.only, "only", "", "measure the fleets with this `word` in their names")
	flag.Func("sizes", "measure fleets of these `sizes`, with commas between", func(text string) error {
		for part := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 2 {
				return fmt.Errorf("a size is a number above 1")
			}
			o.sizes = append(o.sizes, n)
		}
		return nil
	})
	flag.Parse()
	exit(o.execute(os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// options are what the flags say.
type options struct {
	short               bool
	page, date, program string
	only                string
	sizes               []int
}

func (o options) execute(w io.Writer) error {
	folder, err := os.MkdirTemp("", "retryctl-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := bench{folder: folder, program: o.program}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.program == "" {
		b.program = filepath.Join(folder, "retryctl")
		build := exec.Command("go", "build", "-o", b.program, "./cmd/retryctl")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build retryctl: %w", err)
		}
	}
	var text strings.Builder
	if err := o.tables(b, io.MultiWriter(w, &text)); err != nil || o.page == "" {
		return err
	}
	return o.writePage(text.String())
}
