package manifest

import "go.yaml.in/yaml/v3"

// A node is one value of a tree. It holds what yaml.Node does of a tree without
// anchors, in a third of the memory: an input is many thousands of them.
type node struct {
	value string // of a scalar
	// kids are the items of a list, or the keys and values of a mapping in turn.
	kids         []*node
	rare         *rare
	line, column int32 // 1-based; 0 for what was not read
	shape        shape
	style        style
	tag          tag
}

// rare is what few nodes have. It is shared by copies and never changed.
type rare struct {
	head, line, foot string // comments
	tag              string // where it is none of those with a name
}

type shape uint8

const (
	scalar shape = iota
	list
	mapping
)

// style is a yaml.Style: how a value is written.
type style uint8

const (
	tagged       = style(yaml.TaggedStyle)
	doubleQuoted = style(yaml.DoubleQuotedStyle)
	singleQuoted = style(yaml.SingleQuotedStyle)
	literal      = style(yaml.LiteralStyle)
	folded       = style(yaml.FoldedStyle)
	flow         = style(yaml.FlowStyle)
	quoted       = doubleQuoted | singleQuoted | literal | folded
)

// tag is a type of YAML.
type tag uint8

const (
	tagOther tag = iota // which rare has
	tagText
	tagInt
	tagFloat
	tagBool
	tagNull
	tagTime
	tagMap
	tagList
)

var tags = [...]string{tagText: "!!str", tagInt: "!!int", tagFloat: "!!float", tagBool: "!!bool", tagNull: "!!null", tagTime: "!!timestamp", tagMap: "!!map", tagList: "!!seq"}

// tagOf gives the tag of a name, tagOther for one that is not among tags.
func tagOf(name string) tag {
	for t := tagText; int(t) < len(tags); t++ {
		if tags[t] == name {
			return t
		}
	}
	return tagOther
}

func (n *node) tagName() string {
	if n.tag == tagOther {
		return n.rare.tag
	}
	return tags[n.tag]
}

// takeComments takes over the comments of a node in whose place n is put.
func (n *node) takeComments(from *node) {
	var r rare
	if from.rare != nil {
		r = *from.rare
	}
	if r.tag = ""; n.tag == tagOther {
		r.tag = n.rare.tag
	}
	if n.rare = nil; r != (rare{}) {
		n.rare = &r
	}
}

// spread writes a mapping or list in several lines. A comment behind its one line
// would come to stand behind another value, so it goes above the first.
func (n *node) spread() {
	if n.style&flow == 0 {
		return
	}
	n.style &^= flow
	if n.rare == nil || n.rare.line == "" || len(n.kids) == 0 {
		return
	}
	own := *n.rare
	comment := own.line
	own.line = ""
	n.rare = &own
	first := rare{}
	if n.kids[0].rare != nil {
		first = *n.kids[0].rare
	}
	if first.head != "" {
		comment += "\n" + first.head
	}
	first.head = comment
	n.kids[0].rare = &first
}

// An arena is where nodes are made that live and die together, many at a time.
type arena struct {
	nodes []node
	kids  []*node
	texts map[string]string // those that are short and were met before
}

// text gives one copy of texts that come again and again, such as the names of
// fields: the decoder makes one for each place.
func (s *arena) text(text string) string {
	if len(text) > 32 {
		return text
	}
	if known, ok := s.texts[text]; ok {
		return known
	}
	if s.texts == nil {
		s.texts = map[string]string{}
	}
	if len(s.texts) < 1<<12 {
		s.texts[text] = text
	}
	return text
}

func (s *arena) node() *node {
	if len(s.nodes) == 0 {
		s.nodes = make([]node, 128)
	}
	n := &s.nodes[0]
	s.nodes = s.nodes[1:]
	return n
}

// list gives an empty list that can take n kids.
func (s *arena) list(n int) []*node {
	if n == 0 {
		return nil
	}
	if len(s.kids) < n {
		s.kids = make([]*node, max(128, n))
	}
	kids := s.kids[:0:n]
	s.kids = s.kids[n:]
	return kids
}

// copyNode gives a deep copy, all of whose nodes lie side by side.
func copyNode(n *node) *node {
	var s arena
	nodes, kids := size(n)
	s.nodes, s.kids = make([]node, nodes), make([]*node, kids)
	return s.copy(n)
}

func (s *arena) copy(n *node) *node {
	c := s.node()
	*c = *n
	if n.kids != nil {
		c.kids = s.list(len(n.kids))
		for _, kid := range n.kids {
			c.kids = append(c.kids, s.copy(kid))
		}
	}
	return c
}

func size(n *node) (nodes, kids int) {
	nodes, kids = 1, len(n.kids)
	for _, kid := range n.kids {
		more, below := size(kid)
		nodes, kids = nodes+more, kids+below
	}
	return nodes, kids
}
