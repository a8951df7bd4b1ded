package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// expand gives a tree without aliases, anchors and merge keys, and refuses
// keys that stand twice, keys that are no scalars, cycles, and documents that
// grow beyond the limits.
func expand(root *yaml.Node, file string) (*yaml.Node, error) {
	e := expander{file: file, anchors: map[*yaml.Node]bool{}}
	return e.node(root, 0, false)
}

type expander struct {
	file    string
	added   int
	anchors map[*yaml.Node]bool // those met in this document; true while one is being expanded
}

func (e *expander) refuse(n *yaml.Node, format string, args ...any) error {
	return &SyntaxError{e.file, n.Line, n.Column, fmt.Sprintf(format, args...)}
}

func (e *expander) node(n *yaml.Node, depth int, copied bool) (*yaml.Node, error) {
	if copied {
		e.added += 1 + len(n.Value)>>10 // a long text counts for more
		if e.added > MaxExpanded {
			return nil, e.refuse(n, "aliases expand to more than %d values", MaxExpanded)
		}
	}
	if depth > MaxDepth {
		return nil, e.refuse(n, "nested more than %d levels deep", MaxDepth)
	}
	if n.Kind == yaml.AliasNode {
		open, met := e.anchors[n.Alias]
		switch {
		case !met: // the decoder keeps the anchors of earlier documents
			return nil, e.refuse(n, "alias *%s has no anchor in its document", n.Value)
		case open:
			return nil, e.refuse(n, "alias *%s stands inside its own anchor", n.Value)
		}
		return e.node(n.Alias, depth, true)
	}
	if n.Anchor != "" {
		e.anchors[n] = true
		defer func() { e.anchors[n] = false }()
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!merge" {
		return &yaml.Node{Kind: n.Kind, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: n.Value, Line: n.Line, Column: n.Column}, nil
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
	has := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, err := e.node(n.Content[i], depth+1, copied)
		if err != nil {
			return err
		}
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!null" {
			return e.refuse(key, "a key is a plain word in Kubernetes objects")
		}
		value, err := e.node(n.Content[i+1], depth+1, copied)
		if err != nil {
			return err
		}
		if n.Content[i].ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if has[key.Value] {
			return e.refuse(key, "key %q stands twice", key.Value)
		}
		has[key.Value] = true
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
				if key := source.Content[i]; !has[key.Value] {
					has[key.Value] = true
					into.Content = append(into.Content, key, source.Content[i+1])
				}
			}
		}
	}
	return nil
}
