package schema

import (
	"reflect"
	"strconv"

	"retryctl.dev/schema/manifest"
)

// configSpec fills the spec of a Config: its fields, and those of the gateways' options.
func (d *decoder) configSpec(name string, v manifest.Value, spec *ConfigSpec) {
	into := reflect.ValueOf(spec).Elem()
	own, sections := fieldsOf(into.Type()), d.known.sections()
	fields := append([]field(nil), own...)
	for _, g := range sections {
		fields = append(fields, field{name: g.section()})
	}
	d.mapping(name, v, fields, func(at int, path string, value manifest.Value) {
		if at < len(own) {
			d.value(path, value, into.Field(own[at].index))
		} else if !value.IsNull() {
			d.options(path, value, sections[at-len(own)].Options, spec)
		}
	})
}

func (d *decoder) options(name string, v manifest.Value, options []Option, spec *ConfigSpec) {
	var fields []field
	for _, o := range options {
		fields = append(fields, field{name: o.Name()})
	}
	d.mapping(name, v, fields, func(at int, path string, value manifest.Value) {
		if !value.IsNull() {
			spec.Settings = append(spec.Settings, d.settings(path, value, options[at])...)
		}
	})
}

// settings gives what an option is set to, which is more than one thing for a list.
func (d *decoder) settings(path string, v manifest.Value, o Option) []Setting {
	one := Setting{Option: o.Field, Field: path}
	switch {
	case o.Maps():
		var list []Setting
		fields := []field{{name: o.From.Name, required: true}, {name: o.To.Name, required: true}}
		d.items(path, v, func(_ int, path string, item manifest.Value) {
			one := Setting{Option: o.Field, Field: path}
			into := []*string{&one.From, &one.Value}
			d.mapping(path, item, fields, func(at int, path string, value manifest.Value) {
				d.value(path, value, reflect.ValueOf(into[at]).Elem())
			})
			list = append(list, one)
		})
		return list
	case o.Switch():
		var on bool
		d.value(path, v, reflect.ValueOf(&on).Elem())
		one.Value = strconv.FormatBool(on)
	default:
		d.value(path, v, reflect.ValueOf(&one.Value).Elem())
	}
	return []Setting{one}
}
