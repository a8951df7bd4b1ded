package undo

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

// holds reports whether a value is still what was written: it has all of that, and
// what it has besides are defaults that the API server filled in. For a kind whose
// defaults are not known, having all of it is enough.
func (t *taking) holds(now, ours manifest.Value, s spot) bool {
	switch id := t.object.ID(); {
	case now.Equal(ours):
		return true
	case !includes(now, ours):
		return false
	case !t.opts.Knows(t.object.At("apiVersion").Text(), id.Kind):
		return true
	}
	with := normal.Normalise(t.object, t.opts)
	s.set(ours.Copy())
	without := normal.Normalise(t.object, t.opts)
	s.set(now)
	return with.Equal(without)
}

// includes reports whether a value has everything that another has. Lists have equally
// many items.
func includes(now, ours manifest.Value) bool {
	switch {
	case ours.IsMap() && now.IsMap():
		for key, value := range ours.Fields() {
			if !includes(now.At(key.Text()), value) {
				return false
			}
		}
		return true
	case ours.IsList() && now.IsList() && ours.Len() == now.Len():
		for n, item := range ours.Items() {
			if !includes(now.Index(n), item) {
				return false
			}
		}
		return true
	case ours.IsScalar() && now.IsScalar():
		return ours.Equal(now) || textual(ours) && textual(now) && ours.Text() == now.Text()
	}
	return ours.IsNull() && !now.Written()
}

// textual takes a date for a text, as the API server does.
func textual(v manifest.Value) bool { return v.Tag() == "!!str" || v.Tag() == "!!timestamp" }

// open reports whether a mapping is for the entries of several writers.
func open(path string) bool { return path == "metadata.annotations" || path == "metadata.labels" }

func annotation(path string) bool { return strings.HasPrefix(path, "metadata.annotations.") }

// words takes words out of an annotation that is a list with commas, such as
// konghq.com/plugins, to which somebody else has written too.
func (t *taking) words(m manifest.Value, key string, ours, before manifest.Value) bool {
	if !ours.IsScalar() || before.Written() && !before.IsScalar() {
		return false
	}
	list, mine := strings.Split(m.At(key).Text(), ","), trimmed(ours.Text())
	for _, word := range trimmed(before.Text()) {
		if !slices.Contains(mine, word) {
			return false // something was taken out as well
		}
		mine = slices.DeleteFunc(mine, func(own string) bool { return own == word })
	}
	for _, word := range mine {
		if !slices.Contains(trimmed(m.At(key).Text()), word) {
			return false
		}
	}
	rest := slices.DeleteFunc(list, func(word string) bool { return slices.Contains(mine, strings.TrimSpace(word)) })
	t.do(func() {
		if len(rest) == 0 && !before.Written() {
			m.Remove(key)
		} else {
			m.Put(key, strings.TrimSpace(strings.Join(rest, ",")))
		}
	})
	return true
}

func trimmed(list string) []string {
	var words []string
	for _, word := range strings.Split(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}
