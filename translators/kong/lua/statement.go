package lua

import "fmt"

type (
	local struct {
		names     []string
		values    []expression
		recursive bool // a local function, which knows its own name
	}
	assign struct {
		name  string
		value expression
	}
	scoped struct{ body block }
	branch struct {
		condition expression
		yes, no   block
	}
	give    struct{ values []expression }
	perform struct{ call call }
)

func (l local) run(m *machine, s *scope) (*scope, []Value, bool, error) {
	if l.recursive {
		s = &scope{l.names[0], nil, s}
		value, err := one(l.values[0], m, s)
		s.value = value
		return s, nil, false, err
	}
	values, err := all(l.values, m, s)
	for i, name := range l.names {
		s = &scope{name, nil, s}
		if i < len(values) {
			s.value = values[i]
		}
	}
	return s, nil, false, err
}

func (a assign) run(m *machine, s *scope) (*scope, []Value, bool, error) {
	found := s.find(a.name)
	if found == nil {
		return s, nil, false, fmt.Errorf("%w: an assignment to the global %s", ErrUnclear, a.name)
	}
	value, err := one(a.value, m, s)
	found.value = value
	return s, nil, false, err
}

func (b scoped) run(m *machine, s *scope) (*scope, []Value, bool, error) {
	values, done, err := b.body.run(m, s)
	return s, values, done, err
}

func (b branch) run(m *machine, s *scope) (*scope, []Value, bool, error) {
	v, err := one(b.condition, m, s)
	if err != nil {
		return s, nil, false, err
	}
	chosen := b.no
	if truth(v) {
		chosen = b.yes
	}
	values, done, err := chosen.run(m, s)
	return s, values, done, err
}

func (g give) run(m *machine, s *scope) (*scope, []Value, bool, error) {
	values, err := all(g.values, m, s)
	return s, values, true, err
}

func (p perform) run(m *machine, s *scope) (*scope, []Value, bool, error) {
	_, err := p.call.eval(m, s)
	return s, nil, false, err
}
