package lua

import (
	"errors"
	"fmt"
)

// ErrUnclear is what a script may be that this package cannot follow.
var ErrUnclear = errors.New("not followed")

// A Chunk is a script that was read.
type Chunk struct{ body block }

// limits of what is read; scripts that set retries are far below them.
const (
	maxSource = 64 << 10
	maxNested = 60
)

// Parse reads a script; the error is ErrUnclear.
func Parse(src string) (*Chunk, error) {
	if len(src) > maxSource {
		return nil, fmt.Errorf("%w: %d bytes", ErrUnclear, len(src))
	}
	tokens, err := scan(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	body := p.block()
	p.want("end of script")
	if p.err != nil {
		return nil, p.err
	}
	return &Chunk{body}, nil
}

// A parser keeps its first error; after it every token is the end of the script.
type parser struct {
	tokens []token
	nested int
	err    error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: "+format, append([]any{ErrUnclear}, args...)...)
	}
	p.tokens = []token{{kind: "end of script"}}
}

func (p *parser) is(kind string) bool { return p.tokens[0].kind == kind }

func (p *parser) take() token {
	t := p.tokens[0]
	if len(p.tokens) > 1 {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is of the kind.
func (p *parser) accept(kind string) bool {
	if p.is(kind) {
		p.take()
		return true
	}
	return false
}

func (p *parser) want(kind string) token {
	if !p.is(kind) {
		p.fail("%q where %q is expected", p.tokens[0].kind, kind)
	}
	return p.take()
}

// deeper bounds how deep the script is nested.
func (p *parser) deeper() func() {
	if p.nested++; p.nested > maxNested {
		p.fail("nested too deep")
	}
	return func() { p.nested-- }
}

func (p *parser) block() block {
	defer p.deeper()()
	var b block
	for p.err == nil {
		switch {
		case p.accept(";"):
		case p.accept("return"):
			ret := give{}
			if !p.ends() && !p.is(";") {
				ret.values = p.list()
			}
			p.accept(";")
			if !p.ends() {
				p.fail("more after return")
			}
			return append(b, ret)
		case p.ends():
			return b
		default:
			b = append(b, p.statement())
		}
	}
	return b
}

func (p *parser) ends() bool {
	return p.is("end") || p.is("else") || p.is("elseif") || p.is("end of script")
}

func (p *parser) statement() statement {
	switch {
	case p.accept("local"):
		return p.local()
	case p.accept("do"):
		b := p.block()
		p.want("end")
		return scoped{b}
	case p.accept("if"):
		return p.branch()
	}
	e := p.suffixed()
	if p.accept("=") {
		if v, ok := e.(variable); ok {
			return assign{v.name, p.expression()}
		}
		p.fail("an assignment to a field")
	}
	c, ok := e.(call)
	if !ok {
		p.fail("an expression where a statement is expected")
	}
	return perform{c}
}

func (p *parser) local() statement {
	if p.accept("function") {
		name := p.want("name").text
		return local{names: []string{name}, values: []expression{p.function()}, recursive: true}
	}
	l := local{names: []string{p.want("name").text}}
	for p.accept(",") {
		l.names = append(l.names, p.want("name").text)
	}
	if p.accept("=") {
		l.values = p.list()
	}
	return l
}

func (p *parser) branch() statement {
	defer p.deeper()()
	b := branch{condition: p.expression()}
	p.want("then")
	b.yes = p.block()
	switch {
	case p.accept("elseif"):
		b.no = block{p.branch()}
		return b
	case p.accept("else"):
		b.no = p.block()
	}
	p.want("end")
	return b
}

func (p *parser) function() expression {
	f := function{}
	p.want("(")
	for p.err == nil && !p.is(")") {
		f.params = append(f.params, p.want("name").text)
		if !p.accept(",") {
			break
		}
	}
	p.want(")")
	f.body = p.block()
	p.want("end")
	return f
}

func (p *parser) list() []expression {
	list := []expression{p.expression()}
	for p.accept(",") {
		list = append(list, p.expression())
	}
	return list
}

// expression reads by precedence: or, and, comparison, not.
func (p *parser) expression() expression {
	defer p.deeper()()
	e := p.conjunction()
	for p.accept("or") {
		e = either{e, p.conjunction(), true}
	}
	return e
}

func (p *parser) conjunction() expression {
	e := p.comparison()
	for p.accept("and") {
		e = either{e, p.comparison(), false}
	}
	return e
}

func (p *parser) comparison() expression {
	e := p.negation()
	for p.is("==") || p.is("~=") {
		equal := p.take().kind == "=="
		e = compare{e, p.negation(), equal}
	}
	return e
}

func (p *parser) negation() expression {
	defer p.deeper()()
	if p.accept("not") {
		return not{p.negation()}
	}
	switch {
	case p.is("number"):
		return constant{p.take().num}
	case p.is("string"):
		return constant{p.take().text}
	case p.accept("nil"):
		return constant{nil}
	case p.accept("true"):
		return constant{true}
	case p.accept("false"):
		return constant{false}
	case p.accept("function"):
		return p.function()
	case p.is("{"):
		return p.table()
	}
	return p.suffixed()
}

// suffixed reads a name or an expression in brackets, with fields and calls
// behind it.
func (p *parser) suffixed() expression {
	var e expression
	if p.accept("(") {
		e = single{p.expression()}
		p.want(")")
	} else {
		e = variable{p.want("name").text}
	}
	for p.err == nil {
		switch {
		case p.accept("."):
			e = index{e, constant{p.want("name").text}}
		case p.accept("["):
			e = index{e, p.expression()}
			p.want("]")
		case p.accept("("):
			c := call{callee: e}
			if !p.is(")") {
				c.args = p.list()
			}
			p.want(")")
			e = c
		case p.is("string"):
			e = call{e, []expression{constant{p.take().text}}}
		default:
			return e
		}
	}
	return e
}

func (p *parser) table() expression {
	t := table{}
	p.want("{")
	for p.err == nil && !p.is("}") {
		key := expression(constant{p.tokens[0].text})
		if p.accept("[") {
			key = p.expression()
			p.want("]")
		} else {
			p.want("name")
		}
		p.want("=")
		t.keys, t.values = append(t.keys, key), append(t.values, p.expression())
		if !p.accept(",") && !p.accept(";") {
			break
		}
	}
	p.want("}")
	return t
}
