package schema

import (
	"bytes"
	"fmt"
	"reflect"

	"retryctl.dev/schema/manifest"
)

// JSONSchema gives the JSON Schema (draft 2020-12) of RetryPolicy or Config. It
// says everything that Validate says about single fields; what two fields make
// of each other only Validate knows. All are the gateways that documents may name.
func JSONSchema(kind string, all Gateways) ([]byte, error) {
	document := map[string]reflect.Type{Kind: reflect.TypeFor[RetryPolicy](), ConfigKind: reflect.TypeFor[Config]()}[kind]
	if document == nil {
		return nil, fmt.Errorf("there is no kind %q: %s and %s exist", kind, Kind, ConfigKind)
	}
	words, err := readComments()
	if err != nil {
		return nil, err
	}
	p := printer{comments: words, known: all}
	s := manifest.Map(
		"$schema", "https://json-schema.org/draft/2020-12/schema",
		"$id", fmt.Sprintf("https://%s/schema/%s/%s.json", Group, Version, kind),
		"title", kind,
	)
	for key, value := range p.value("", document, "").Fields() {
		s.Put(key.Text(), value)
	}
	properties := s.At("properties")
	properties.At("apiVersion").Put("const", APIVersion)
	properties.At("kind").Put("const", kind)
	properties.Put("status", manifest.Map())
	for _, name := range serverMetadata { // what a cluster adds is let through
		properties.At("metadata", "properties").Put(name, manifest.Map())
	}
	var out bytes.Buffer
	err = s.WriteJSON(&out)
	return out.Bytes(), err
}

// A printer makes schemas of Go types. Structural is the form that a
// CustomResourceDefinition has: unknown fields are the API server's to refuse,
// and rules that join fields can be given.
type printer struct {
	comments   comments
	known      Gateways
	structural bool
}

// value is the schema of one Go type at a field.
func (p printer) value(field string, t reflect.Type, description string) manifest.Value {
	s := manifest.Map()
	switch {
	case t.Kind() == reflect.Pointer:
		return p.value(field, t.Elem(), description)
	case t == reflect.TypeFor[Duration]():
		s.Put("type", "string")
		s.Put("pattern", DurationPattern)
		s.Put("maxLength", durations.most)
	case t == reflect.TypeFor[CodeRange]():
		p.codes(s, boundOf(field))
	case t.Kind() == reflect.Struct:
		p.structure(s, field, t)
	case t.Kind() == reflect.Slice:
		b := boundOf(field)
		s.Put("type", "array")
		s.Put("items", p.value(field+"[]", t.Elem(), p.comments[t.Elem().Name()]))
		atLeast(s, "minItems", b.items)
		atLeast(s, "maxItems", b.longer)
		if !p.structural {
			s.Put("uniqueItems", true)
		}
	case t.Kind() == reflect.Map:
		s.Put("type", "object")
		s.Put("additionalProperties", manifest.Map("type", "string"))
	case t.Kind() == reflect.String:
		s.Put("type", "string")
		b := boundOf(field)
		if field == "spec.accept[].gateway" {
			b.words = p.known.Names()
		}
		p.text(s, b)
	case t.Kind() == reflect.Bool:
		s.Put("type", "boolean")
	default:
		b := boundOf(field)
		s.Put("type", "integer")
		s.Put("minimum", b.least)
		s.Put("maximum", b.most)
	}
	if description != "" {
		s.Put("description", description)
	}
	if rules := rulesOf(field, t); p.structural && rules.Len() > 0 {
		s.Put("x-kubernetes-validations", rules)
	}
	return s
}

func (p printer) structure(s manifest.Value, field string, t reflect.Type) {
	properties, required := manifest.Map(), manifest.List()
	for _, f := range fieldsOf(t) {
		goField := t.Field(f.index)
		inner := element(goField.Type)
		about := p.comments.about(t.Name(), goField.Name, f.name, inner.Name())
		if goField.Type.Kind() == reflect.Slice {
			about = p.comments.about(t.Name(), goField.Name, f.name, "")
		}
		properties.Put(f.name, p.value(join(field, f.name), goField.Type, about))
		if f.required {
			required.Append(f.name)
		}
	}
	if t == reflect.TypeFor[ConfigSpec]() {
		for _, g := range p.known.sections() {
			properties.Put(g.section(), p.section(g))
		}
	}
	s.Put("type", "object")
	s.Put("properties", properties)
	if required.Len() > 0 {
		s.Put("required", required)
	}
	if !p.structural {
		s.Put("additionalProperties", false)
	}
	if field == "spec.circuitBreaker" {
		s.Put("minProperties", 1)
	}
}

// section is the schema of what a Config says of one gateway.
func (p printer) section(g Gateway) manifest.Value {
	properties := manifest.Map()
	for _, o := range g.Options {
		s := manifest.Map()
		switch {
		case o.Maps():
			s.Put("type", "array")
			s.Put("items", p.item(o))
			s.Put("uniqueItems", true)
		case o.Switch():
			s.Put("type", "boolean")
		default:
			s.Put("type", "string")
			if o.Versioned {
				s.Put("pattern", o.pattern())
			} else {
				p.text(s, bound{words: o.Words})
			}
		}
		s.Put("description", o.Name()+" "+o.About)
		properties.Put(o.Name(), s)
	}
	return manifest.Map("type", "object", "properties", properties, "additionalProperties", false, "description", g.section()+" "+g.About)
}

// item is the schema of an item that maps one object to another.
func (p printer) item(o Option) manifest.Value {
	properties := manifest.Map()
	for _, key := range []Key{o.From, o.To} {
		s := manifest.Map("type", "string")
		p.text(s, bound{form: namespaced})
		s.Put("description", key.Name+" "+key.About)
		properties.Put(key.Name, s)
	}
	return manifest.Map("type", "object", "properties", properties, "required", []string{o.From.Name, o.To.Name}, "additionalProperties", false)
}

func (p printer) text(s manifest.Value, b bound) {
	if b.words != nil {
		s.Put("enum", b.words)
	}
	if b.form != nil {
		s.Put("pattern", b.form.pattern)
		s.Put("maxLength", b.form.most)
	}
}

// codes is one status code as a number or a text, or a range as a text.
func (p printer) codes(s manifest.Value, b bound) {
	if p.structural {
		s.Put("x-kubernetes-int-or-string", true)
		s.Put("anyOf", manifest.List(manifest.Map("type", "integer"), manifest.Map("type", "string")))
	} else {
		s.Put("type", []string{"integer", "string"})
	}
	s.Put("minimum", b.least)
	s.Put("maximum", b.most)
	s.Put("pattern", "^[45][0-9]{2}(-[45][0-9]{2})?$")
}

func atLeast(s manifest.Value, keyword string, n int) {
	if n > 0 {
		s.Put(keyword, n)
	}
}
