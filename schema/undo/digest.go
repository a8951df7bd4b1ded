package undo

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/normal"
)

// digests are those of objects, by what an object says besides its metadata: most that a
// run writes say the same about something else.
type digests struct {
	known map[string]string
	opts  normal.Options
}

func newDigests(opts normal.Options) digests {
	opts.StanzaDefaults = true
	return digests{map[string]string{}, opts}
}

// of gives a digest that is equal for two states of an object that say the same, whatever
// tools write into its metadata, servers into the rest, and generators before the names
// of what it refers to.
func (d digests) of(o *manifest.Object) string {
	key, names := said(make([]byte, 0, 1<<10), o.Root(), true)
	if digest, known := d.known[string(key)]; known {
		return digest
	}
	bare := o.Clone()
	bare.Root().Remove("metadata")
	unname(bare.Root())
	text := normal.Normalise(bare, d.opts).JSON()
	sum := sha256.Sum256(strconv.AppendInt(text, int64(names), 10))
	digest := hex.EncodeToString(sum[:8])
	d.known[string(key)] = digest
	return digest
}

// said appends what a value says, without the names in references, and gives how many
// these are. Of a whole object the metadata is left out.
func said(key []byte, v manifest.Value, whole bool) (_ []byte, names int) {
	add := func(v manifest.Value) {
		var n int
		key, n = said(key, v, false)
		names += n
	}
	switch {
	case v.IsMap():
		reference := refers(v)
		key = append(key, '{')
		for k, value := range v.Fields() {
			switch {
			case whole && k.Text() == "metadata":
			case reference && k.Text() == "name":
				names++
			default:
				key = append(strconv.AppendQuote(key, k.Text()), ':')
				add(value)
			}
		}
		return append(key, '}'), names
	case v.IsList():
		key = append(key, '[')
		for _, item := range v.Items() {
			add(item)
		}
		return append(key, ']'), names
	}
	return strconv.AppendQuote(append(key, v.Tag()...), v.Text()), 0
}

// refers reports whether a mapping refers to an object of a kind.
func refers(v manifest.Value) bool { return v.At("kind").IsScalar() && v.At("name").Written() }

// unname takes the names out of the references to objects.
func unname(v manifest.Value) {
	if refers(v) {
		v.Remove("name")
	}
	for _, field := range v.Fields() {
		unname(field)
	}
	for _, item := range v.Items() {
		unname(item)
	}
}

// changed reports whether an object that a translation made was changed since. An older
// mark does not tell.
func (d digests) changed(o *manifest.Object, mark string) bool {
	was, told := strings.CutPrefix(mark, remove+" ")
	return told && was != d.of(o)
}
