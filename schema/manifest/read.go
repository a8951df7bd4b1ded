package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of what Read takes, far above any real manifest and far below what
// would hurt the machine.
const (
	MaxBytes    = 64 << 20  // of one file or stream
	MaxMarks    = 1_600_000 // of one file, as Marks counts them; what is read then takes less than 1 GiB
	MaxExpanded = 100_000   // values that aliases and merge keys may add to one document
	MaxDepth    = 200       // nested mappings and sequences
)

// Read takes a stream of YAML or JSON documents. It leaves out empty documents,
// takes the items of a List one by one, and gives trees without aliases, anchors
// or merge keys. Trouble with the text is a *SyntaxError, trouble with the
// reader any other error.
func Read(r io.Reader, file string) ([]*Object, error) {
	raw, err := readText(r, file)
	if err != nil {
		return nil, err
	}
	roots, err := parse(raw, file, 0)
	if err != nil {
		return nil, err
	}
	return objectsOf(roots, file)
}

// ReadJSON takes a text of JSON that is no object. What it gives has no position.
func ReadJSON(text string) (Value, error) {
	raw, err := readText(strings.NewReader(text), "JSON")
	if err != nil {
		return Value{}, err
	}
	if !json.Valid(raw) {
		return Value{}, errors.New("not valid JSON")
	}
	roots, err := parse(raw, "JSON", 0)
	if err != nil || len(roots) == 0 {
		return Value{}, err
	}
	return Value{unplaced(roots[0])}, nil
}

// unplaced takes the positions and the style of JSON out of a tree.
func unplaced(n *node) *node {
	n.line, n.column = 0, 0
	if n.style &^= flow; n.shape != scalar {
		n.style = 0
	} else if n.tag == tagText {
		n.style = text(n.value).style
	}
	for _, kid := range n.kids {
		unplaced(kid)
	}
	return n
}

// readText gives the bytes of a text that is within the limits, without the mark of
// UTF-8 at its beginning.
func readText(r io.Reader, file string) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	refuse := func(format string, args ...any) ([]byte, error) {
		return nil, &SyntaxError{file, 0, 0, fmt.Sprintf(format, args...)}
	}
	switch {
	case len(raw) > MaxBytes:
		return refuse("larger than %d MiB, the most that is read from one file", MaxBytes>>20)
	case Marks(raw) > MaxMarks:
		return refuse("more than %d lines, keys and items, the most that is read from one file", MaxMarks)
	case bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw):
		return refuse("not a text file: YAML and JSON in UTF-8 are read")
	}
	return bytes.TrimPrefix(raw, []byte("\ufeff")), nil
}

// parse gives the trees of the documents of a text that begins below some lines of
// its file. Empty documents have none.
func parse(raw []byte, file string, below int) ([]*node, error) {
	if json.Valid(raw) {
		raw = jsonEscapes(raw)
	}
	var roots []*node
	var s arena
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			return roots, nil
		} else if err != nil {
			line, message := explain(raw, err)
			return nil, &SyntaxError{file, line, 0, "not valid YAML: " + message}
		}
		if len(doc.Content) == 0 {
			continue
		}
		lower(&doc, below)
		root, err := expand(doc.Content[0], file, &s)
		if err != nil {
			return nil, err
		}
		if root.tag != tagNull {
			roots = append(roots, root)
		}
	}
}

// lower puts a tree some lines further down.
func lower(n *yaml.Node, lines int) {
	if lines == 0 {
		return
	}
	n.Line += lines
	for _, kid := range n.Content {
		lower(kid, lines)
	}
}

// Marks counts what values begin behind: line ends, commas, brackets, colons, and
// dashes and question marks with a space. There are at most two values for each, and
// values are what takes memory.
func Marks(text []byte) int {
	n := 0
	last := byte(0)
	for _, c := range text {
		switch c {
		case '\n', ',', '[', '{', ':':
			n++
		case ' ':
			if last == '-' || last == '?' {
				n++
			}
		}
		last = c
	}
	return n
}

func objectsOf(roots []*node, file string) ([]*Object, error) {
	var objects []*Object
	for _, root := range roots {
		found, err := rootObjects(root, file)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	return objects, nil
}

func rootObjects(root *node, file string) ([]*Object, error) {
	refuse := func(n *node, message string) ([]*Object, error) {
		return nil, &SyntaxError{file, int(n.line), int(n.column), message}
	}
	if root.shape != mapping {
		return refuse(root, "not a Kubernetes object: a mapping with apiVersion and kind is wanted")
	}
	v := Value{root}
	if v.At("apiVersion").Text() == "" || v.At("kind").Text() == "" {
		return refuse(root, "not a Kubernetes object: apiVersion or kind is missing")
	}
	if items := itemsOf(v); items.IsList() {
		var objects []*Object
		for _, item := range items.Items() {
			found, err := rootObjects(item.node, file)
			if err != nil {
				return nil, err
			}
			objects = append(objects, found...)
		}
		return objects, nil
	}
	// A name may be missing: kustomizations, settings and generateName have none.
	metadata := v.At("metadata")
	if name := metadata.At("name"); metadata.Written() && !metadata.IsMap() || name.Written() && !name.IsScalar() {
		return refuse(root, fmt.Sprintf("metadata.name of %s is no text", v.At("kind").Text()))
	}
	return []*Object{wrap(root, file)}, nil
}

// itemsOf gives the items of a List, and what does not exist for anything else.
func itemsOf(v Value) Value {
	if items := v.At("items"); strings.HasSuffix(v.At("kind").Text(), "List") && items.IsList() {
		return items
	}
	return Value{}
}

var foreign = regexp.MustCompile(`\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)|[\x7f-\x{9f}\x{2028}\x{2029}\x{feff}\x{fffe}\x{ffff}]`)

// jsonEscapes gives JSON that means the same as YAML. The decoder lacks two
// escapes, that of a slash and that of a character in two halves of 16 bits, and
// it takes some characters for line breaks, or for none that a text may have.
func jsonEscapes(raw []byte) []byte {
	return foreign.ReplaceAllFunc(raw, func(found []byte) []byte {
		switch {
		case found[0] != '\\':
			r, _ := utf8.DecodeRune(found)
			return fmt.Appendf(nil, `\u%04x`, r)
		case found[1] == '/':
			return found[1:]
		case len(found) == 12:
			high, _ := strconv.ParseUint(string(found[2:6]), 16, 16)
			low, _ := strconv.ParseUint(string(found[8:]), 16, 16)
			return utf8.AppendRune(nil, utf16.DecodeRune(rune(high), rune(low)))
		}
		return found
	})
}
