package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// spelled gives a tree that the encoder writes as what it is. Of two things it
// makes others: a null without text becomes an empty text wherever it stands in
// brackets or braces, at any depth, and a folded text with an indented line gets
// one more line. Nodes that need no change are not copied.
func spelled(n *yaml.Node, inFlow bool) *yaml.Node {
	if n.Kind == yaml.ScalarNode {
		return spelledScalar(n, inFlow)
	}
	inFlow = inFlow || n.Style&yaml.FlowStyle != 0
	var kids []*yaml.Node
	for i, kid := range n.Content {
		other := spelled(kid, inFlow)
		if other != kid && kids == nil {
			kids = slices.Clone(n.Content)
		}
		if kids != nil {
			kids[i] = other
		}
	}
	if kids == nil {
		return n
	}
	c := *n
	c.Content = kids
	return &c
}

func spelledScalar(n *yaml.Node, inFlow bool) *yaml.Node {
	c := *n
	switch {
	case inFlow && n.Value == "" && n.Style&^yaml.TaggedStyle == 0 && n.ShortTag() == "!!null":
		c.Value = "null"
	case n.Style&yaml.FoldedStyle != 0 && indented(n.Value):
		c.Style = n.Style&^yaml.FoldedStyle | yaml.LiteralStyle
		if !blockSafe(n.Value) {
			c.Style = n.Style&^yaml.FoldedStyle | yaml.DoubleQuotedStyle
		}
	default:
		return n
	}
	return &c
}

// indented reports whether a line of a text begins with white space.
func indented(s string) bool {
	return !blockSafe(s) || strings.Contains(s, "\n ") || strings.Contains(s, "\n\t")
}
