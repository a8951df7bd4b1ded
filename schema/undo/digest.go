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
type digests map[string]string

// of gives a digest that is equal for two states of an object that say the same, whatever
// tools write into its metadata, servers into the rest, and generators before the names
// of what it refers to.
func (d digests) of(o *manifest.Object) string {
	bare := o.Clone()
	bare.Root().Remove("metadata")
	key := strconv.Itoa(unname(bare.Root())) + string(bare.JSON())
	digest, known := d[key]
	if !known {
		normal := normal.Normalise(bare, normal.Options{StanzaDefaults: true})
		sum := sha256.Sum256(append(normal.JSON(), key[:strings.IndexByte(key, '{')]...))
		digest = hex.EncodeToString(sum[:8])
		d[key] = digest
	}
	return digest
}

// unname takes the names out of the references to objects, and gives how many there were.
func unname(v manifest.Value) (n int) {
	if v.At("kind").IsScalar() && v.Remove("name") {
		n++
	}
	for _, field := range v.Fields() {
		n += unname(field)
	}
	for _, item := range v.Items() {
		n += unname(item)
	}
	return n
}

// changed reports whether an object that a translation made was changed since. An older
// mark does not tell.
func (d digests) changed(o *manifest.Object, mark string) bool {
	was, told := strings.CutPrefix(mark, remove+" ")
	return told && was != d.of(o)
}
