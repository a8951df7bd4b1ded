package lua

import (
	"fmt"
	"strconv"
	"strings"
)

// A token is a name, a keyword, a number, a string or a symbol; the kind of a
// keyword or symbol is its text.
type token struct {
	kind string // "name", "number", "string", "end of script", or the text
	text string
	num  float64
}

var keywords = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true, "for": true,
	"function": true, "goto": true, "if": true, "in": true, "local": true, "nil": true, "not": true, "or": true,
	"repeat": true, "return": true, "then": true, "true": true, "until": true, "while": true,
}

// symbols are those that the parser knows, the longer before the shorter.
var symbols = []string{"==", "~=", "=", "(", ")", "{", "}", "[", "]", ",", ";", ".", ":"}

// scan cuts a script into tokens.
func scan(src string) ([]token, error) {
	var tokens []token
	for {
		var err error
		if src, err = skip(src); err != nil {
			return nil, err
		}
		if src == "" {
			return append(tokens, token{kind: "end of script"}), nil
		}
		t, rest, err := next(src)
		if err != nil {
			return nil, err
		}
		tokens, src = append(tokens, t), rest
	}
}

// skip passes over white space and comments.
func skip(src string) (string, error) {
	for {
		src = strings.TrimLeft(src, " \t\r\n")
		if !strings.HasPrefix(src, "--") {
			return src, nil
		}
		if body, ok := longOpen(src[2:]); ok {
			_, rest, closed := body.cut()
			if !closed {
				return "", fmt.Errorf("%w: a comment without an end", ErrUnclear)
			}
			src = rest
			continue
		}
		_, src, _ = strings.Cut(src, "\n")
	}
}

func next(src string) (t token, rest string, err error) {
	switch c := src[0]; {
	case isLetter(c):
		n := 1
		for n < len(src) && (isLetter(src[n]) || isDigit(src[n])) {
			n++
		}
		word := src[:n]
		if keywords[word] {
			return token{kind: word, text: word}, src[n:], nil
		}
		return token{kind: "name", text: word}, src[n:], nil
	case isDigit(c):
		n := 1
		for n < len(src) && (isDigit(src[n]) || isLetter(src[n]) || src[n] == '.') {
			n++
		}
		number, err := strconv.ParseFloat(src[:n], 64)
		if err != nil || strings.ContainsAny(src[:n], "_pPxX") || isLetter(src[n-1]) {
			return token{}, "", fmt.Errorf("%w: the number %q", ErrUnclear, src[:n])
		}
		return token{kind: "number", num: number}, src[n:], nil
	case c == '"', c == '\'':
		return quoted(src)
	}
	if body, ok := longOpen(src); ok {
		text, rest, closed := body.cut()
		if !closed {
			return token{}, "", fmt.Errorf("%w: a string without an end", ErrUnclear)
		}
		return token{kind: "string", text: text}, rest, nil
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(src, symbol) && !strings.HasPrefix(src, "..") {
			return token{kind: symbol, text: symbol}, src[len(symbol):], nil
		}
	}
	return token{}, "", fmt.Errorf("%w: the character %q", ErrUnclear, src[:1])
}

// quoted reads a string in quotes, with the escapes that stand for one character.
func quoted(src string) (token, string, error) {
	var text strings.Builder
	for n := 1; n < len(src); n++ {
		switch c := src[n]; {
		case c == src[0]:
			return token{kind: "string", text: text.String()}, src[n+1:], nil
		case c == '\n':
			return token{}, "", fmt.Errorf("%w: a string over several lines", ErrUnclear)
		case c == '\\' && n+1 < len(src):
			n++
			at := strings.IndexByte(`nrt\"'`, src[n])
			if at < 0 {
				return token{}, "", fmt.Errorf("%w: the escape \\%c", ErrUnclear, src[n])
			}
			text.WriteByte("\n\r\t\\\"'"[at])
		default:
			text.WriteByte(c)
		}
	}
	return token{}, "", fmt.Errorf("%w: a string without an end", ErrUnclear)
}

// A long is a long string or comment behind its opening bracket.
type long struct{ body, end string }

func longOpen(src string) (long, bool) {
	if !strings.HasPrefix(src, "[") {
		return long{}, false
	}
	level := len(src[1:]) - len(strings.TrimLeft(src[1:], "="))
	body, ok := strings.CutPrefix(src[1+level:], "[")
	return long{body, "]" + strings.Repeat("=", level) + "]"}, ok
}

// cut gives the text, without the newline that it may begin with, and what follows.
func (l long) cut() (text, rest string, closed bool) {
	text, rest, closed = strings.Cut(l.body, l.end)
	return strings.TrimPrefix(strings.TrimPrefix(text, "\r"), "\n"), rest, closed
}

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
