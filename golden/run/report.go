package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// An event is a line of go test -json (go doc test2json), or of the build before it.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64 // seconds
}

// report prints what events say in short: a line for each package, one for each
// test that was left out, with its reason, and all that a failure printed.
func report(w io.Writer, events io.Reader) error {
	printed := map[string]*strings.Builder{} // by package and test, until it has ended
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("read what go test prints: %w: %s", err, line)
		}
		of := e.Package + e.ImportPath + " " + e.Test
		if e.Action == "output" || e.Action == "build-output" {
			if printed[of] == nil {
				printed[of] = &strings.Builder{}
			}
			printed[of].WriteString(e.Output)
			continue
		}
		text := ""
		if printed[of] != nil {
			text = printed[of].String()
		}
		switch {
		case e.Action == "fail" || e.Action == "build-fail":
			fmt.Fprintf(w, "FAIL %s (%.1fs)\n%s", of, e.Elapsed, text)
		case e.Action == "skip" && e.Test != "":
			fmt.Fprintf(w, "left out: %s: %s\n", e.Test, reason(text))
		case e.Action == "pass" && e.Test == "":
			cached := ""
			if strings.Contains(text, "(cached)") {
				cached = ", as before: nothing it reads has changed"
			}
			fmt.Fprintf(w, "ok   %s(%.1fs%s)\n", of, e.Elapsed, cached)
		}
		if e.Action == "fail" || e.Action == "skip" || e.Action == "pass" {
			delete(printed, of)
		}
	}
}

// reason gives what a test said when it was left out: "file.go:12: why".
func reason(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if file, why, ok := strings.Cut(line, ": "); ok && strings.Contains(file, ".go:") {
			return why
		}
	}
	return "it does not say why"
}
