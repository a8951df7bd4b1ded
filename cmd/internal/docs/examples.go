package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"retryctl.dev/cmd/internal/cli"
)

// fence begins and ends a block of a page.
const fence = "```"

// refresh gives a page with the output of its examples as it is now. A block that
// begins with "```yaml NAME" is a file; in a "```console" block every line that
// begins with "$ " is run, and what is below it is what it printed: all of it, or
// without the findings if the line ends with "2>/dev/null".
func refresh(text string) (string, error) {
	folder, err := os.MkdirTemp("", "docs")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	var out strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for n := 0; n < len(lines); n++ {
		out.WriteString(lines[n])
		kind, ok := strings.CutPrefix(strings.TrimSpace(lines[n]), fence)
		if !ok || kind == "" {
			continue
		}
		end := n + 1
		for end < len(lines) && strings.TrimSpace(lines[end]) != fence {
			end++
		}
		if end == len(lines) {
			return "", fmt.Errorf("line %d: the block has no end", n+1)
		}
		block := strings.Join(lines[n+1:end], "")
		language, name, _ := strings.Cut(kind, " ")
		switch {
		case language == "console":
			if block, err = session(folder, block); err != nil {
				return "", fmt.Errorf("line %d: %w", n+1, err)
			}
		case name != "":
			if err := os.WriteFile(filepath.Join(folder, name), []byte(block), 0o644); err != nil {
				return "", err
			}
		}
		out.WriteString(block + lines[end])
		n = end
	}
	return out.String(), nil
}

// session runs the commands of a block in a folder.
func session(folder, block string) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if err := os.Chdir(folder); err != nil {
		return "", err
	}
	defer os.Chdir(here) //nolint:errcheck // it was there a moment ago
	var out bytes.Buffer
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		quiet := strings.TrimSuffix(strings.TrimSpace(command), "2>/dev/null")
		args := strings.Fields(quiet)
		if args[0] != "retryctl" {
			return "", fmt.Errorf("%s is not run here, only retryctl", args[0])
		}
		out.WriteString(line)
		var complaints bytes.Buffer
		streams := cli.Streams{In: strings.NewReader(""), Out: &out, Err: &complaints}
		if status := cli.Main(context.Background(), args[1:], streams); status == cli.Trouble {
			return "", fmt.Errorf("%s: %s", strings.TrimSpace(command), complaints.String())
		}
		if quiet == strings.TrimSpace(command) {
			out.Write(complaints.Bytes())
		}
	}
	return out.String(), nil
}
