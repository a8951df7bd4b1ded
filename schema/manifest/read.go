package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of what Read takes, far above any real manifest and far below what
// would hurt the machine.
const (
	MaxBytes    = 64 << 20  // of one file or stream
	MaxMarks    = 4_000_000 // line ends, commas and brackets of one file: what begins values, each of which takes memory
	MaxExpanded = 100_000   // values that aliases and merge keys may add to one document
	MaxDepth    = 200       // nested mappings and sequences
)

// Read takes a stream of YAML or JSON documents. It leaves out empty documents,
// takes the items of a List one by one, and gives trees without aliases, anchors
// or merge keys. Trouble with the text is a *SyntaxError, trouble with the
// reader any other error.
func Read(r io.Reader, file string) ([]*Object, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	refuse := func(line, column int, format string, args ...any) error {
		return &SyntaxError{file, line, column, fmt.Sprintf(format, args...)}
	}
	switch {
	case len(raw) > MaxBytes:
		return nil, refuse(0, 0, "larger than %d MiB, the most that is read from one file", MaxBytes>>20)
	case marks(raw) > MaxMarks:
		return nil, refuse(0, 0, "more than %d lines and items, the most that is read from one file", MaxMarks)
	case bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw):
		return nil, refuse(0, 0, "not a text file: YAML and JSON in UTF-8 are read")
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if json.Valid(raw) {
		raw = jsonEscapes(raw)
	}
	var objects []*Object
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			line, message := explain(raw, err)
			return nil, refuse(line, 0, "not valid YAML: %s", message)
		}
		found, err := documentObjects(&doc, file)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
}

func marks(raw []byte) int {
	n := 0
	for _, mark := range []string{"\n", ",", "[", "{"} {
		n += bytes.Count(raw, []byte(mark))
	}
	return n
}

func documentObjects(doc *yaml.Node, file string) ([]*Object, error) {
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root, err := expand(doc.Content[0], file)
	if err != nil {
		return nil, err
	}
	if root.ShortTag() == "!!null" {
		return nil, nil
	}
	return rootObjects(root, file)
}

func rootObjects(root *yaml.Node, file string) ([]*Object, error) {
	refuse := func(n *yaml.Node, message string) ([]*Object, error) {
		return nil, &SyntaxError{file, n.Line, n.Column, message}
	}
	if root.Kind != yaml.MappingNode {
		return refuse(root, "not a Kubernetes object: a mapping with apiVersion and kind is wanted")
	}
	v := Value{root}
	if v.At("apiVersion").Text() == "" || v.At("kind").Text() == "" {
		return refuse(root, "not a Kubernetes object: apiVersion or kind is missing")
	}
	if items := v.At("items"); strings.HasSuffix(v.At("kind").Text(), "List") && items.IsList() {
		var objects []*Object
		for _, item := range items.Items() {
			found, err := rootObjects(item.node, file)
			if err != nil {
				return nil, err
			}
			objects = append(objects, found...)
		}
		return objects, nil
	}
	// A name may be missing: kustomizations, settings and generateName have none.
	metadata := v.At("metadata")
	if name := metadata.At("name"); metadata.Exists() && !metadata.IsMap() || name.Exists() && !name.IsScalar() {
		return refuse(root, fmt.Sprintf("metadata.name of %s is no text", v.At("kind").Text()))
	}
	return []*Object{wrap(root, file)}, nil
}

var foreign = regexp.MustCompile(`\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)|[\x7f-\x{9f}\x{2028}\x{2029}\x{feff}\x{fffe}\x{ffff}]`)

// jsonEscapes gives JSON that means the same as YAML. The decoder lacks two
// escapes, that of a slash and that of a character in two halves of 16 bits, and
// it takes some characters for line breaks, or for none that a text may have.
func jsonEscapes(raw []byte) []byte {
	return foreign.ReplaceAllFunc(raw, func(found []byte) []byte {
		switch {
		case found[0] != '\\':
			r, _ := utf8.DecodeRune(found)
			return fmt.Appendf(nil, `\u%04x`, r)
		case found[1] == '/':
			return found[1:]
		case len(found) == 12:
			high, _ := strconv.ParseUint(string(found[2:6]), 16, 16)
			low, _ := strconv.ParseUint(string(found[8:]), 16, 16)
			return utf8.AppendRune(nil, utf16.DecodeRune(rune(high), rune(low)))
		}
		return found
	})
}
