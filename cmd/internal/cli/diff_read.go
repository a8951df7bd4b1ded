package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// read gives the objects of -f and those of --against, and what was passed over.
func (d *difference) read(cmd *cobra.Command, s Streams) (given, existing []*manifest.Object, passed finding.List, err error) {
	for _, name := range d.run.input.files {
		if name == "-" && d.against == "-" {
			return nil, nil, nil, errors.New("read -: standard input can be read once: give -f or --against a file")
		}
	}
	if given, err = d.run.input.read(cmd.Context(), s.In, nil); err != nil {
		return nil, nil, nil, d.run.report.unreadable(s.Err, err)
	}
	against := input{files: []string{d.against}, recursive: d.run.input.recursive, whole: true}
	if existing, err = against.read(cmd.Context(), s.In, nil); err != nil {
		return nil, nil, nil, d.run.report.unreadable(s.Err, err)
	}
	return given, existing, append(d.run.input.passedOver(), against.passedOver()...), nil
}

// kubectlName is how kubectl diff names the file of an object, which has no
// ending: version.Kind.namespace.name, with the group before it if there is one.
var kubectlName = regexp.MustCompile(`(^|\.)v[0-9][a-z0-9]*\.[A-Z][A-Za-z0-9]*\.`)

// side reads one side: a file, or the manifests of a folder, which may have none.
func (r *reading) side(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, reason(err))
	}
	if !info.IsDir() {
		return r.file(name, info, false)
	}
	if _, err := r.entries(name); err != nil {
		return err
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, reason(err))
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() || isManifest(entry.Name()) || strings.HasPrefix(entry.Name(), ".") || !kubectlName.MatchString(entry.Name()) {
			continue
		}
		if info, err = entry.Info(); err != nil {
			return fmt.Errorf("read %s: %w", name, reason(err))
		}
		if err := r.file(filepath.Join(name, entry.Name()), info, true); err != nil {
			return err
		}
	}
	return nil
}

// KubectlArgs gives the arguments in the order in which they were meant. kubectl
// diff runs the program that KUBECTL_EXTERNAL_DIFF names with the two folders
// first and the words of the variable after them; other arguments stay as they
// are. The folders go right behind the command, so that a flag whose value kubectl
// has dropped does not take one of them.
func KubectlArgs(args []string, external string) []string {
	program, _, _ := strings.Cut(external, " ")
	base := strings.TrimSuffix(filepath.Base(program), ".exe")
	if len(args) < 2 || base != "retryctl" && base != "kubectl-retryctl" || !isFolder(args[0]) || !isFolder(args[1]) {
		return args
	}
	rest := args[2:]
	if len(rest) > 0 && rest[0] == "diff" {
		rest = rest[1:]
	}
	return append([]string{"diff", args[0], args[1]}, rest...)
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
