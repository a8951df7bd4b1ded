package manifest

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// FromNode gives the objects of one decoded document, as Read does: the items of
// a List one by one, none of an empty document. The tree is only read. Trouble is
// a *SyntaxError.
func FromNode(root *yaml.Node, file string) ([]*Object, error) {
	plain, err := expand(root, file, &arena{})
	if err != nil || plain.tag == tagNull {
		return nil, err
	}
	return rootObjects(plain, file)
}

// Node gives the tree for a program that encodes it itself, spelled so that the
// encoder writes what it means.
func (v Value) Node() *yaml.Node { return v.node.yaml(false) }

// from gives the node of a decoded one, but for what is below it.
func (s *arena) from(y *yaml.Node) *node {
	n := s.node()
	n.value, n.line, n.column, n.style = s.text(y.Value), int32(y.Line), int32(y.Column), style(y.Style)
	switch y.Kind {
	case yaml.SequenceNode:
		n.shape = list
	case yaml.MappingNode:
		n.shape = mapping
	}
	name := y.ShortTag()
	if n.tag = tagOf(name); n.tag != tagOther {
		name = ""
	}
	if name != "" || y.HeadComment != "" || y.LineComment != "" || y.FootComment != "" {
		n.rare = &rare{y.HeadComment, y.LineComment, y.FootComment, name}
	}
	return n
}

var kinds = [...]yaml.Kind{scalar: yaml.ScalarNode, list: yaml.SequenceNode, mapping: yaml.MappingNode}

// yaml gives a tree that the encoder writes as what it is. Of two things it makes
// others: a null without text becomes an empty text wherever it stands in brackets
// or braces, at any depth, and a folded text with an indented line gets one more
// line.
func (n *node) yaml(inFlow bool) *yaml.Node {
	y := &yaml.Node{Kind: kinds[n.shape], Tag: n.tagName(), Value: n.value, Style: yaml.Style(n.style), Line: int(n.line), Column: int(n.column)}
	if r := n.rare; r != nil {
		y.HeadComment, y.LineComment, y.FootComment = r.head, r.line, r.foot
	}
	switch {
	case n.shape != scalar:
		inFlow = inFlow || n.style&flow != 0
		y.Content = make([]*yaml.Node, len(n.kids))
		for i, kid := range n.kids {
			y.Content[i] = kid.yaml(inFlow)
		}
	case inFlow && n.value == "" && n.style&^tagged == 0 && n.tag == tagNull:
		y.Value = "null"
	case n.style&folded != 0 && indented(n.value):
		y.Style = y.Style&^yaml.FoldedStyle | yaml.LiteralStyle
		if !blockSafe(n.value) {
			y.Style = y.Style&^yaml.LiteralStyle | yaml.DoubleQuotedStyle
		}
	}
	return y
}

// decode leaves to the decoder what a scalar means.
func (n *node) decode(into any) error { return n.yaml(false).Decode(into) }

// encode writes a tree with the encoder of yaml.v3.
func (e *emitter) encode(n *node) error {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(n.yaml(false)); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	e.out = append(e.out, out.Bytes()...)
	return nil
}
