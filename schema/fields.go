package schema

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// A field is one field of a struct as the text has it.
type field struct {
	name     string
	index    int
	required bool
	empty    bool // may be an empty text
}

// fieldsOf gives the fields of a struct in order, by their json tags: omitempty
// is a field that may be left out and, if it is there, says something; omitzero
// is one that may be left out or empty.
func fieldsOf(t reflect.Type) []field { return fieldTable()[t] }

// fieldTable is the fields of each struct in the documents, made when a document
// is first looked at.
var fieldTable = sync.OnceValue(func() map[reflect.Type][]field {
	table := map[reflect.Type][]field{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		if t = element(t); !isStruct(t) || table[t] != nil {
			return
		}
		table[t] = taggedFields(t)
		for _, f := range table[t] {
			walk(t.Field(f.index).Type)
		}
	}
	walk(reflect.TypeFor[RetryPolicy]())
	walk(reflect.TypeFor[Config]())
	return table
})

func taggedFields(t reflect.Type) []field {
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "-" {
			fields = append(fields, field{name, i, option == "", option == "omitzero"})
		}
	}
	return fields
}

// hasField reports whether a type has a field at a path such as "spec.backoff".
func hasField(t reflect.Type, path string) bool {
	for name := range strings.SplitSeq(path, ".") {
		t = element(t)
		at := slices.IndexFunc(fieldsOf(t), func(f field) bool { return f.name == name })
		if at < 0 {
			return false
		}
		t = t.Field(fieldsOf(t)[at].index).Type
	}
	return true
}

// fieldPaths gives the path of every field below spec, lists left out:
// "spec.retryOn", "spec.retryOn.statusCodes".
func fieldPaths(document reflect.Type) []string {
	spec, _ := document.FieldByName("Spec")
	var paths []string
	var walk func(path string, t reflect.Type)
	walk = func(path string, t reflect.Type) {
		t = element(t)
		if path != "spec" {
			paths = append(paths, path)
		}
		if !isStruct(t) {
			return
		}
		for _, f := range fieldsOf(t) {
			walk(path+"."+f.name, t.Field(f.index).Type)
		}
	}
	walk("spec", spec.Type)
	return paths
}

// element is what a pointer or a list holds.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// isStruct reports whether a type is a mapping in the text.
func isStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[CodeRange]()
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}
