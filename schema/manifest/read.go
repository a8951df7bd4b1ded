package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of what Read takes, far above any real manifest and far below what
// would hurt the machine.
const (
	MaxBytes    = 64 << 20 // of one file or stream
	MaxExpanded = 100_000  // values that aliases and merge keys may add to one document
	MaxDepth    = 200      // nested mappings and sequences
)

// A SyntaxError is an input that cannot be taken as Kubernetes objects.
type SyntaxError struct {
	File         string
	Line, Column int // 1-based; 0 where unknown
	Message      string
}

func (e *SyntaxError) Error() string {
	place := e.File
	if e.Line > 0 {
		place += ":" + strconv.Itoa(e.Line)
		if e.Column > 0 {
			place += ":" + strconv.Itoa(e.Column)
		}
	}
	return place + ": " + e.Message
}

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
	case bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw):
		return nil, refuse(0, 0, "not a text file: YAML and JSON in UTF-8 are read")
	}
	var objects []*Object
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			line, message := yamlError(err)
			return nil, refuse(line, 0, "%s", message)
		}
		found, err := documentObjects(&doc, file)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
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
	if name := v.At("metadata", "name"); !name.IsScalar() || name.Text() == "" {
		return refuse(root, fmt.Sprintf("%s has no metadata.name", v.At("kind").Text()))
	}
	return []*Object{wrap(root, file)}, nil
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\n\s*)?line (\d+): (?s:(.*))$`)

// yamlError takes the line out of the decoder's message.
func yamlError(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	return line, "not valid YAML: " + strings.ReplaceAll(message, "\n", " ")
}

// expand gives a tree without aliases, anchors and merge keys, and refuses
// keys that stand twice, keys that are no scalars, cycles, and documents that
// grow beyond the limits.
func expand(root *yaml.Node, file string) (*yaml.Node, error) {
	e := expander{file: file, open: map[*yaml.Node]bool{}}
	return e.node(root, 0, false)
}

type expander struct {
	file  string
	added int
	open  map[*yaml.Node]bool // anchored nodes that are being expanded
}

func (e *expander) refuse(n *yaml.Node, format string, args ...any) error {
	return &SyntaxError{e.file, n.Line, n.Column, fmt.Sprintf(format, args...)}
}

func (e *expander) node(n *yaml.Node, depth int, copied bool) (*yaml.Node, error) {
	if copied {
		if e.added++; e.added > MaxExpanded {
			return nil, e.refuse(n, "aliases expand to more than %d values", MaxExpanded)
		}
	}
	if depth > MaxDepth {
		return nil, e.refuse(n, "nested more than %d levels deep", MaxDepth)
	}
	if n.Kind == yaml.AliasNode {
		if e.open[n.Alias] {
			return nil, e.refuse(n, "alias *%s stands inside its own anchor", n.Value)
		}
		return e.node(n.Alias, depth, true)
	}
	if n.Anchor != "" {
		if e.open[n] {
			return nil, e.refuse(n, "alias *%s stands inside its own anchor", n.Anchor)
		}
		e.open[n] = true
		defer delete(e.open, n)
	}
	if n.Kind == yaml.ScalarNode && n.Anchor == "" && !copied {
		return n, nil
	}
	c := *n
	c.Anchor, c.Content = "", make([]*yaml.Node, 0, len(n.Content))
	if n.Kind != yaml.MappingNode {
		for _, kid := range n.Content {
			x, err := e.node(kid, depth+1, copied)
			if err != nil {
				return nil, err
			}
			c.Content = append(c.Content, x)
		}
		return &c, nil
	}
	return &c, e.mapping(&c, n, depth, copied)
}

func (e *expander) mapping(into, n *yaml.Node, depth int, copied bool) error {
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, err := e.node(n.Content[i], depth+1, copied)
		if err != nil {
			return err
		}
		if key.Kind != yaml.ScalarNode {
			return e.refuse(key, "a key is a plain word in Kubernetes objects")
		}
		value, err := e.node(n.Content[i+1], depth+1, copied)
		if err != nil {
			return err
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if lookup(into, key.Value) != nil {
			return e.refuse(key, "key %q stands twice", key.Value)
		}
		into.Content = append(into.Content, key, value)
	}
	for _, from := range merged {
		sources := []*yaml.Node{from}
		if from.Kind == yaml.SequenceNode {
			sources = from.Content
		}
		for _, source := range sources {
			if source.Kind != yaml.MappingNode {
				return e.refuse(source, "a merge key (<<) takes a mapping")
			}
			for i := 0; i+1 < len(source.Content); i += 2 {
				if lookup(into, source.Content[i].Value) == nil {
					into.Content = append(into.Content, source.Content[i], source.Content[i+1])
				}
			}
		}
	}
	return nil
}
