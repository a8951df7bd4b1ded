package manifest

import "io"

// An emitter writes plain trees, which are nearly all, with the bytes that the
// encoder of yaml.v3 writes for them, at a tenth of its cost. What it does not
// know, a comment or a text beyond ASCII, it leaves to that encoder as a whole.
type emitter struct{ out []byte }

// write writes a tree behind what is there to be written.
func (e *emitter) write(w io.Writer, n *node) error {
	if !e.document(n) {
		if err := e.encode(n); err != nil {
			return err
		}
	}
	_, err := w.Write(e.out)
	return err
}

// document writes a tree, or reports that it cannot.
func (e *emitter) document(n *node) bool {
	start := len(e.out)
	if n.shape == scalar || !e.block(n, 0) {
		e.out = e.out[:start]
		return false
	}
	e.endLine()
	return true
}

func (e *emitter) endLine() {
	if n := len(e.out); n > 0 && e.out[n-1] != '\n' {
		e.out = append(e.out, '\n')
	}
}

// line begins a line, unless one is begun already by the dash of a list.
func (e *emitter) line(indent int, begun bool) {
	if begun {
		return
	}
	e.endLine()
	const spaces = "                                "
	for ; indent > len(spaces); indent -= len(spaces) {
		e.out = append(e.out, spaces...)
	}
	e.out = append(e.out, spaces[:indent]...)
}

// block writes a value whose lines are indented as given. What stands before it on
// its first line is a dash and a space, or nothing.
func (e *emitter) block(n *node, indent int) bool {
	begun := true
	switch {
	case n.odd():
		return false
	case n.shape == scalar:
		return e.scalar(n, indent, false, false)
	case n.style&flow != 0 || len(n.kids) == 0:
		return e.flow(n)
	case n.shape == list:
		for _, item := range n.kids {
			e.line(indent, begun)
			begun = false
			e.out = append(e.out, '-')
			if item.shape != scalar || item.value != "" || item.style != 0 || item.tag != tagNull {
				e.out = append(e.out, ' ')
			}
			if !e.block(item, indent+2) {
				return false
			}
		}
		return true
	}
	for i := 0; i+1 < len(n.kids); i += 2 {
		e.line(indent, begun)
		begun = false
		if !e.key(n.kids[i], false) || !e.value(n.kids[i+1], indent) {
			return false
		}
	}
	return true
}

// value writes what belongs to a key. A list stands below it without indentation.
func (e *emitter) value(n *node, indent int) bool {
	switch {
	case n.shape == scalar:
		if n.value != "" || n.style != 0 || n.tag != tagNull {
			e.out = append(e.out, ' ')
		}
		return !n.odd() && e.scalar(n, indent+2, false, false)
	case n.style&flow != 0 || len(n.kids) == 0:
		e.out = append(e.out, ' ')
		return e.flow(n)
	case n.shape == mapping:
		indent += 2
	}
	e.line(indent, false)
	return e.block(n, indent)
}

func (e *emitter) key(n *node, inFlow bool) bool {
	// The encoder writes longer ones in another way.
	if len(n.value) > 128 || n.odd() || !e.scalar(n, 0, inFlow, true) {
		return false
	}
	e.out = append(e.out, ':')
	return true
}

// flow writes a value in brackets or braces.
func (e *emitter) flow(n *node) bool {
	switch {
	case n.odd():
		return false
	case n.shape == scalar:
		return e.scalar(n, 0, true, false)
	case n.shape == list:
		e.out = append(e.out, '[')
		for i, item := range n.kids {
			if i > 0 {
				e.out = append(e.out, ", "...)
			}
			if !e.flow(item) {
				return false
			}
		}
		e.out = append(e.out, ']')
		return true
	}
	e.out = append(e.out, '{')
	for i := 0; i+1 < len(n.kids); i += 2 {
		if i > 0 {
			e.out = append(e.out, ", "...)
		}
		if !e.key(n.kids[i], true) {
			return false
		}
		e.out = append(e.out, ' ')
		if !e.flow(n.kids[i+1]) {
			return false
		}
	}
	e.out = append(e.out, '}')
	return true
}

// odd reports whether a value has what is written beside it.
func (n *node) odd() bool {
	return n.rare != nil || n.style&tagged != 0 || n.shape == list && n.tag != tagList || n.shape == mapping && n.tag != tagMap
}
