package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// Ours reports whether an object is for retryctl: of its group, or a policy whose
// group is only misspelled or left without a version, which Decode then reports.
func Ours(o *manifest.Object) bool {
	group := o.ID().Group
	if group == "" {
		group = o.Version() // "retryctl.dev" and no version
	}
	return group == Group || o.ID().Kind == Kind && Nearest(group, []string{Group}) != ""
}

// Decode takes a RetryPolicy out of an object's tree, strictly: what is not in
// the types, has another type, or is missing, is a finding with its position.
// With findings of severity error the policy is not to be used.
func Decode(o *manifest.Object) (*RetryPolicy, finding.List) {
	p := &RetryPolicy{Source: sourceOf(o)}
	d := decoder{object: o, root: reflect.TypeOf(*p)}
	d.document(p, Kind)
	return p, d.findings
}

// DecodeConfig takes a Config out of an object's tree as Decode does a policy; all are the
// gateways of which it may say something.
func DecodeConfig(o *manifest.Object, all Gateways) (*Config, finding.List) {
	c := &Config{Source: sourceOf(o)}
	d := decoder{object: o, root: reflect.TypeOf(*c), known: all}
	d.document(c, ConfigKind)
	return c, d.findings
}

// decoder walks the Go types and the tree side by side.
type decoder struct {
	object   *manifest.Object
	root     reflect.Type
	known    Gateways // of which a Config says something
	paths    []string // of every field of the root, once they are asked for
	findings finding.List
}

func (d *decoder) document(into any, kind string) {
	if got := d.object.At("apiVersion"); got.Text() != APIVersion {
		d.add(finding.BadValue, "apiVersion", got, fmt.Sprintf("%q is not served", got.Text()), "write "+APIVersion)
		return
	}
	if got := d.object.At("kind"); got.Text() != kind {
		d.add(finding.BadValue, "kind", got, fmt.Sprintf("%q is no kind of %s", got.Text(), Group), "write "+Kind+" or "+ConfigKind)
		return
	}
	d.value("", d.object.Root(), reflect.ValueOf(into).Elem())
}

func (d *decoder) add(code finding.Code, field string, at manifest.Value, message, hint string) {
	id := d.object.ID()
	d.findings.Add(finding.Finding{
		Code: code, Object: id, Field: field, Message: message, Hint: finding.Do(hint),
		File: d.object.File, Line: at.Line(), Column: at.Column(),
	})
}

func (d *decoder) wrong(field string, v manifest.Value, want, hint string) {
	d.add(finding.BadType, field, v, fmt.Sprintf("%s is wanted, not %s", want, describe(v)), hint)
}

func describe(v manifest.Value) string {
	switch {
	case v.IsMap():
		return "a mapping"
	case v.IsList():
		return "a list"
	case v.IsNull():
		return "nothing"
	}
	names := map[string]string{"!!int": "the number ", "!!float": "the number ", "!!bool": "the boolean ", "!!str": "the text "}
	name, ok := names[v.Tag()]
	if !ok {
		name = "the value "
	}
	return name + strconv.Quote(v.Text())
}

// value fills one Go value from one place of the tree. A null is nothing at all,
// as it is to the API server.
func (d *decoder) value(field string, v manifest.Value, into reflect.Value) {
	if v.IsNull() {
		return
	}
	switch x := into.Addr().Interface().(type) {
	case *Duration:
		d.duration(field, v, x)
		return
	case *CodeRange:
		d.codes(field, v, x)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.value(field, v, into.Elem())
	case reflect.Struct:
		if spec, is := into.Addr().Interface().(*ConfigSpec); is {
			d.configSpec(field, v, spec)
		} else {
			d.structure(field, v, into)
		}
	case reflect.Slice:
		d.list(field, v, into)
	case reflect.Map:
		d.texts(field, v, into)
	case reflect.String:
		d.text(field, v, into)
	case reflect.Bool:
		d.boolean(field, v, into)
	default:
		d.number(field, v, into)
	}
}

func (d *decoder) structure(name string, v manifest.Value, into reflect.Value) {
	fields := fieldsOf(into.Type())
	d.mapping(name, v, fields, func(at int, path string, value manifest.Value) {
		d.value(path, value, into.Field(fields[at].index))
	})
}

// mapping goes through a mapping with some fields, and has each that is there set.
func (d *decoder) mapping(name string, v manifest.Value, fields []field, set func(at int, path string, value manifest.Value)) {
	if !v.IsMap() {
		d.wrong(name, v, "a mapping", "")
		return
	}
	meant := map[string]bool{} // by an unknown field
	for key, value := range v.Fields() {
		path := join(name, key.Text())
		at := slices.IndexFunc(fields, func(f field) bool { return f.name == key.Text() })
		switch {
		case at >= 0 && value.IsScalar() && !value.IsNull() && value.Text() == "" && !fields[at].empty && !fields[at].required:
			d.add(finding.BadValue, path, value, "an empty text", "leave the field out for no wish")
		case at >= 0:
			set(at, path, value)
		case name == "" && key.Text() == "status" || name == "metadata" && slices.Contains(serverMetadata, key.Text()):
		default:
			other, hint := d.suggest(key.Text(), fields)
			meant[other] = true
			d.add(finding.UnknownField, path, key, "there is no field "+printable(key.Text()), hint)
		}
	}
	for _, f := range fields {
		if x := v.At(f.name); f.required && !meant[f.name] && !x.Exists() {
			at := v
			if x.Written() {
				at = x
			}
			path := join(name, f.name)
			d.add(finding.BadValue, path, at, f.name+" is missing", boundOf(path).hint)
		}
	}
}

// printable is a key as it can stand in a message.
func printable(key string) string {
	if quoted := strconv.Quote(key); len(key) == 0 || quoted != `"`+key+`"` || strings.Contains(key, " ") {
		return quoted
	}
	return key
}

// serverMetadata is the part of Kubernetes' object metadata that a policy taken
// from a cluster may have and that retryctl has no use for.
var serverMetadata = []string{
	"generateName", "uid", "resourceVersion", "generation", "selfLink", "creationTimestamp", "deletionTimestamp",
	"deletionGracePeriodSeconds", "managedFields", "ownerReferences", "finalizers",
}

func (d *decoder) list(field string, v manifest.Value, into reflect.Value) {
	if v.IsList() {
		into.Set(reflect.MakeSlice(into.Type(), v.Len(), v.Len()))
	}
	d.items(field, v, func(i int, path string, item manifest.Value) { d.value(path, item, into.Index(i)) })
}

// items goes through the items of a list.
func (d *decoder) items(field string, v manifest.Value, each func(i int, path string, item manifest.Value)) {
	if !v.IsList() {
		hint := ""
		if v.IsScalar() {
			hint = "write [" + v.Text() + "]"
		}
		d.wrong(field, v, "a list", hint)
		return
	}
	for i, item := range v.Items() {
		path := field + "[" + strconv.Itoa(i) + "]"
		if item.IsNull() {
			d.add(finding.BadType, path, item, "an item without a value", "take the item out")
			continue
		}
		each(i, path, item)
	}
}

func (d *decoder) texts(field string, v manifest.Value, into reflect.Value) {
	if !v.IsMap() {
		d.wrong(field, v, "a mapping", "")
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for key, value := range v.Fields() {
		if key.IsPlain() && manifest.ReadsOtherwise(key.Text()) {
			d.otherwise(join(field, key.Text()), key)
		}
		text := reflect.New(into.Type().Elem()).Elem()
		d.value(join(field, key.Text()), value, text)
		into.SetMapIndex(reflect.ValueOf(key.Text()), text)
	}
}
