package undo

import (
	"strings"

	"retryctl.dev/schema/manifest"
)

// The keys of a record that are no names of fields.
const (
	wrote = "+"
	had   = "-"
	named = "="
	index = "#"
)

// change gives the record that leads from what is now back to what was, and whether
// they differ.
func change(was, now manifest.Value) (record manifest.Value, changed bool) {
	switch {
	case was.Equal(now):
		return manifest.Value{}, false
	case was.IsMap() && now.IsMap() && was.Len() > 0 && plainKeys(was) && plainKeys(now):
		return mapping(was, now), true
	case was.IsList() && now.IsList():
		return list(was, now)
	}
	return manifest.Map(wrote, now, had, was), true
}

func mapping(was, now manifest.Value) manifest.Value {
	record := manifest.Map()
	for key, value := range now.Fields() {
		before := was.At(key.Text())
		if !before.Exists() && shared(key.Text()) && value.IsMap() && plainKeys(value) {
			record.Put(key.Text(), mapping(manifest.Map(), value)) // tools may have put their own there, or not
		} else if !before.Written() {
			record.Put(key.Text(), manifest.Map(wrote, value))
		} else if inner, changed := change(before, value); changed {
			record.Put(key.Text(), inner)
		}
	}
	at := 0
	for key, value := range was.Fields() {
		if !now.At(key.Text()).Written() {
			record.Put(key.Text(), manifest.Map(index, at, had, value))
		}
		at++
	}
	return record
}

// shared reports whether a mapping of the name is for the entries of several writers.
func shared(key string) bool { return key == "annotations" || key == "labels" }

// plainKeys reports whether no key of a mapping can be taken for one of a record's.
func plainKeys(m manifest.Value) bool {
	for key := range m.Fields() {
		if strings.Contains(wrote+had+named+index, key.Text()) {
			return false
		}
	}
	return true
}

// list gives a change for each item that is not the same in both lists.
func list(was, now manifest.Value) (record manifest.Value, changed bool) {
	record = manifest.List()
	for _, p := range align(was, now) {
		switch {
		case p.was < 0:
			record.Append(at(now, p.now, manifest.Map(wrote, now.Index(p.now))))
		case p.now < 0:
			record.Append(manifest.Map(index, p.was, had, was.Index(p.was)))
		default:
			inner, differs := change(was.Index(p.was), now.Index(p.now))
			if inner.IsList() {
				inner = manifest.Map(wrote, now.Index(p.now), had, was.Index(p.was))
			}
			if differs {
				record.Append(at(now, p.now, inner))
			}
		}
	}
	return record, record.Len() > 0
}

// at adds to a change of an item what the item is found by.
func at(items manifest.Value, n int, change manifest.Value) manifest.Value {
	found := manifest.Map()
	if name := items.Index(n).At("name").Text(); name != "" && byName(items, name) == n {
		found.Put(named, name)
	} else {
		found.Put(index, n)
	}
	for key, value := range change.Fields() {
		found.Put(key.Text(), value)
	}
	return found
}

// byName gives the index of the only item with a name; -1 where there is none, or
// more than one.
func byName(items manifest.Value, name string) int {
	at := -1
	for n, item := range items.Items() {
		if item.At("name").Text() != name {
			continue
		}
		if at >= 0 {
			return -1
		}
		at = n
	}
	return at
}
