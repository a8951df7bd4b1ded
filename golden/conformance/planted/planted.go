// Package planted has what tests need that plant faults in what a translation
// wrote, and want to see each of them found: ways to change an object, and the
// score.
package planted

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"retryctl.dev/schema/manifest"
)

// A Fault is planted in what a translation wrote for a golden case. What is predicted
// stays as it was, so a comparison with what a gateway makes of it must fail.
type Fault struct {
	Name, Golden string
	// Change changes an object and reports whether it did. A fault without it is none.
	Change func(o *manifest.Object) bool
}

// New gives a fault in a case.
func New(name, golden string, change func(*manifest.Object) bool) Fault {
	return Fault{name, golden, change}
}

// None is no fault: nothing may fail in the case.
func None(golden string) Fault { return Fault{Name: "nothing", Golden: golden} }

// Plant gives copies of objects with the fault in them, and whether there is one.
func (f Fault) Plant(objects []*manifest.Object) (with []*manifest.Object, changed bool) {
	for _, o := range objects {
		o = o.Clone()
		changed = f.Change != nil && f.Change(o) || changed
		with = append(with, o)
	}
	return with, changed || f.Change == nil
}

// Cases gives the cases that faults are planted in, each once.
func Cases(faults []Fault) []string {
	var cases []string
	for _, f := range faults {
		if !slices.Contains(cases, f.Golden) {
			cases = append(cases, f.Golden)
		}
	}
	return cases
}

// In changes what is found in an object of a kind and name, and reports whether
// that made a difference.
func In(kind, name string, change func(v manifest.Value)) func(*manifest.Object) bool {
	return func(o *manifest.Object) bool {
		if o.ID().Kind != kind || o.ID().Name != name {
			return false
		}
		before := o.Clone()
		change(o.Root())
		return !manifest.Equal(before, o)
	}
}

// Put sets a field.
func Put(value any, path ...string) func(manifest.Value) {
	return func(v manifest.Value) { v.Make(path[:len(path)-1]...).Put(path[len(path)-1], value) }
}

// Remove takes a field away.
func Remove(path ...string) func(manifest.Value) {
	return func(v manifest.Value) { v.At(path[:len(path)-1]...).Remove(path[len(path)-1]) }
}

// Without takes an item out of a list.
func Without(item string, path ...string) func(manifest.Value) {
	return func(v manifest.Value) {
		list := v.At(path...)
		for n := list.Len() - 1; n >= 0; n-- {
			if list.Index(n).Text() == item {
				list.RemoveIndex(n)
			}
		}
	}
}

// With puts one more item at the end of a list.
func With(item any, path ...string) func(manifest.Value) {
	return func(v manifest.Value) { v.At(path...).Append(item) }
}

// A Score says how many of the faults in a gateway's objects were found.
type Score struct {
	Gateway        string
	Found, Planted int
	Why            string // nothing was planted
}

// String gives the score in words: "8 of 8".
func (s Score) String() string {
	if s.Why != "" {
		return "not run: " + s.Why
	}
	return fmt.Sprintf("%d of %d", s.Found, s.Planted)
}

// Write writes a score to a file, for ReadScore.
func (s Score) Write(file string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}

// ReadScore reads what Write has written.
func ReadScore(file string) (s Score, err error) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	return s, err
}
