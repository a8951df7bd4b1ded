package finding

import (
	"cmp"
	"slices"

	"retryctl.dev/schema/manifest"
)

// Severity says what a finding does to the run.
type Severity string

// An error stops the output of its policy and gateway; a warning is printed and
// becomes an error with --strict; a note never changes the run.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Class says how what a gateway does differs from what a policy asks.
type Class string

// The classes of difference. A finding that is no such difference has none.
const (
	Widened      Class = "widened"      // the gateway retries more than asked
	Narrowed     Class = "narrowed"     // it retries less
	Approximated Class = "approximated" // a number differs
	Dropped      Class = "dropped"      // nothing carries the wish
	Extra        Class = "extra"        // it does something that nobody asked for
	Unknown      Class = "unknown"      // it depends on what cannot be seen from here
)

// A Finding is one thing to know about an input. Its JSON form is a documented
// interface: fields are added, never renamed.
type Finding struct {
	Code     Code        `json:"code"`
	Severity Severity    `json:"severity"`
	Class    Class       `json:"class,omitempty"`
	Gateway  string      `json:"gateway,omitempty"` // the target's name; empty for the input alone
	Object   manifest.ID `json:"object,omitzero"`   // the policy or other object that it is about, in JSON "RetryPolicy shop/checkout"
	Field    string      `json:"field,omitempty"`   // "spec.backoff.maxInterval"
	Want     string      `json:"want,omitempty"`    // what was asked
	Got      string      `json:"got,omitempty"`     // what will happen
	Message  string      `json:"message"`           // one line, lower case, no full stop
	Reason   string      `json:"reason,omitempty"`  // why, with the upstream source
	Hint     Hint        `json:"hint,omitzero"`     // what to do about it
	File     string      `json:"file,omitempty"`
	Line     int         `json:"line,omitempty"`   // 1-based
	Column   int         `json:"column,omitempty"` // 1-based
}

// object names the object for people; empty if there is none.
func (f Finding) object() string {
	if f.Object == (manifest.ID{}) {
		return ""
	}
	return f.Object.String()
}

// A List is findings in no particular order until Sort.
type List []Finding

// Add appends a finding; a severity left empty is taken from the catalogue.
func (l *List) Add(f Finding) {
	if f.Severity == "" {
		f.Severity = f.Code.Severity()
	}
	*l = append(*l, f)
}

// Count gives the number of findings of a severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, f := range l {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Sorted gives the findings by position, gateway, code and field, each once.
func (l List) Sorted() List { return slices.Clone(l).Sort() }

// Sort is Sorted for a list that is not needed in its old order any more.
func (l List) Sort() List {
	slices.SortStableFunc(l, compare)
	return slices.Compact(l)
}

func compare(a, b Finding) int {
	if at := cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)); at != 0 {
		return at
	}
	if a.Object != b.Object {
		if object := cmp.Compare(a.object(), b.object()); object != 0 {
			return object
		}
	}
	return cmp.Or(
		cmp.Compare(a.Gateway, b.Gateway),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Field, b.Field),
		cmp.Compare(a.Want, b.Want),
		cmp.Compare(a.Got, b.Got),
		cmp.Compare(a.Message, b.Message),
		// The rest makes equal findings neighbours, so that each stays once.
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Class, b.Class),
		cmp.Compare(a.Reason, b.Reason),
		cmp.Compare(a.Hint.String(), b.Hint.String()),
	)
}

// Strict gives the findings with every warning made an error.
func (l List) Strict() List {
	strict := slices.Clone(l)
	for i := range strict {
		if strict[i].Severity == Warning {
			strict[i].Severity = Error
		}
	}
	return strict
}
