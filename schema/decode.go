package schema

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
)

// Decode takes a RetryPolicy out of an object's tree, strictly: what is not in
// the types, or has another type, is a finding with its position. With findings
// of severity error the policy is not to be used.
func Decode(o *manifest.Object) (*RetryPolicy, finding.List) {
	p := &RetryPolicy{Source: sourceOf(o)}
	d := decoder{object: o}
	d.document(p, Kind)
	return p, d.findings
}

// DecodeConfig takes a Config out of an object's tree as Decode does a policy.
func DecodeConfig(o *manifest.Object) (*Config, finding.List) {
	c := &Config{Source: sourceOf(o)}
	d := decoder{object: o}
	d.document(c, ConfigKind)
	return c, d.findings
}

// decoder walks the Go types and the tree side by side.
type decoder struct {
	object   *manifest.Object
	findings finding.List
}

func (d *decoder) document(into any, kind string) {
	if got := d.object.At("apiVersion"); got.Text() != APIVersion {
		d.add(finding.BadValue, "apiVersion", got, fmt.Sprintf("%s is not served", got.Text()), "write "+APIVersion)
		return
	}
	if got := d.object.At("kind"); got.Text() != kind {
		d.add(finding.BadValue, "kind", got, fmt.Sprintf("%s is no kind of %s", got.Text(), Group), "write "+Kind+" or "+ConfigKind)
		return
	}
	d.value("", d.object.Root(), reflect.ValueOf(into).Elem())
}

func (d *decoder) add(code finding.Code, field string, at manifest.Value, message, hint string) {
	id := d.object.ID()
	d.findings.Add(finding.Finding{
		Code: code, Object: id.String(), Field: field, Message: message, Hint: hint,
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
		d.structure(field, v, into)
	case reflect.Slice:
		d.list(field, v, into)
	case reflect.Map:
		d.texts(field, v, into)
	case reflect.String:
		d.text(field, v, into)
	case reflect.Bool:
		b, ok := v.Bool()
		if !ok {
			d.wrong(field, v, "true or false", "")
		}
		into.SetBool(b)
	default:
		d.number(field, v, into)
	}
}

func (d *decoder) structure(field string, v manifest.Value, into reflect.Value) {
	if !v.IsMap() {
		d.wrong(field, v, "a mapping", "")
		return
	}
	known := fieldsOf(into.Type())
	for key, value := range v.Fields() {
		name := join(field, key.Text())
		if at, ok := known[key.Text()]; ok {
			d.value(name, value, into.Field(at))
			continue
		}
		if field == "" && key.Text() == "status" || field == "metadata" && serverMetadata[key.Text()] {
			continue
		}
		d.add(finding.UnknownField, name, key, fmt.Sprintf("there is no field %s", key.Text()), suggest(key.Text(), known))
	}
}

// serverMetadata is the part of Kubernetes' object metadata that a policy taken
// from a cluster may have and that retryctl has no use for.
var serverMetadata = map[string]bool{
	"generateName": true, "uid": true, "resourceVersion": true, "generation": true, "selfLink": true,
	"creationTimestamp": true, "deletionTimestamp": true, "deletionGracePeriodSeconds": true,
	"managedFields": true, "ownerReferences": true, "finalizers": true,
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

// fieldsOf gives the index of each field of a struct by its JSON name.
func fieldsOf(t reflect.Type) map[string]int {
	known := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			known[name] = i
		}
	}
	return known
}

func (d *decoder) list(field string, v manifest.Value, into reflect.Value) {
	if !v.IsList() {
		d.wrong(field, v, "a list", "")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), v.Len(), v.Len()))
	for i, item := range v.Items() {
		d.value(fmt.Sprintf("%s[%d]", field, i), item, into.Index(i))
	}
}

func (d *decoder) texts(field string, v manifest.Value, into reflect.Value) {
	if !v.IsMap() {
		d.wrong(field, v, "a mapping", "")
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for key, value := range v.Fields() {
		text := reflect.New(into.Type().Elem()).Elem()
		d.value(join(field, key.Text()), value, text)
		into.SetMapIndex(reflect.ValueOf(key.Text()), text)
	}
}

func (d *decoder) text(field string, v manifest.Value, into reflect.Value) {
	switch {
	case v.Tag() != "!!str" && v.Tag() != "!!timestamp" || !v.IsScalar():
		hint := ""
		if v.IsScalar() {
			hint = "quote it: " + strconv.Quote(v.Text())
		}
		d.wrong(field, v, "a text", hint)
	case v.IsPlain() && manifest.ReadsOtherwise(v.Text()):
		d.add(finding.BadType, field, v, fmt.Sprintf("%s is a boolean or a number to YAML 1.1 readers such as kubectl", v.Text()),
			"quote it: "+strconv.Quote(v.Text()))
	default:
		into.SetString(v.Text())
	}
}

func (d *decoder) number(field string, v manifest.Value, into reflect.Value) {
	n, ok := v.Int()
	if !ok || into.OverflowInt(n) {
		hint := ""
		if _, err := strconv.Atoi(v.Text()); err == nil && v.Tag() == "!!str" {
			hint = "write it without quotes: " + v.Text()
		}
		d.wrong(field, v, "a whole number", hint)
		return
	}
	into.SetInt(n)
}

func (d *decoder) duration(field string, v manifest.Value, into *Duration) {
	if !v.IsScalar() {
		d.wrong(field, v, "a duration", "")
		return
	}
	parsed, err := ParseDuration(v.Text())
	if err != nil {
		d.add(finding.BadValue, field, v, strings.TrimPrefix(err.Error(), "parse "), spelling(v.Text()))
	}
	*into = parsed
}

func (d *decoder) codes(field string, v manifest.Value, into *CodeRange) {
	if !v.IsScalar() {
		d.wrong(field, v, "a status code or a range of them", "")
		return
	}
	parsed, err := ParseCodeRange(v.Text())
	if err != nil {
		d.add(finding.BadValue, field, v, strings.TrimPrefix(err.Error(), "parse "), codeHint(v.Text()))
	}
	*into = parsed
}
