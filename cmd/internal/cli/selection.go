package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
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
	if s.each && !mentioned(raw) {
		return nil, nil
	}
	if (ofFolder || mentioned(raw)) && s.patches.has(name) {
		s.leaveOut(name, ofFolder)
		return nil, nil
	}
	objects, err := parse(bytes.NewReader(raw), name)
	var syntax *manifest.SyntaxError
	switch {
	case !errors.As(err, &syntax):
		return objects, err
	case len(raw) <= manifest.MaxBytes && foreign(raw, syntax):
		s.leaveOut(name, ofFolder)
		return nil, nil
	case !s.all:
		return nil, err
	}
	s.broken.Add(unreadable(syntax, raw))
	return nil, nil
}

func (s *selection) leaveOut(name string, ofFolder bool) {
	s.leftOut++
	if ofFolder {
		s.foreign = append(s.foreign, name)
	}
}

// unreadable is the finding about a text that cannot be read.
func unreadable(syntax *manifest.SyntaxError, raw []byte) finding.Finding {
	f := finding.Finding{Code: finding.Syntax, Message: syntax.Message, File: syntax.File, Line: syntax.Line, Column: syntax.Column}
	if bytes.Contains(raw, []byte("{{")) {
		f.Hint = "if it is a template, give what it is rendered to instead"
	}
	return f
}

// hasGroup tells whether a text, which may be in UTF-16 or JSON, has the name of our
// group with what follows a group.
func hasGroup(raw []byte) bool {
	text := bytes.ReplaceAll(raw, []byte{0}, nil)
	return bytes.Contains(text, []byte(schema.Group+"/")) || bytes.Contains(text, []byte(schema.Group+`\/`))
}

// mentioned tells whether a text may hold an object of ours, or one that is meant
// to be.
func mentioned(raw []byte) bool {
	return bytes.Contains(raw, []byte(schema.Kind)) || hasGroup(raw)
}

// objectKeys are the two keys that every object has, at the top of a document in YAML.
var objectKeys = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^apiVersion\s*:|"apiVersion"\s*:`),
	regexp.MustCompile(`(?m)^kind\s*:|"kind"\s*:`),
}

// foreign tells whether a text that cannot be taken as objects is not meant to be. What
// is YAML says so in each document: none of them is an object. Of the rest only the
// whole text can be asked: a template is not, and neither is what lacks the two keys.
func foreign(raw []byte, syntax *manifest.SyntaxError) bool {
	if syntax.Line > 0 { // else it is no text, or too much of it to take apart
		for decoder := yaml.NewDecoder(bytes.NewReader(raw)); ; {
			var doc yaml.Node
			err := decoder.Decode(&doc)
			if errors.Is(err, io.EOF) {
				return true
			}
			if err != nil {
				break
			}
			if len(doc.Content) > 0 && claims(doc.Content[0]) {
				return false
			}
		}
	}
	looksLike := !bytes.Contains(raw, []byte("{{"))
	for _, key := range objectKeys {
		looksLike = looksLike && key.Match(raw)
	}
	return !hasGroup(raw) && !looksLike
}

// claims tells whether a document is an object, whatever is wrong with it, or one of
// ours of which half the head is missing, or a list that has one.
func claims(n *yaml.Node) bool {
	fields := map[string]*yaml.Node{}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		fields[n.Content[i].Value] = n.Content[i+1]
	}
	version, kind, items := fields["apiVersion"], fields["kind"], fields["items"]
	switch {
	case version != nil && (kind != nil || strings.HasPrefix(version.Value, schema.Group)):
		return true
	case version == nil && kind != nil && kind.Value == schema.Kind:
		return true
	}
	return items != nil && items.Kind == yaml.SequenceNode && slices.ContainsFunc(items.Content, claims)
}
