package schema

import (
	"strconv"
	"strings"

	"retryctl.dev/schema/manifest"
)

// A Source finds fields of a document in the text it came from. The zero Source
// knows no position.
type Source struct {
	File string
	root manifest.Value
}

func sourceOf(o *manifest.Object) Source { return Source{o.File, o.Root()} }

// Position gives the 1-based line and column of a field such as
// "spec.retryOn.statusCodes[1]", or of the nearest field above it that is in
// the text.
func (s Source) Position(field string) (line, column int) {
	at := s.root
	for at.Line() > 0 {
		line, column = at.Line(), at.Column()
		if field == "" {
			break
		}
		var step string
		step, field = nextStep(field)
		if i, err := strconv.Atoi(strings.Trim(step, "[]")); err == nil && step[0] == '[' {
			at = at.Index(i)
		} else {
			at = at.At(step)
		}
	}
	return line, column
}

// nextStep takes the first name or "[1]" off a field.
func nextStep(field string) (step, rest string) {
	end := strings.IndexAny(field[1:], ".[") + 1
	if end == 0 {
		return field, ""
	}
	return field[:end], strings.TrimPrefix(field[end:], ".")
}
