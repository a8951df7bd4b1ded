package manifest

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// cutDocuments cuts a stream where its documents begin: before each `---`, and behind each
// `...`. A directive stays with the document that it is for. What stands before the
// first `---` and is only comments is a text of its own, and so is all of JSON.
func cutDocuments(raw []byte) [][]byte {
	if json.Valid(raw) {
		return [][]byte{raw}
	}
	var texts [][]byte
	from := 0
	cut := func(at int) {
		if at > from {
			texts = append(texts, raw[from:at])
			from = at
		}
	}
	directives := true // whether only directives and comments stand behind the last cut
	some := false      // whether there is a directive
	for at, next := 0, 0; at < len(raw); at = next {
		next = at + lineLength(raw[at:])
		line := raw[at:next]
		switch {
		case isMarker(line, "---"):
			if !directives || !some {
				cut(at)
			}
			directives, some = false, false
		case isMarker(line, "..."):
			cut(next)
			directives, some = true, false
		case line[0] == '%':
			some = some || directives
		default:
			directives = directives && isComment(line)
		}
	}
	cut(len(raw))
	return texts
}

// headOf is the length of what stands before the value of a document: its marker
// with nothing but a comment behind it, and comments. A text with directives has no
// head, since it cannot be read without them.
func headOf(text []byte) int {
	if hasDirectives(text) {
		return 0
	}
	at := 0
	for at < len(text) {
		line := text[at : at+lineLength(text[at:])]
		if !isComment(line) && !(at == 0 && isMarker(line, "---") && isComment(line[3:])) {
			break
		}
		at += len(line)
	}
	return at
}

// tailOf is the length of what stands behind the value: comments that begin a line,
// and the marker of the end. Blank lines before them may belong to the value.
func tailOf(text []byte) int {
	tail := len(text)
	for at, next := 0, 0; at < len(text); at = next {
		next = at + lineLength(text[at:])
		line := text[at:next]
		switch {
		case line[0] == '#' || isMarker(line, "..."):
			tail = min(tail, at)
		case !isComment(line):
			tail = len(text)
		}
	}
	return len(text) - tail
}

// isMarker tells whether a text begins with a mark that stands for itself.
func isMarker(text []byte, mark string) bool {
	rest, ok := bytes.CutPrefix(text, []byte(mark))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || lineEnd(rest) > 0)
}

// isComment tells whether each line of a text is blank or a comment.
func isComment(text []byte) bool {
	for len(text) > 0 {
		line := text[:lineLength(text)]
		text = text[len(line):]
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

// lines counts the line ends of a text.
func lines(text []byte) int {
	n := 0
	for at := bytes.IndexAny(text, lineEnds); at >= 0; at = bytes.IndexAny(text, lineEnds) {
		text = text[at+lineEnd(text[at:]):]
		n++
	}
	return n
}

// lineLength is the length of the first line of a text, with its end.
func lineLength(text []byte) int {
	at := bytes.IndexAny(text, lineEnds)
	if at < 0 {
		return len(text)
	}
	return at + lineEnd(text[at:])
}

// lineEnds are what ends a line in YAML 1.1, which the decoder follows.
const lineEnds = "\n\r\u0085\u2028\u2029"

// lineEnd is the length of the line end that a text begins with, 0 if there is none.
func lineEnd(text []byte) int {
	if bytes.HasPrefix(text, []byte("\r\n")) {
		return 2
	}
	if r, size := utf8.DecodeRune(text); size > 0 && strings.ContainsRune(lineEnds, r) {
		return size
	}
	return 0
}

// AppendDocument puts the text of a document behind a stream, and between the two
// what keeps them apart where there is nothing yet.
func AppendDocument(stream, text []byte) []byte {
	if len(stream) == 0 || len(text) == 0 {
		return append(stream, text...)
	}
	if !endsLine(stream) {
		stream = append(stream, '\n')
	}
	ended := endsDocument(stream)
	switch {
	case isMarker(text, "---") || ended && (isComment(text) || hasDirectives(text)):
	case hasDirectives(text):
		stream = append(stream, "...\n"...)
	default:
		stream = append(stream, "---\n"...)
	}
	return append(stream, text...)
}

// endsLine tells whether the last line of a text has an end.
func endsLine(text []byte) bool {
	r, _ := utf8.DecodeLastRune(text)
	return strings.ContainsRune(lineEnds, r)
}

// endsDocument tells whether the last line of a stream, which has an end, is `...`.
func endsDocument(stream []byte) bool {
	line := bytes.TrimRight(stream, lineEnds)
	return isMarker(line[bytes.LastIndexAny(line, lineEnds)+1:], "...")
}

// hasDirectives tells whether directives stand before a document.
func hasDirectives(text []byte) bool {
	for len(text) > 0 && text[0] != '%' {
		line := text[:lineLength(text)]
		if !isComment(line) {
			return false
		}
		text = text[len(line):]
	}
	return len(text) > 0
}
