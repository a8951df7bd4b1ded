package manifest

import (
	"iter"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A Value is a place in an object's tree, or the knowledge that there is
// nothing at that place: every method of a Value that does not exist gives the
// zero value, so that callers walk first and ask once.
type Value struct{ node *yaml.Node }

// Exists reports whether there is anything, a null included.
func (v Value) Exists() bool { return v.node != nil }

// IsNull reports whether there is an explicit null.
func (v Value) IsNull() bool { return v.node != nil && v.node.ShortTag() == "!!null" }

// IsMap reports whether the value is a mapping.
func (v Value) IsMap() bool { return v.node != nil && v.node.Kind == yaml.MappingNode }

// IsList reports whether the value is a sequence.
func (v Value) IsList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// IsScalar reports whether the value is neither a mapping nor a sequence.
func (v Value) IsScalar() bool { return v.node != nil && v.node.Kind == yaml.ScalarNode }

// Tag is the YAML type of a scalar: "!!str", "!!int", "!!bool", "!!float" or "!!null".
func (v Value) Tag() string {
	if v.node == nil {
		return ""
	}
	return v.node.ShortTag()
}

// At walks along keys of nested mappings.
func (v Value) At(keys ...string) Value {
	n := v.node
	for _, key := range keys {
		if n == nil {
			return Value{}
		}
		n = lookup(n, key)
	}
	return Value{n}
}

func lookup(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// Len is the number of items of a sequence or of keys of a mapping.
func (v Value) Len() int {
	switch {
	case v.IsList():
		return len(v.node.Content)
	case v.IsMap():
		return len(v.node.Content) / 2
	}
	return 0
}

// Index gives item i of a sequence.
func (v Value) Index(i int) Value {
	if !v.IsList() || i < 0 || i >= len(v.node.Content) {
		return Value{}
	}
	return Value{v.node.Content[i]}
}

// Items gives the items of a sequence with their indexes.
func (v Value) Items() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		for i := range v.Len() {
			if !v.IsList() || !yield(i, v.Index(i)) {
				return
			}
		}
	}
}

// Fields gives the keys and values of a mapping, in the order of the text.
func (v Value) Fields() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		if !v.IsMap() {
			return
		}
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			if !yield(Value{v.node.Content[i]}, Value{v.node.Content[i+1]}) {
				return
			}
		}
	}
}

// Text is the text of a scalar as written, whatever its type: "503" for both
// 503 and "503". It is empty for a null, a mapping and a sequence.
func (v Value) Text() string {
	if !v.IsScalar() || v.IsNull() {
		return ""
	}
	return v.node.Value
}

// Int is a whole number, in any spelling that YAML 1.1 readers take for one.
// ok is false for anything else, a quoted number included.
func (v Value) Int() (i int64, ok bool) {
	if v.Tag() != "!!int" {
		return 0, false
	}
	if i, err := strconv.ParseInt(v.node.Value, 10, 64); err == nil && (len(v.node.Value) == 1 || v.node.Value[0] != '0') {
		return i, true
	}
	err := v.node.Decode(&i)
	return i, err == nil
}

// Float is a number; ok is false for anything else.
func (v Value) Float() (f float64, ok bool) {
	if tag := v.Tag(); tag != "!!int" && tag != "!!float" {
		return 0, false
	}
	err := v.node.Decode(&f)
	return f, err == nil
}

// Bool is a boolean; ok is false for anything else.
func (v Value) Bool() (b, ok bool) {
	if v.Tag() != "!!bool" {
		return false, false
	}
	err := v.node.Decode(&b)
	return b, err == nil
}

// Line and Column are the 1-based position of the value in its file, 0 for a
// value that was not read.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// Column is explained at Line.
func (v Value) Column() int {
	if v.node == nil {
		return 0
	}
	return v.node.Column
}

// IsPlain reports whether a scalar stands without quotes.
func (v Value) IsPlain() bool {
	return v.IsScalar() && v.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}
