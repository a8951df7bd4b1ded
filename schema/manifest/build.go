package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Map builds a mapping from keys and values in turn, in that order. A value is
// a Value, a string, a bool, any int or float type, or a slice of strings or of
// Values. A Value that does not exist leaves its key out, which lets callers
// write optional fields in place.
func Map(pairs ...any) Value {
	m := Value{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Put(pairs[i].(string), pairs[i+1])
	}
	return m
}

// List builds a sequence; the items are as for Map.
func List(items ...any) Value {
	l := Value{&yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}}
	for _, item := range items {
		l.Append(item)
	}
	return l
}

// ListOf builds a sequence from a slice.
func ListOf[T any](items []T) Value {
	l := Value{&yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: make([]*yaml.Node, 0, len(items))}}
	for _, item := range items {
		l.Append(item)
	}
	return l
}

// Put sets one key of a mapping: in place where the key is there, else at the
// end. A Value that does not exist changes nothing.
func (v Value) Put(key string, value any) {
	n := toNode(value)
	if n == nil {
		return
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			n.LineComment, n.HeadComment, n.FootComment = v.node.Content[i+1].LineComment, v.node.Content[i+1].HeadComment, v.node.Content[i+1].FootComment
			v.node.Content[i+1] = n
			return
		}
	}
	v.node.Content = append(v.node.Content, text(key), n)
	v.node.Style &^= yaml.FlowStyle
}

// Append adds an item to a sequence.
func (v Value) Append(item any) {
	if n := toNode(item); n != nil {
		v.node.Content = append(v.node.Content, n)
		v.node.Style &^= yaml.FlowStyle
	}
}

// Insert puts an item before item i of a sequence.
func (v Value) Insert(i int, item any) {
	if n := toNode(item); n != nil {
		v.node.Content = slices.Insert(v.node.Content, i, n)
		v.node.Style &^= yaml.FlowStyle
	}
}

// Remove takes one key out of a mapping and reports whether it was there.
func (v Value) Remove(key string) bool {
	if !v.IsMap() {
		return false
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			v.node.Content = append(v.node.Content[:i:i], v.node.Content[i+2:]...)
			return true
		}
	}
	return false
}

// RemoveIndex takes item i out of a sequence.
func (v Value) RemoveIndex(i int) {
	v.node.Content = append(v.node.Content[:i:i], v.node.Content[i+1:]...)
}

// Make walks along keys and makes an empty mapping wherever there is none. What
// stands in the way and is no mapping (a null, say) is replaced.
func (v Value) Make(keys ...string) Value {
	for _, key := range keys {
		next := v.At(key)
		if !next.IsMap() {
			v.Put(key, Map())
			next = v.At(key)
		}
		v = next
	}
	return v
}

// Copy gives a deep copy, to be put elsewhere.
func (v Value) Copy() Value {
	if v.node == nil {
		return v
	}
	return Value{copyNode(v.node)}
}

func toNode(value any) *yaml.Node {
	switch x := value.(type) {
	case Value:
		return x.node
	case string:
		return text(x)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(x)}
	case int:
		return number(int64(x))
	case int32:
		return number(int64(x))
	case int64:
		return number(x)
	case float64:
		if x == float64(int64(x)) {
			return number(int64(x))
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: strconv.FormatFloat(x, 'f', -1, 64)}
	case []string:
		return ListOf(x).node
	case []int:
		return ListOf(x).node
	case []Value:
		return ListOf(x).node
	}
	panic(fmt.Sprintf("manifest: no YAML for a %T", value))
}

func number(i int64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(i, 10)}
}

// text quotes what a YAML 1.1 reader would take for a boolean or a base-60
// number, the merge key, and what the encoder would write as a block that
// cannot be read again; the encoder quotes the rest, such as "503" and "true".
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if s == "<<" || ReadsOtherwise(s) || !blockSafe(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// blockSafe reports whether a text can be a block scalar: white space at its
// beginning would be taken for indentation.
func blockSafe(s string) bool { return s == "" || !strings.ContainsRune(" \t\r\n", rune(s[0])) }

// ReadsOtherwise reports whether a plain scalar means something else to YAML
// 1.1 readers, kubectl and the API server among them, than to YAML 1.2 readers:
// "on", "no", "y", "1:30".
func ReadsOtherwise(s string) bool {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return true
	}
	return sexagesimal(s)
}

func sexagesimal(s string) bool {
	colon := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':' && i > 0:
			colon = true
		case c >= '0' && c <= '9', c == '_', c == '.', (c == '-' || c == '+') && i == 0:
		default:
			return false
		}
	}
	return colon
}
