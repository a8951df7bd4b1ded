package schema

import (
	"fmt"

	"retryctl.dev/schema/manifest"
)

// A Source finds fields of a policy in the text it came from.
type Source struct {
	File      string
	positions map[string][2]int
}

// Position gives the 1-based line and column of a field such as
// "spec.retryOn.statusCodes[1]", or of the nearest field above it that is in
// the text.
func (s Source) Position(field string) (line, column int) {
	for {
		if at, ok := s.positions[field]; ok {
			return at[0], at[1]
		}
		if field == "" {
			return 0, 0
		}
		field = parent(field)
	}
}

func parent(field string) string {
	for i := len(field) - 1; i >= 0; i-- {
		if field[i] == '.' || field[i] == '[' {
			return field[:i]
		}
	}
	return ""
}

// sourceOf records where each field of the object stands.
func sourceOf(o *manifest.Object) Source {
	s := Source{File: o.File, positions: map[string][2]int{}}
	s.record("", o.Root())
	return s
}

func (s Source) record(field string, v manifest.Value) {
	if v.Line() > 0 {
		s.positions[field] = [2]int{v.Line(), v.Column()}
	}
	for i, item := range v.Items() {
		s.record(fmt.Sprintf("%s[%d]", field, i), item)
	}
	for key, value := range v.Fields() {
		name := key.Text()
		if field != "" {
			name = field + "." + name
		}
		s.record(name, value)
	}
}
