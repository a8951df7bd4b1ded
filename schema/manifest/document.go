package manifest

import (
	"bytes"
	"io"
	"slices"
)

// A Document is one document of a stream, with its text as it stands there.
type Document struct {
	// Objects are none in an empty document, and several in a List.
	Objects []*Object

	text       []byte // all of it, with the marker that begins it
	head, tail int    // how much of it stands before and behind the value
	roots      []*node
}

// ReadDocuments is Read for a program that prints again what it does not change.
// The texts of all documents, one after the other, are the stream, without the mark
// of UTF-8 that it may begin with.
func ReadDocuments(r io.Reader, file string) ([]Document, error) {
	raw, err := readText(r, file)
	if err != nil {
		return nil, err
	}
	roots, err := parse(raw, file, 0)
	if err != nil {
		return nil, err
	}
	objects, err := objectsOf(roots, file)
	if err != nil {
		return nil, err
	}
	documents, err := takeApart(raw, file)
	var found []*Object
	for _, d := range documents {
		found = append(found, d.Objects...)
	}
	if err != nil || !slices.EqualFunc(found, objects, Equal) {
		// A directive without an end before it, say: then all is one document.
		documents = []Document{{Objects: objects, text: raw, roots: roots}}
	}
	if len(documents) == 0 {
		return nil, nil
	}
	return documents, documents[len(documents)-1].close(file)
}

// takeApart reads the documents of a stream one by one.
func takeApart(raw []byte, file string) (documents []Document, err error) {
	line := 0
	for _, text := range cutDocuments(raw) {
		d, err := newDocument(text, file, line)
		if err != nil {
			return nil, err
		}
		documents = append(documents, d)
		line += lines(text)
	}
	return documents, nil
}

// close writes a document anew that would mean something else with a line end behind
// it, which it gets if another one follows: one that ends within a block text.
func (d *Document) close(file string) error {
	if endsLine(d.text) {
		return nil
	}
	closed, err := newDocument(append(bytes.Clone(d.text), '\n'), file, 0)
	if err != nil || slices.EqualFunc(d.Objects, closed.Objects, Equal) {
		return err
	}
	d.text, err = d.encode(d.Objects)
	d.head, d.tail = headOf(d.text), tailOf(d.text)
	return err
}

// newDocument reads a text that begins below some lines of its file. Comments around
// the value are no part of what is parsed: the decoder gives them to fields.
func newDocument(text []byte, file string, below int) (Document, error) {
	d := Document{text: text, head: headOf(text), tail: tailOf(text)}
	if d.head+d.tail > len(text) {
		d.tail = 0
	}
	roots, err := parse(d.value(), file, below+lines(text[:d.head]))
	if err != nil { // a quoted text can look like a comment
		d.head, d.tail = 0, 0
		roots, err = parse(text, file, below)
	}
	if err != nil {
		return Document{}, err
	}
	d.roots = roots
	d.Objects, err = objectsOf(roots, file)
	return d, err
}

func (d Document) value() []byte { return d.text[d.head : len(d.text)-d.tail] }

// Text gives the document in which other objects stand for its own: what instead
// gives for each, which is the same object for one that stays and nil for one that
// goes. If all stay it is the text as it was read, and nothing at all if all go.
func (d Document) Text(instead func(*Object) *Object) ([]byte, error) {
	now := make([]*Object, len(d.Objects))
	kept := 0
	for i, o := range d.Objects {
		if now[i] = instead(o); now[i] != nil {
			kept++
		}
	}
	switch {
	case slices.Equal(now, d.Objects):
		return d.text, nil
	case kept == 0:
		return nil, nil
	}
	return d.encode(now)
}

// encode writes the value anew, between the comments that were around it.
func (d Document) encode(objects []*Object) ([]byte, error) {
	var out bytes.Buffer
	if out.Write(d.text[:d.head]); d.head == 0 && isMarker(d.text, "---") {
		out.WriteString("---\n")
	}
	between := false
	for _, root := range d.roots {
		var value Value
		if value, objects = replaced(Value{root}, objects); !value.Written() {
			continue
		}
		if between {
			out.WriteString("---\n")
		}
		between = true
		if err := value.WriteYAML(&out); err != nil {
			return nil, err
		}
	}
	out.Write(d.text[len(d.text)-d.tail:])
	return out.Bytes(), nil
}

// replaced gives a value with the first objects of a list in the places of its own,
// and the rest of that list.
func replaced(v Value, objects []*Object) (Value, []*Object) {
	items := itemsOf(v)
	if !items.IsList() {
		if objects[0] == nil {
			return Value{}, objects[1:]
		}
		return objects[0].Root(), objects[1:]
	}
	some := *items.node
	some.kids = nil
	for _, item := range items.Items() {
		var now Value
		if now, objects = replaced(item, objects); now.Written() {
			some.kids = append(some.kids, now.node)
		}
	}
	list := *v.node
	list.kids = nil
	for key, value := range v.Fields() {
		if value == items {
			value = Value{&some}
		}
		list.kids = append(list.kids, key.node, value.node)
	}
	return Value{&list}, objects
}
