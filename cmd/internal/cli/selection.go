package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/pipeline"
)

// A selection is what the files of folders are read through, and every file of validate.
// It leaves out what is not for retryctl: templates, values and workflows that are no
// Kubernetes objects, and patches of kustomize.
type selection struct {
	all     bool         // whether files that are named themselves go through it as well
	each    bool         // each file is checked by itself, so one without anything of ours is not parsed
	broken  finding.List // with all: about files that cannot be read, which else end the run
	foreign []string     // files of folders that are no objects, or patches
	leftOut int          // how many files, of folders and named, are that
	ours    []string     // for each file that an inventory lists, that inventory
	patches patches
}

func (s *selection) read(in io.Reader, name string, parse parser, ofFolder bool) ([]*manifest.Object, error) {
	if !s.all && !ofFolder {
		return parse(in, name)
	}
	raw, err := io.ReadAll(io.LimitReader(in, manifest.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if s.each && !pipeline.Mentions(raw) {
		return nil, nil
	}
	if (ofFolder || pipeline.Mentions(raw)) && s.patches.has(name) {
		s.leaveOut(name, ofFolder)
		return nil, nil
	}
	objects, err := parse(bytes.NewReader(raw), name)
	var syntax *manifest.SyntaxError
	switch {
	case !errors.As(err, &syntax):
		return objects, err
	case len(raw) <= manifest.MaxBytes && pipeline.IsForeign(raw, syntax):
		s.leaveOut(name, ofFolder)
		return nil, nil
	case !s.all:
		return nil, err
	}
	s.broken.Add(pipeline.Unreadable(syntax, raw))
	return nil, nil
}

func (s *selection) leaveOut(name string, ofFolder bool) {
	s.leftOut++
	if ofFolder {
		s.foreign = append(s.foreign, name)
	}
}
