package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Map builds a mapping from keys and values in turn, in that order. A value is
// a Value, a string, a bool, any int or float type, or a slice of strings or of
// Values. A Value that does not exist leaves its key out, which lets callers
// write optional fields in place.
func Map(pairs ...any) Value {
	m := Value{&node{shape: mapping, tag: tagMap, kids: make([]*node, 0, len(pairs))}}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Put(pairs[i].(string), pairs[i+1])
	}
	return m
}

// List builds a sequence; the items are as for Map.
func List(items ...any) Value {
	return ListOf(items)
}

// ListOf builds a sequence from a slice.
func ListOf[T any](items []T) Value {
	l := Value{&node{shape: list, tag: tagList, kids: make([]*node, 0, len(items))}}
	for _, item := range items {
		l.Append(item)
	}
	return l
}

// Put sets one key of a mapping: in place where the key is there, else at the
// end. A Value that does not exist changes nothing. Like all that follows it leaves
// what is not of the right shape, or not there, as it is.
func (v Value) Put(key string, value any) {
	n := toNode(value)
	if n == nil || !v.IsMap() {
		return
	}
	for i := 0; i+1 < len(v.node.kids); i += 2 {
		if v.node.kids[i].value == key {
			n.takeComments(v.node.kids[i+1])
			v.node.kids[i+1] = n
			return
		}
	}
	v.node.kids = append(v.node.kids, text(key), n)
	v.node.spread()
}

// PutAt sets one key of a mapping: in place where the key is there, else as key n, or
// at the end where there are fewer.
func (v Value) PutAt(n int, key string, value any) {
	there := v.At(key).Written()
	v.Put(key, value)
	if last := len(v.node.kids) - 2; !there && n >= 0 && 2*n < last {
		pair := slices.Clone(v.node.kids[last:])
		v.node.kids = slices.Insert(v.node.kids[:last], 2*n, pair...)
	}
}

// Set puts an item in the place of item i of a sequence.
func (v Value) Set(i int, item Value) { v.node.kids[i] = item.node }

// Append adds an item to a sequence.
func (v Value) Append(item any) {
	if n := toNode(item); n != nil && v.IsList() {
		v.node.kids = append(v.node.kids, n)
		v.node.spread()
	}
}

// Insert puts an item before item i of a sequence, or at its end.
func (v Value) Insert(i int, item any) {
	if n := toNode(item); n != nil && v.IsList() && i >= 0 && i <= len(v.node.kids) {
		v.node.kids = slices.Insert(v.node.kids, i, n)
		v.node.spread()
	}
}

// Remove takes one key out of a mapping and reports whether it was there.
func (v Value) Remove(key string) bool {
	if !v.IsMap() {
		return false
	}
	for i := 0; i+1 < len(v.node.kids); i += 2 {
		if v.node.kids[i].value == key {
			v.node.kids = append(v.node.kids[:i:i], v.node.kids[i+2:]...)
			return true
		}
	}
	return false
}

// RemoveIndex takes item i out of a sequence.
func (v Value) RemoveIndex(i int) {
	if !v.Index(i).Written() {
		return
	}
	v.node.kids = append(v.node.kids[:i:i], v.node.kids[i+1:]...)
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

// Shallow gives a mapping or list of its own that has the same values, to be put
// elsewhere. They are shared, and not to be changed in one of the two places.
func (v Value) Shallow() Value {
	if v.node == nil {
		return v
	}
	c := *v.node
	c.kids = append(make([]*node, 0, len(c.kids)+2), c.kids...)
	return Value{&c}
}

func toNode(value any) *node {
	switch x := value.(type) {
	case Value:
		return x.node
	case string:
		return text(x)
	case bool:
		return &node{tag: tagBool, value: strconv.FormatBool(x)}
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
		return &node{tag: tagFloat, value: strconv.FormatFloat(x, 'f', -1, 64)}
	case []string:
		return ListOf(x).node
	case []int:
		return ListOf(x).node
	case []Value:
		return ListOf(x).node
	}
	panic(fmt.Sprintf("manifest: no YAML for a %T", value))
}

func number(i int64) *node { return &node{tag: tagInt, value: strconv.FormatInt(i, 10)} }

// text quotes what a YAML 1.1 reader would take for a boolean or a base-60
// number, the merge key, and what the encoder would write as a block that
// cannot be read again; the encoder quotes the rest, such as "503" and "true".
func text(s string) *node {
	n := &node{tag: tagText, value: s}
	if s == "<<" || ReadsOtherwise(s) || !blockSafe(s) {
		n.style = doubleQuoted
	}
	return n
}

// blockSafe reports whether a text can be a block scalar: white space at its
// beginning would be taken for indentation.
func blockSafe(s string) bool { return s == "" || !strings.ContainsRune(" \t\r\n", rune(s[0])) }

// indented reports whether a line of a text begins with white space.
func indented(s string) bool {
	return !blockSafe(s) || strings.Contains(s, "\n ") || strings.Contains(s, "\n\t")
}

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
