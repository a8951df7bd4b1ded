package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar writes a text, a number or the like, as a key or in braces if so.
func (e *emitter) scalar(n *node, indent int, inFlow, key bool) bool {
	look := n.style
	if look == 0 && n.tag == tagText && isWord(n.value) {
		e.out = append(e.out, n.value...)
		return true
	}
	if look&folded != 0 {
		return false
	}
	if n.tag == tagNull && n.value == "" && inFlow {
		e.out = append(e.out, "null"...)
		return !key
	}
	if look&quoted == 0 {
		switch means := meaning(n.value); {
		case strings.Contains(n.value, "\n"):
			look = literal
		case n.tag == tagText && means != tagText:
			look = doubleQuoted
		case n.tag != means:
			return false
		}
	}
	if look&literal != 0 {
		return !inFlow && !key && e.literal(n.value, indent)
	}
	t := survey(n.value)
	if !t.simple {
		return false
	}
	if look&quoted == 0 && (!t.plain || inFlow && !t.flowPlain || n.value == "" && (inFlow || key)) {
		look = singleQuoted
	}
	switch {
	case look&doubleQuoted != 0:
		e.quote(n.value, '"', `"\`, '\\')
	case look&singleQuoted != 0:
		e.quote(n.value, '\'', `'`, '\'')
	default:
		e.out = append(e.out, n.value...)
	}
	return true
}

// quote puts a text between quotes, and a mark before what has a meaning there.
func (e *emitter) quote(s string, quote byte, special string, mark byte) {
	e.out = append(e.out, quote)
	for i := range len(s) {
		if strings.IndexByte(special, s[i]) >= 0 {
			e.out = append(e.out, mark)
		}
		e.out = append(e.out, s[i])
	}
	e.out = append(e.out, quote)
}

// literal writes a text of several lines as it is, below a bar.
func (e *emitter) literal(s string, indent int) bool {
	text := strings.TrimSuffix(s, "\n")
	if text == "" || !blockSafe(s) || strings.HasSuffix(text, "\n") {
		return false
	}
	e.out = append(e.out, '|')
	if text == s {
		e.out = append(e.out, '-')
	}
	e.out = append(e.out, '\n')
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			e.line(indent, false)
		}
		if strings.HasSuffix(line, " ") || !survey(strings.ReplaceAll(line, "\t", "")).simple {
			return false
		}
		e.out = append(append(e.out, line...), '\n')
	}
	if text == s {
		e.out = e.out[:len(e.out)-1]
	}
	return true
}

// A surveyed text is what the encoder asks of it before it leaves out quotes.
type surveyed struct {
	simple    bool // in ASCII, without control characters: the emitter knows it
	plain     bool // it can stand without quotes
	flowPlain bool // in brackets and braces too
}

func survey(s string) surveyed {
	t := surveyed{true, true, true}
	if s == "" {
		return t
	}
	before := byte(' ')
	for i := range len(s) {
		after := i+1 == len(s) || s[i+1] == ' '
		switch c := s[i]; c {
		case ':':
			t.flowPlain = false
			t.plain = t.plain && !after
		case ',', '[', ']', '{', '}', '?':
			t.flowPlain = false
			t.plain = t.plain && (i > 0 || c == '?' && !after)
		case '-':
			t.plain = t.plain && (i > 0 || !after)
		case ' ':
			t.plain = t.plain && i > 0 && i+1 < len(s)
		case '#':
			t.plain = t.plain && before != ' '
		case '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
			t.plain = t.plain && i > 0
		default:
			if c < ' ' || c > '~' {
				return surveyed{}
			}
		}
		before = s[i]
	}
	t.plain = t.plain && !strings.HasPrefix(s, "---") && !strings.HasPrefix(s, "...")
	t.flowPlain = t.flowPlain && t.plain
	return t
}

// isWord reports whether a text is so plain that it can only be itself: letters and
// what joins them, too many for true, false or null.
func isWord(s string) bool {
	if len(s) <= len("false") || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.' || c == '/'):
		default:
			return false
		}
	}
	return true
}

// meaning gives what a text is to the encoder without quotes. Most are told by
// their beginning or their length.
func meaning(s string) tag {
	switch c := first(s); {
	case c == 0, c == '~', c == '.', c == '+', c == '-', c >= '0' && c <= '9':
		switch last := s[max(0, len(s)-1):]; {
		case whole(s):
			return tagInt
		case last != "" && strings.Contains("hms", last): // such as 15s: nothing else ends so
			return tagText
		}
	case strings.IndexByte("tTfFnN", c) < 0 || len(s) > len("false"):
		return tagText
	}
	return tagOf((&yaml.Node{Kind: yaml.ScalarNode, Value: s}).ShortTag())
}

func first(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// whole reports whether a text is a whole number in its usual spelling.
func whole(s string) bool {
	if len(s) > 18 || first(s) == '0' && s != "0" {
		return false
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}
