package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
)

// errNoPolicy ends a command that has nothing to work on: an empty pipe or a
// wrong folder, most likely.
var errNoPolicy = errors.New("no RetryPolicy in the input")

// passedOver gives a note about the files of folders that are not for retryctl, at the
// first of them, one at each inventory that lists files, and what of a cluster cannot be
// read.
func (in *input) passedOver() (list finding.List) {
	note := func(file, message string) {
		list.Add(finding.Finding{Code: finding.PassedOver, File: file, Message: message})
	}
	if files := in.selection.foreign; len(files) > 0 {
		message := "it is no Kubernetes object, or a patch, and is passed over"
		if more := files[1:]; len(more) > 0 {
			message = fmt.Sprintf("%d files are no Kubernetes objects, or patches, and are passed over: this one, %s", len(files), some(more))
		}
		note(files[0], message)
	}
	listed := map[string]int{}
	for _, inventory := range in.selection.ours {
		listed[inventory]++
	}
	for _, inventory := range slices.Sorted(maps.Keys(listed)) {
		message := "the file that it lists is retryctl's own and is passed over"
		if n := listed[inventory]; n > 1 {
			message = fmt.Sprintf("%d files that it lists are retryctl's own and are passed over", n)
		}
		note(inventory, message)
	}
	return append(list, in.cluster.refused...)
}

// some gives the first of many names.
func some(names []string) string {
	const shown = 4
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// noPolicy is errNoPolicy with what may be the cause: policies that stand below the
// folders that were read, or files that were passed over.
func (in *input) noPolicy() error {
	var hints []string
	if n := in.selection.leftOut; n > 0 {
		hints = append(hints, fmt.Sprintf("files that are no Kubernetes objects, or patches: %d", n))
	}
	for _, name := range in.names {
		if below := policyBelow(name); !in.recursive && below != "" {
			hints = append(hints, fmt.Sprintf("-R reads the folders below %s too, and %s has one", name, below))
			break
		}
	}
	if len(hints) == 0 {
		return errNoPolicy
	}
	return fmt.Errorf("%w (%s)", errNoPolicy, strings.Join(hints, "; "))
}

// policyBelow gives a file further below a folder that seems to have a policy; none for
// a file.
func policyBelow(folder string) (file string) {
	if !isFolder(folder) {
		return ""
	}
	filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error { //nolint:errcheck // it is a hint
		switch {
		case err != nil:
			return nil
		case entry.IsDir() && name != folder && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !entry.Type().IsRegular() || !isManifest(entry.Name()):
			return nil
		}
		if raw, err := os.ReadFile(name); err == nil && bytes.Contains(raw, []byte("RetryPolicy")) {
			file = filepath.ToSlash(name)
			return filepath.SkipAll
		}
		return nil
	})
	return file
}
