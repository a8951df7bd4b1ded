package manifest

import (
	"iter"
	"strconv"
)

// A Value is a place in an object's tree, or the knowledge that there is
// nothing at that place: every method of a Value that does not exist gives the
// zero value, so that callers walk first and ask once.
type Value struct{ node *node }

// Exists reports whether there is anything. A null is nothing: the API server drops
// it.
func (v Value) Exists() bool { return v.node != nil && v.node.tag != tagNull }

// Written reports whether there is anything in the text, a null included.
func (v Value) Written() bool { return v.node != nil }

// IsNull reports whether there is an explicit null.
func (v Value) IsNull() bool { return v.node != nil && v.node.tag == tagNull }

// IsMap reports whether the value is a mapping.
func (v Value) IsMap() bool { return v.node != nil && v.node.shape == mapping }

// IsList reports whether the value is a sequence.
func (v Value) IsList() bool { return v.node != nil && v.node.shape == list }

// IsScalar reports whether the value is neither a mapping nor a sequence.
func (v Value) IsScalar() bool { return v.node != nil && v.node.shape == scalar }

// Tag is the YAML type of a scalar: "!!str", "!!int", "!!bool", "!!float" or "!!null".
func (v Value) Tag() string {
	if v.node == nil {
		return ""
	}
	return v.node.tagName()
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

func lookup(n *node, key string) *node {
	if n.shape != mapping {
		return nil
	}
	for i := 0; i+1 < len(n.kids); i += 2 {
		if n.kids[i].value == key {
			return n.kids[i+1]
		}
	}
	return nil
}

// Len is the number of items of a sequence or of keys of a mapping.
func (v Value) Len() int {
	switch {
	case v.IsList():
		return len(v.node.kids)
	case v.IsMap():
		return len(v.node.kids) / 2
	}
	return 0
}

// Index gives item i of a sequence.
func (v Value) Index(i int) Value {
	if !v.IsList() || i < 0 || i >= len(v.node.kids) {
		return Value{}
	}
	return Value{v.node.kids[i]}
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
		for i := 0; i+1 < len(v.node.kids); i += 2 {
			if !yield(Value{v.node.kids[i]}, Value{v.node.kids[i+1]}) {
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
	return v.node.value
}

// Int is a whole number, in any spelling that YAML 1.1 readers take for one.
// ok is false for anything else, a quoted number included.
func (v Value) Int() (i int64, ok bool) {
	if v.node == nil || v.node.tag != tagInt {
		return 0, false
	}
	if i, err := strconv.ParseInt(v.node.value, 10, 64); err == nil && (len(v.node.value) == 1 || v.node.value[0] != '0') {
		return i, true
	}
	err := v.node.decode(&i)
	return i, err == nil
}

// Float is a number; ok is false for anything else.
func (v Value) Float() (f float64, ok bool) {
	if v.node == nil || v.node.tag != tagInt && v.node.tag != tagFloat {
		return 0, false
	}
	err := v.node.decode(&f)
	return f, err == nil
}

// Bool is a boolean; ok is false for anything else.
func (v Value) Bool() (b, ok bool) {
	if v.node == nil || v.node.tag != tagBool {
		return false, false
	}
	err := v.node.decode(&b)
	return b, err == nil
}

// Line and Column are the 1-based position of the value in its file, 0 for a
// value that was not read.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return int(v.node.line)
}

// Column is explained at Line.
func (v Value) Column() int {
	if v.node == nil {
		return 0
	}
	return int(v.node.column)
}

// IsPlain reports whether a scalar stands without quotes.
func (v Value) IsPlain() bool {
	return v.IsScalar() && v.node.style&quoted == 0
}
