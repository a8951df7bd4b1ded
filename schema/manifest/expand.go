package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// expand gives the tree of a decoded document without aliases, anchors and merge
// keys, and refuses keys that stand twice, keys that are no scalars, cycles, and
// documents that grow beyond the limits.
func expand(root *yaml.Node, file string, s *arena) (*node, error) {
	e := expander{file: file, arena: s}
	return e.node(root, 0, false)
}

type expander struct {
	file    string
	arena   *arena
	added   int
	anchors map[*yaml.Node]bool // those met in this document; true while one is being expanded
}

func (e *expander) refuse(line, column int32, format string, args ...any) error {
	return &SyntaxError{e.file, int(line), int(column), fmt.Sprintf(format, args...)}
}

func (e *expander) node(y *yaml.Node, depth int, copied bool) (*node, error) {
	if copied {
		e.added += 1 + len(y.Value)>>10 // a long text counts for more
		if e.added > MaxExpanded {
			return nil, e.refuse(int32(y.Line), int32(y.Column), "aliases expand to more than %d values", MaxExpanded)
		}
	}
	if depth > MaxDepth {
		return nil, e.refuse(int32(y.Line), int32(y.Column), "nested more than %d levels deep", MaxDepth)
	}
	if y.Kind == yaml.AliasNode {
		open, met := e.anchors[y.Alias]
		switch {
		case !met: // the decoder keeps the anchors of earlier documents
			return nil, e.refuse(int32(y.Line), int32(y.Column), "alias *%s has no anchor in its document", y.Value)
		case open:
			return nil, e.refuse(int32(y.Line), int32(y.Column), "alias *%s stands inside its own anchor", y.Value)
		}
		return e.node(y.Alias, depth, true)
	}
	if y.Anchor != "" {
		if e.anchors == nil {
			e.anchors = map[*yaml.Node]bool{}
		}
		e.anchors[y] = true
		defer func() { e.anchors[y] = false }()
	}
	n := e.arena.from(y)
	n.kids = e.arena.list(len(y.Content))
	switch {
	case n.shape == mapping:
		return n, e.mapping(n, y, depth, copied)
	case n.shape == scalar && y.ShortTag() == mergeTag: // a text wherever it is no key
		*n = node{value: y.Value, tag: tagText, style: doubleQuoted, line: n.line, column: n.column}
	}
	for _, kid := range y.Content {
		x, err := e.node(kid, depth+1, copied)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, x)
	}
	return n, nil
}

const mergeTag = "!!merge"

func (e *expander) mapping(n *node, y *yaml.Node, depth int, copied bool) error {
	var merged []*node
	has := keySet{of: n}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, err := e.node(y.Content[i], depth+1, copied)
		if err != nil {
			return err
		}
		if key.shape != scalar || key.tag == tagNull {
			return e.refuse(key.line, key.column, "a key is a plain word in Kubernetes objects")
		}
		value, err := e.node(y.Content[i+1], depth+1, copied)
		if err != nil {
			return err
		}
		if y.Content[i].ShortTag() == mergeTag {
			merged = append(merged, value)
			continue
		}
		if !has.add(key.value) {
			return e.refuse(key.line, key.column, "key %q stands twice", key.value)
		}
		n.kids = append(n.kids, key, value)
	}
	for _, from := range merged {
		sources := []*node{from}
		if from.shape == list {
			sources = from.kids
		}
		for _, source := range sources {
			if source.shape != mapping {
				return e.refuse(source.line, source.column, "a merge key (<<) takes a mapping")
			}
			for i := 0; i+1 < len(source.kids); i += 2 {
				if key := source.kids[i]; has.add(key.value) {
					n.kids = append(n.kids, key, source.kids[i+1])
				}
			}
		}
	}
	return nil
}

// A keySet is the keys of a mapping that grows; a map only once there are many.
type keySet struct {
	of    *node
	names map[string]bool
}

// add reports whether a key is new; then it is to be put into the mapping.
func (k *keySet) add(name string) bool {
	if len(k.of.kids) < 32 {
		return lookup(k.of, name) == nil
	}
	if k.names == nil {
		k.names = make(map[string]bool, len(k.of.kids))
		for i := 0; i < len(k.of.kids); i += 2 {
			k.names[k.of.kids[i].value] = true
		}
	}
	known := k.names[name]
	k.names[name] = true
	return !known
}
