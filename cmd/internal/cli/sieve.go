package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// A sieve is what validate reads its files through. Hooks and CI give it whatever
// ends in .yaml, so it leaves out what is not for retryctl: templates, values and
// workflows that are no Kubernetes objects, and patches of kustomize.
type sieve struct {
	each    bool         // each file is checked by itself, so one without anything of ours is not parsed
	broken  finding.List // about files of ours that cannot be read
	leftOut int          // files that are no objects, or patches
}

func (s *sieve) read(in io.Reader, name string) ([]*manifest.Object, error) {
	raw, err := io.ReadAll(io.LimitReader(in, manifest.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if s.each && !mentioned(raw) {
		return nil, nil
	}
	objects, err := manifest.Read(bytes.NewReader(raw), name)
	var syntax *manifest.SyntaxError
	switch {
	case err == nil && slices.ContainsFunc(objects, schema.Ours) && isPatch(name):
		s.leftOut++
		return nil, nil
	case !errors.As(err, &syntax):
		return objects, err
	case len(raw) <= manifest.MaxBytes && foreign(raw, syntax):
		s.leftOut++
		return nil, nil
	}
	s.broken.Add(unreadable(syntax, raw))
	return nil, nil
}

// unreadable is the finding about a text of ours that cannot be read.
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

// foreign tells whether a text that cannot be taken as objects is not for us. What
// is YAML says so in each document; of the rest only the whole text can be asked.
func foreign(raw []byte, syntax *manifest.SyntaxError) bool {
	if syntax.Line == 0 { // no text, or too much of it to take apart
		return !hasGroup(raw)
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(raw)); ; {
		var doc yaml.Node
		switch err := decoder.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			return !hasGroup(raw)
		case len(doc.Content) > 0 && claims(doc.Content[0]):
			return false
		}
	}
}

// claims tells whether a document is an object of ours, whatever is wrong with it,
// or a list that has one.
func claims(n *yaml.Node) bool {
	fields := map[string]*yaml.Node{}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		fields[n.Content[i].Value] = n.Content[i+1]
	}
	version, kind, items := fields["apiVersion"], fields["kind"], fields["items"]
	switch {
	case version != nil && strings.HasPrefix(version.Value, schema.Group):
		return true
	case version == nil && kind != nil && kind.Value == schema.Kind:
		return true
	}
	return items != nil && items.Kind == yaml.SequenceNode && slices.ContainsFunc(items.Content, claims)
}
