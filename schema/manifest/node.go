package manifest

import "go.yaml.in/yaml/v3"

// FromNode gives the objects of one decoded document, as Read does: the items of
// a List one by one, none of an empty document. The tree is copied where it is
// not plain, and never written to. Trouble is a *SyntaxError.
func FromNode(root *yaml.Node, file string) ([]*Object, error) {
	return documentObjects(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}, file)
}

// Node gives the tree for a program that encodes it itself, spelled so that the
// encoder writes what it means. It is not to be changed.
func (v Value) Node() *yaml.Node { return spelled(v.node, false) }
