package manifest

import (
	"bytes"
	"encoding/json"
	"io"
)

// WriteYAML writes objects as a stream of documents with `---` between them, in
// the layout that kubectl and kustomize use: two spaces, list items in line with
// their key.
func WriteYAML(w io.Writer, objects []*Object) error {
	var e emitter
	for i, o := range objects {
		e.out = e.out[:0]
		if i > 0 {
			e.out = append(e.out, "---\n"...)
		}
		if err := e.write(w, o.root); err != nil {
			return err
		}
	}
	return nil
}

// WriteYAML writes one object in the layout of the function WriteYAML.
func (o *Object) WriteYAML(w io.Writer) error { return o.Root().WriteYAML(w) }

// WriteYAML writes one value in the layout of the function WriteYAML.
func (v Value) WriteYAML(w io.Writer) error {
	var e emitter
	return e.write(w, v.node)
}

// WriteJSON writes one object as itself and several as the items of a List, as
// kubectl does.
func WriteJSON(w io.Writer, objects []*Object) error {
	var out bytes.Buffer
	if len(objects) == 1 {
		writeJSON(&out, objects[0].root)
	} else {
		list := Map("apiVersion", "v1", "kind", "List", "items", List())
		for _, o := range objects {
			list.At("items").Append(o.Root())
		}
		writeJSON(&out, list.node)
	}
	return indent(w, &out)
}

// WriteJSON writes one value in the layout of the function WriteJSON.
func (v Value) WriteJSON(w io.Writer) error {
	var out bytes.Buffer
	writeJSON(&out, v.node)
	return indent(w, &out)
}

func indent(w io.Writer, raw *bytes.Buffer) error {
	var indented bytes.Buffer
	if err := json.Indent(&indented, raw.Bytes(), "", "  "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	_, err := w.Write(indented.Bytes())
	return err
}

// JSON gives the object as one line of JSON, its keys in the order of the tree.
func (o *Object) JSON() []byte { return o.Root().JSON() }

// JSON gives the value as one line of JSON, its keys in the order of the tree.
func (v Value) JSON() []byte {
	var out bytes.Buffer
	writeJSON(&out, v.node)
	return out.Bytes()
}

func writeJSON(out *bytes.Buffer, n *node) {
	switch n.shape {
	case mapping:
		out.WriteByte('{')
		for i := 0; i+1 < len(n.kids); i += 2 {
			if i > 0 {
				out.WriteByte(',')
			}
			writeString(out, n.kids[i].value)
			out.WriteByte(':')
			writeJSON(out, n.kids[i+1])
		}
		out.WriteByte('}')
	case list:
		out.WriteByte('[')
		for i, kid := range n.kids {
			if i > 0 {
				out.WriteByte(',')
			}
			writeJSON(out, kid)
		}
		out.WriteByte(']')
	default:
		writeScalar(out, n)
	}
}

// writeScalar leaves to the decoder what a number or a boolean is; what JSON
// cannot hold (.inf, .nan) and every other type is a string.
func writeScalar(out *bytes.Buffer, n *node) {
	switch n.tag {
	case tagNull:
		out.WriteString("null")
		return
	case tagInt, tagFloat, tagBool:
		var x any
		if err := n.decode(&x); err == nil {
			if raw, err := json.Marshal(x); err == nil {
				out.Write(raw)
				return
			}
		}
	}
	writeString(out, n.value)
}

func writeString(out *bytes.Buffer, s string) {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	out.Truncate(out.Len() - 1)
}
