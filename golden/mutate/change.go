package mutate

import (
	"math/rand/v2"
	"slices"

	"go.yaml.in/yaml/v3"
)

// A change is one step of breaking an input.
type change struct {
	rng  *rand.Rand
	docs []*yaml.Node
}

// A spot is a node with its place in the one that holds it. Of a mapping only values
// are spots; the key stands before them.
type spot struct {
	parent *yaml.Node
	at     int
}

func (s spot) node() *yaml.Node { return s.parent.Content[s.at] }

// key gives the key of a value, empty for an item of a list.
func (s spot) key() string {
	if s.parent.Kind == yaml.MappingNode {
		return s.parent.Content[s.at-1].Value
	}
	return ""
}

// width is how many nodes of the parent a spot takes.
func (s spot) width() int {
	if s.parent.Kind == yaml.MappingNode {
		return 2
	}
	return 1
}

// make picks a change and makes it; it may come to nothing.
func (c *change) make() {
	if len(c.docs) == 0 {
		return
	}
	spots := c.spots()
	if len(spots) == 0 || c.rng.IntN(12) == 0 {
		c.documents()
		return
	}
	s := spots[c.rng.IntN(len(spots))]
	switch c.rng.IntN(8) {
	case 0:
		drop(s)
	case 1:
		double(s)
	case 2, 3, 4:
		s.parent.Content[s.at] = odd(c.rng)
	case 5, 6:
		c.transplant(s, spots)
	case 7:
		c.rename(s, spots)
	}
}

// spots gives every value and every item of the documents.
func (c *change) spots() []spot {
	var list []spot
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		first, step := 0, 1
		if n.Kind == yaml.MappingNode {
			first, step = 1, 2
		}
		if n.Kind == yaml.AliasNode {
			return
		}
		for at := first; at < len(n.Content); at += step {
			if n.Kind != yaml.DocumentNode {
				list = append(list, spot{n, at})
			}
			walk(n.Content[at])
		}
	}
	for _, doc := range c.docs {
		walk(doc)
	}
	return list
}

// documents drops, doubles or moves a document, or puts it into a List.
func (c *change) documents() {
	at := c.rng.IntN(len(c.docs))
	doc := c.docs[at]
	switch c.rng.IntN(4) {
	case 0:
		c.docs = slices.Delete(slices.Clone(c.docs), at, at+1)
	case 1:
		c.docs = append(slices.Clone(c.docs), copyOf(doc))
	case 2:
		c.docs = append(slices.Delete(slices.Clone(c.docs), at, at+1), doc)
	case 3:
		items := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{doc.Content[0]}}
		doc.Content = []*yaml.Node{{Kind: yaml.MappingNode, Content: []*yaml.Node{
			text("apiVersion"), text("v1"), text("kind"), text("List"), text("items"), items,
		}}}
	}
}

func drop(s spot) {
	from := s.at + 1 - s.width()
	s.parent.Content = slices.Delete(slices.Clone(s.parent.Content), from, s.at+1)
}

// double repeats an item of a list; a value of a mapping is given a second key.
func double(s spot) {
	if s.parent.Kind == yaml.MappingNode {
		s.parent.Content = append(slices.Clone(s.parent.Content), text(s.key()+"2"), copyOf(s.node()))
		return
	}
	s.parent.Content = slices.Insert(slices.Clone(s.parent.Content), s.at, copyOf(s.node()))
}

// transplant puts what stands at the same key elsewhere, or anything at all where
// there is nothing else, into a spot.
func (c *change) transplant(s spot, spots []spot) {
	var same []spot
	for _, other := range spots {
		if other != s && other.key() == s.key() {
			same = append(same, other)
		}
	}
	if len(same) == 0 {
		same = spots
	}
	s.parent.Content[s.at] = copyOf(same[c.rng.IntN(len(same))].node())
}

// rename gives a value the key of another one, unless its mapping has that already.
func (c *change) rename(s spot, spots []spot) {
	key := spots[c.rng.IntN(len(spots))].key()
	if s.parent.Kind != yaml.MappingNode || key == "" {
		return
	}
	for n := 0; n < len(s.parent.Content); n += 2 {
		if s.parent.Content[n].Value == key {
			return
		}
	}
	s.parent.Content[s.at-1] = text(key)
}

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// copyOf gives a tree that shares nothing with another; aliases go.
func copyOf(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return copyOf(n.Alias)
	}
	c := *n
	c.Anchor, c.Content = "", make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = copyOf(child)
	}
	return &c
}
