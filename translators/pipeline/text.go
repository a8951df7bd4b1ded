package pipeline

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// Unreadable is the finding about a text that cannot be read as objects.
func Unreadable(syntax *manifest.SyntaxError, raw []byte) finding.Finding {
	f := finding.Finding{Code: finding.Syntax, Message: syntax.Message, File: syntax.File, Line: syntax.Line, Column: syntax.Column}
	if bytes.Contains(raw, []byte("{{")) {
		f.Hint = finding.Do("if it is a template, give what it is rendered to instead")
	}
	return f
}

// hasGroup tells whether a text, which may be in UTF-16 or JSON, has the name of our
// group with what follows a group.
func hasGroup(raw []byte) bool {
	text := bytes.ReplaceAll(raw, []byte{0}, nil)
	return bytes.Contains(text, []byte(schema.Group+"/")) || bytes.Contains(text, []byte(schema.Group+`\/`))
}

// Mentions tells whether a text may hold an object of ours, or one that is meant
// to be.
func Mentions(raw []byte) bool {
	return bytes.Contains(raw, []byte(schema.Kind)) || hasGroup(raw)
}

// objectKeys are the two keys that every object has, at the top of a document in YAML.
var objectKeys = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^apiVersion\s*:|"apiVersion"\s*:`),
	regexp.MustCompile(`(?m)^kind\s*:|"kind"\s*:`),
}

// IsForeign tells whether a text that cannot be taken as objects is not meant to be. What
// is YAML says so in each document: none of them is an object. Of the rest only the
// whole text can be asked: a template is not, and neither is what lacks the two keys.
func IsForeign(raw []byte, syntax *manifest.SyntaxError) bool {
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
