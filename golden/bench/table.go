//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"retryctl.dev/translators"
)

// tables measures and prints, row by row: every command over the first fleet, and the
// command for all gateways over the others.
func (o options) tables(b bench, w io.Writer) error {
	sizes, shapes := []int{1000, 5000, 10000}, []int{500, 1000, 2000}
	if o.short {
		sizes, shapes = []int{100, 400}, []int{100, 400}
	}
	if len(o.sizes) > 0 {
		sizes, shapes = o.sizes, o.sizes
	}
	chosen := slices.DeleteFunc(fleets(), func(f fleet) bool { return !strings.Contains(f.name, o.only) })
	for n, f := range chosen {
		list, of := commands(translators.All().Names()), sizes
		if f.name != fleets()[0].name {
			list, of = []command{{name: "translate", args: []string{"translate", "--split", "always", "--to", f.to, "-f", "{file}"}}}, shapes
		}
		if n == 0 || f.name == fleets()[0].name || chosen[n-1].name == fleets()[0].name {
			head(w, of)
		}
		if err := o.fleet(b, w, f, of, list); err != nil {
			return err
		}
	}
	return nil
}

func head(w io.Writer, sizes []int) {
	fmt.Fprint(w, "\n| Fleet | Command |")
	for _, size := range sizes {
		fmt.Fprintf(w, " %d: CPU | of the loop | MiB |", size)
	}
	fmt.Fprintf(w, " exponent |\n|---|---|%s---|\n", strings.Repeat("---|---|---|", len(sizes)))
}

// fleet measures one fleet in all sizes, and prints a row for each command.
func (o options) fleet(b bench, w io.Writer, f fleet, sizes []int, list []command) error {
	files := make([]string, len(sizes))
	loops := make([]cost, len(sizes))
	row := func(name string, costs []cost) {
		fmt.Fprintf(w, "| %s | %s |", f.name, name)
		for n, c := range costs {
			fmt.Fprintf(w, " %.2f s | %.2f | %d |", c.cpu.Seconds(), c.cpu.Seconds()/loops[n].cpu.Seconds(), c.peak>>20)
		}
		last := len(sizes) - 1
		fmt.Fprintf(w, " %.2f |\n", exponent(costs[0], costs[last], sizes[0], sizes[last]))
	}
	for n, size := range sizes {
		files[n] = filepath.Join(b.folder, fmt.Sprintf("fleet-%d.yaml", size))
		err := f.file(files[n], size)
		if err == nil {
			loops[n], err = b.loop(files[n])
		}
		if err != nil {
			return err
		}
	}
	row("(YAML loop)", loops)
	for _, c := range list {
		costs := make([]cost, len(sizes))
		for n := range sizes {
			var err error
			if costs[n], err = b.run(c, files[n]); err != nil {
				return err
			}
		}
		row(c.name, costs)
	}
	return nil
}

// writePage writes the tables with what they were measured on.
func (o options) writePage(tables string) error {
	if o.date == "" {
		out, err := exec.Command("git", "log", "-1", "--format=%cs").Output()
		if err != nil {
			return fmt.Errorf("ask git for the date: %w", err)
		}
		o.date = strings.TrimSpace(string(out))
	}
	page := fmt.Sprintf(pageText, o.date, runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version(), tables)
	return os.WriteFile(o.page, []byte(page), 0o666)
}

// processor gives the name of the machine's, if the system says it where Linux does.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "processor"
}

const pageText = `# What a run costs

Measured on %s, with %d cores of %s, %s/%s, %s. This page is written by

    go run ./golden/bench -write docs/performance.md

which makes the fleets, builds retryctl and runs it as a process; ` + "`make bench`" + ` prints the same tables
behind Go's own benchmarks, and ` + "`go run ./golden/bench -short`" + ` those of a small fleet.

- **CPU** is the time of all threads, in user mode and in the kernel's. The clock's would say what else
  the machine does.
- **Of the loop** is that time as a multiple of what a loop takes that decodes each document of the same file
  into a map and encodes it again (sigs.k8s.io/yaml), in the same run.
- **MiB** is the most memory that the process held.
- **Exponent** is how CPU time grows from the first size to the last: 1 is in proportion to the fleet, 2 with its
  square.

The size is how many policies there are, each with a route of two rules and a Service; or routes, listeners
or objects where a fleet is named after them. Policies are limited to some methods, so that every rule is split.
%s`
