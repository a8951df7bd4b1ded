package manifest

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A SyntaxError is an input that cannot be taken as Kubernetes objects.
type SyntaxError struct {
	File         string
	Line, Column int // 1-based; 0 where unknown
	Message      string
}

func (e *SyntaxError) Error() string {
	position := e.File
	if e.Line > 0 {
		position += ":" + strconv.Itoa(e.Line)
		if e.Column > 0 {
			position += ":" + strconv.Itoa(e.Column)
		}
	}
	return position + ": " + e.Message
}

// plain says what the decoder's messages most often come from.
var plain = map[string]string{
	"found character that cannot start any token":     "found a tab as indentation, or a text that begins with @, % or a backquote and has no quotes",
	"found a tab character that violates indentation": "found a tab as indentation",
	"found unexpected end of stream":                  "a quote is opened here and never closed",
	"did not find expected ',' or ']'":                "a bracket [ is not closed, or a comma is missing",
	"did not find expected ',' or '}'":                "a brace { is not closed, or a comma is missing",
	"did not find expected key":                       "did not find expected key: the indentation or a quote is wrong",
	"did not find expected '-' indicator":             "did not find expected '-' indicator: the indentation is wrong",
	"mapping values are not allowed in this context":  "mapping values are not allowed in this context: a text with \": \" needs quotes, or the indentation is wrong",
}

// explain gives the line and the cause of a decoder's error, in one line of
// text. The decoder often names the line at which the enclosing mapping begins,
// or none at all; then it is the first line with which the text fails like this.
func explain(raw []byte, err error) (line int, message string) {
	_, message = split(err)
	switch message {
	case "did not find expected key", "did not find expected '-' indicator":
		line = firstFailure(raw, message)
	default:
		// The decoder leaves out the first line, so it gets another one above.
		line, _ = split(failure(append([]byte("\n"), raw...)))
		if line == 0 {
			line = firstFailure(raw, message)
		} else if !strings.HasPrefix(message, "did not find expected") {
			line-- // parser errors count from 0, all others from 1
		}
	}
	if text, ok := plain[message]; ok {
		message = text
	}
	return line, strings.Join(strings.Fields(message), " ")
}

var yamlLine = regexp.MustCompile(`^line (\d+): ((?s:.*))$`)

// split takes the line out of a decoder's message.
func split(err error) (line int, message string) {
	if err == nil {
		return 0, ""
	}
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	return line, message
}

// firstFailure is the number of the first line that makes the text fail with a
// message.
func firstFailure(raw []byte, message string) int {
	lines := bytes.SplitAfter(raw, []byte("\n"))
	ends := make([]int, len(lines))
	end := 0
	for i, line := range lines {
		end += len(line)
		ends[i] = end
	}
	return 1 + sort.Search(len(ends)-1, func(i int) bool {
		_, got := split(failure(raw[:ends[i]]))
		return got == message
	})
}

// failure is the first error of decoding a text, nil if there is none.
func failure(raw []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
