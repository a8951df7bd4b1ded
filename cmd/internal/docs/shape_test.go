package main

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A shape is what a document of a format may hold and must hold, one line for each
// path: keys joined by dots, [] for the items of a list, * for any key, ** for
// whatever is there and below. A ! says that the key must be there wherever what is
// above it is. What follows a blank is a regular expression that the value matches
// as a whole.
type shape []rule

type rule struct {
	path     []string
	required bool
	value    *regexp.Regexp
}

// shapeOf reads a shape.
func shapeOf(text string) (s shape) {
	for line := range strings.Lines(text) {
		path, value, valued := strings.Cut(strings.TrimSpace(line), " ")
		if path == "" {
			continue
		}
		r := rule{required: strings.HasSuffix(path, "!")}
		for part := range strings.SplitSeq(strings.TrimSuffix(path, "!"), ".") {
			if list := strings.TrimSuffix(part, "[]"); list != part {
				if list != "" {
					r.path = append(r.path, list)
				}
				part = "[]"
			}
			r.path = append(r.path, part)
		}
		if valued {
			r.value = regexp.MustCompile(`^(?:` + value + `)$`)
		}
		s = append(s, r)
	}
	return s
}

// wrong gives what is wrong with a document.
func (s shape) wrong(root *yaml.Node) []string { return s.node(root, nil) }

func (s shape) node(n *yaml.Node, path []string) (problems []string) {
	if !s.allows(path, n) {
		return []string{fmt.Sprintf("line %d: %s has no place here", n.Line, strings.Join(path, "."))}
	}
	for _, r := range s {
		if r.required && len(r.path) == len(path)+1 && matches(r.path[:len(path)], path) && n.Kind == yaml.MappingNode && field(n, r.path[len(path)]) == nil {
			problems = append(problems, fmt.Sprintf("line %d: %s is missing", n.Line, strings.Join(append(path[:len(path):len(path)], r.path[len(path)]), ".")))
		}
		if r.value != nil && matches(r.path, path) && (n.Kind != yaml.ScalarNode || !r.value.MatchString(n.Value)) {
			problems = append(problems, fmt.Sprintf("line %d: %s is %q, and %s is wanted", n.Line, strings.Join(path, "."), n.Value, r.value))
		}
	}
	for i, kid := range n.Content {
		key := "[]"
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			key = n.Content[i-1].Value
		}
		problems = append(problems, s.node(kid, append(path[:len(path):len(path)], key))...)
	}
	return problems
}

// allows tells whether a path is one of the shape's, or leads to one and is no
// scalar.
func (s shape) allows(path []string, n *yaml.Node) bool {
	for _, r := range s {
		if matches(r.path, path) || len(path) < len(r.path) && matches(r.path[:len(path)], path) && n.Kind != yaml.ScalarNode {
			return true
		}
	}
	return false
}

func matches(pattern, path []string) bool {
	for i, part := range pattern {
		if part == "**" {
			return true
		}
		if i >= len(path) || part != "*" && part != path[i] || part == "*" && path[i] == "[]" {
			return false
		}
	}
	return len(pattern) == len(path)
}
