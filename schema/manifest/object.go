package manifest

import (
	"fmt"
	"strings"
)

// DefaultNamespace is the namespace of an object that names none, as kubectl
// has it for a context without one.
const DefaultNamespace = "default"

// ID names an object within a cluster. Namespace is DefaultNamespace where the
// object names none, cluster-scoped objects included: within one kind either
// all objects have a namespace or none has, so that IDs stay distinct.
type ID struct {
	Group, Kind, Namespace, Name string
}

// String gives "Kind namespace/name", the form that findings use.
func (id ID) String() string { return id.Kind + " " + id.Namespace + "/" + id.Name }

// MarshalText gives String, which is what an ID is in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText gives, in which there is no group.
func (id *ID) UnmarshalText(text []byte) error {
	kind, rest, _ := strings.Cut(string(text), " ")
	namespace, name, ok := strings.Cut(rest, "/")
	if !ok {
		return fmt.Errorf("read ID %q: Kind namespace/name is wanted", text)
	}
	*id = ID{Kind: kind, Namespace: namespace, Name: name}
	return nil
}

// Less orders IDs by namespace, name, group and kind.
func (id ID) Less(other ID) bool {
	switch {
	case id.Namespace != other.Namespace:
		return id.Namespace < other.Namespace
	case id.Name != other.Name:
		return id.Name < other.Name
	case id.Group != other.Group:
		return id.Group < other.Group
	}
	return id.Kind < other.Kind
}

// An Object is one Kubernetes object. The zero value is not usable: objects
// come from Read, New or Clone.
type Object struct {
	// File is the input that the object was read from, as the user named it;
	// empty for an object that retryctl made.
	File string
	// Original is the object that this one is an edited copy of; nil for an
	// object that was read or that is new.
	Original *Object

	id      ID
	version string
	root    *node
}

// New gives an object with only apiVersion, kind and metadata. An empty
// namespace is left out of the metadata.
func New(apiVersion, kind, namespace, name string) *Object {
	meta := Map("name", name)
	if namespace != "" {
		meta.Put("namespace", namespace)
	}
	root := Map("apiVersion", apiVersion, "kind", kind, "metadata", meta)
	return wrap(root.node, "")
}

// Wrap makes an object of a mapping that has at least apiVersion and kind.
func wrap(root *node, file string) *Object {
	o := &Object{File: file, root: root}
	apiVersion := o.At("apiVersion").Text()
	group, version, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group, version = "", apiVersion
	}
	namespace := o.At("metadata", "namespace").Text()
	if namespace == "" {
		namespace = DefaultNamespace
	}
	o.version = version
	o.id = ID{group, o.At("kind").Text(), namespace, o.At("metadata", "name").Text()}
	return o
}

// ID names the object.
func (o *Object) ID() ID { return o.id }

// Version is the object's API version without the group, such as "v1".
func (o *Object) Version() string { return o.version }

// Is reports whether the object is of a group and kind.
func (o *Object) Is(group, kind string) bool { return o.id.Group == group && o.id.Kind == kind }

// RawNamespace is metadata.namespace as written: empty where there is none.
// A new object that belongs to o takes this namespace, so that a tool that
// sets namespaces later moves both.
func (o *Object) RawNamespace() string { return o.At("metadata", "namespace").Text() }

// Annotation gives the value of one annotation, and whether it is there.
func (o *Object) Annotation(key string) (string, bool) {
	v := o.At("metadata", "annotations", key)
	return v.Text(), v.Exists()
}

// Root is the whole object.
func (o *Object) Root() Value { return Value{o.root} }

// At walks from the root along keys; what is not there is a Value for which
// Exists is false.
func (o *Object) At(keys ...string) Value { return o.Root().At(keys...) }

// Clone gives a deep copy to edit; its Original is o, or o's own Original.
func (o *Object) Clone() *Object {
	c := *o
	c.root = copyNode(o.root)
	if c.Original = o.Original; c.Original == nil {
		c.Original = o
	}
	return &c
}

// Equal reports whether two objects hold the same values, whatever their
// comments, quoting and the order of their keys.
func Equal(a, b *Object) bool { return equalNode(a.root, b.root) }

// Equal reports whether two values are the same in the way in which Equal compares
// objects; nothing is equal to nothing.
func (v Value) Equal(other Value) bool {
	if v.node == nil || other.node == nil {
		return v.node == other.node
	}
	return equalNode(v.node, other.node)
}

func equalNode(a, b *node) bool {
	if a.shape != b.shape || len(a.kids) != len(b.kids) {
		return false
	}
	switch a.shape {
	case scalar:
		return equalScalar(a, b)
	case mapping:
		for i := 0; i+1 < len(a.kids); i += 2 {
			// The same key mostly stands at the same place.
			other := b.kids[i+1]
			if b.kids[i].value != a.kids[i].value {
				other = lookup(b, a.kids[i].value)
			}
			if other == nil || !equalNode(a.kids[i+1], other) {
				return false
			}
		}
		return true
	}
	for i := range a.kids {
		if !equalNode(a.kids[i], b.kids[i]) {
			return false
		}
	}
	return true
}

// text reports whether a scalar is a text to what makes JSON of it, which the API server
// is given: a date is, what has a tag that nobody but its author knows, and .inf and .nan,
// which JSON has no numbers for.
func (n *node) text() bool {
	return n.tag == tagText || n.tag == tagFloat && strings.ContainsAny(n.value, "nN") || n.tag == tagTime || n.tag == tagOther && !strings.HasPrefix(n.rare.tag, "!!")
}

// equalScalar takes 16 and 0x10 for the same number, true and True for the same
// boolean, ~ and nothing for the same null.
func equalScalar(a, b *node) bool {
	switch {
	case a.text() && b.text():
		return a.value == b.value
	case a.tag != b.tag, a.tag == tagOther && a.rare.tag != b.rare.tag:
		return false
	case a.value == b.value, a.tag == tagNull:
		return true
	case a.tag == tagInt, a.tag == tagFloat, a.tag == tagBool:
		var x, y any
		return a.decode(&x) == nil && b.decode(&y) == nil && x == y
	}
	return false
}
