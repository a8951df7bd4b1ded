package lua

import "fmt"

type (
	constant struct{ value Value }
	variable struct{ name string }
	single   struct{ of expression } // in brackets: one value
	index    struct{ of, key expression }
	call     struct {
		callee expression
		args   []expression
	}
	function struct {
		params []string
		body   block
	}
	table   struct{ keys, values []expression }
	compare struct {
		a, b  expression
		equal bool
	}
	either struct {
		a, b expression
		or   bool
	}
	not struct{ of expression }
)

func (c constant) eval(*machine, *scope) ([]Value, error) { return []Value{c.value}, nil }

func (v variable) eval(m *machine, s *scope) ([]Value, error) {
	if found := s.find(v.name); found != nil {
		return []Value{found.value}, nil
	}
	if value, known := m.globals[v.name]; known {
		return []Value{value}, nil
	}
	return nil, fmt.Errorf("%w: the global %s", ErrUnclear, v.name)
}

func (n single) eval(m *machine, s *scope) ([]Value, error) {
	v, err := one(n.of, m, s)
	return []Value{v}, err
}

func (i index) eval(m *machine, s *scope) ([]Value, error) {
	of, err := one(i.of, m, s)
	if err != nil {
		return nil, err
	}
	key, err := one(i.key, m, s)
	if err != nil {
		return nil, err
	}
	t, ok := of.(*Table)
	switch {
	case of == nil:
		return nil, raise("attempt to index nil")
	case !ok:
		return nil, fmt.Errorf("%w: a field of a %T", ErrUnclear, of)
	case !plain(key):
		return nil, fmt.Errorf("%w: a field named by a %T", ErrUnclear, key)
	}
	value, known := t.Fields[key]
	if !known && t.Partial {
		return nil, fmt.Errorf("%w: %v", ErrUnclear, key)
	}
	return []Value{value}, nil
}

// plain reports whether a value can be compared, and be a key.
func plain(v Value) bool {
	switch v.(type) {
	case nil, bool, float64, string, *Table:
		return true
	}
	return false
}

func (c call) eval(m *machine, s *scope) ([]Value, error) {
	callee, err := one(c.callee, m, s)
	if err != nil {
		return nil, err
	}
	args, err := all(c.args, m, s)
	if err != nil {
		return nil, err
	}
	f, ok := callee.(Func)
	if _, table := callee.(*Table); table {
		return nil, fmt.Errorf("%w: a call of a table", ErrUnclear)
	}
	if !ok {
		return nil, raise("attempt to call something that is no function")
	}
	return f(args)
}

func (f function) eval(m *machine, s *scope) ([]Value, error) {
	return []Value{Func(func(args []Value) ([]Value, error) {
		inner := s
		for i, name := range f.params {
			inner = &scope{name, nil, inner}
			if i < len(args) {
				inner.value = args[i]
			}
		}
		if err := m.step(); err != nil {
			return nil, err
		}
		values, _, err := f.body.run(m, inner)
		return values, err
	})}, nil
}

func (t table) eval(m *machine, s *scope) ([]Value, error) {
	made := &Table{Fields: map[Value]Value{}}
	for i := range t.keys {
		key, err := one(t.keys[i], m, s)
		if err != nil {
			return nil, err
		}
		value, err := one(t.values[i], m, s)
		switch {
		case err != nil:
			return nil, err
		case key == nil:
			return nil, raise("table index is nil")
		case !plain(key):
			return nil, fmt.Errorf("%w: a key that is a %T", ErrUnclear, key)
		}
		made.Fields[key] = value
	}
	return []Value{made}, nil
}

func (c compare) eval(m *machine, s *scope) ([]Value, error) {
	a, err := one(c.a, m, s)
	if err != nil {
		return nil, err
	}
	b, err := one(c.b, m, s)
	if err != nil {
		return nil, err
	}
	if !plain(a) && !plain(b) {
		return nil, fmt.Errorf("%w: two functions compared", ErrUnclear)
	}
	same := plain(a) && plain(b) && a == b
	return []Value{same == c.equal}, nil
}

func (e either) eval(m *machine, s *scope) ([]Value, error) {
	a, err := one(e.a, m, s)
	if err != nil || truth(a) == e.or {
		return []Value{a}, err
	}
	b, err := one(e.b, m, s)
	return []Value{b}, err
}

func (n not) eval(m *machine, s *scope) ([]Value, error) {
	v, err := one(n.of, m, s)
	return []Value{!truth(v)}, err
}
