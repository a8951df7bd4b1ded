package lua

import "fmt"

// A Value is nil, a bool, a float64, a string, a *Table or a Func.
type Value any

// A Func is a function that scripts can call.
type Func func(args []Value) ([]Value, error)

// A Table is a mapping by strings, numbers and booleans. Where Partial, it may
// have more fields than are known here, and asking for one is ErrUnclear.
type Table struct {
	Fields  map[Value]Value
	Partial bool
}

// Raised is an error of Lua itself: a call of nil, a bad argument, error().
type Raised struct{ Text string }

func (r *Raised) Error() string { return r.Text }

// maxSteps bounds how long a script runs.
const maxSteps = 20_000

// Run runs the script with some globals and gives what it returns. The error is
// ErrUnclear or a *Raised.
func (c *Chunk) Run(globals map[string]Value) ([]Value, error) {
	m := &machine{globals: globals}
	values, _, err := c.body.run(m, nil)
	return values, err
}

type machine struct {
	globals map[string]Value
	steps   int
}

func (m *machine) step() error {
	if m.steps++; m.steps > maxSteps {
		return fmt.Errorf("%w: it runs for long", ErrUnclear)
	}
	return nil
}

// A scope is the newest local variable with those before it.
type scope struct {
	name  string
	value Value
	outer *scope
}

func (s *scope) find(name string) *scope {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s
		}
	}
	return nil
}

// A statement gives the scope of what follows it, or the values of a return.
type statement interface {
	run(m *machine, s *scope) (after *scope, returned []Value, done bool, err error)
}

// An expression gives its values.
type expression interface {
	eval(m *machine, s *scope) ([]Value, error)
}

type block []statement

// run gives the values of a return, if there was one.
func (b block) run(m *machine, s *scope) (returned []Value, done bool, err error) {
	for _, each := range b {
		if err := m.step(); err != nil {
			return nil, false, err
		}
		if s, returned, done, err = each.run(m, s); done || err != nil {
			return returned, done, err
		}
	}
	return nil, false, nil
}

// all evaluates a list; the last item gives all its values, the others one.
func all(list []expression, m *machine, s *scope) ([]Value, error) {
	var values []Value
	for i, n := range list {
		got, err := n.eval(m, s)
		if err != nil {
			return nil, err
		}
		if i+1 < len(list) {
			got = []Value{first(got)}
		}
		values = append(values, got...)
	}
	return values, nil
}

func first(values []Value) Value {
	if len(values) == 0 {
		return nil
	}
	return values[0]
}

func one(n expression, m *machine, s *scope) (Value, error) {
	if err := m.step(); err != nil {
		return nil, err
	}
	values, err := n.eval(m, s)
	return first(values), err
}

func truth(v Value) bool { return v != nil && v != false }

func raise(format string, args ...any) error { return &Raised{fmt.Sprintf(format, args...)} }
