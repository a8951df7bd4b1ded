// Package normal gives Kubernetes objects in a form in which two of them are equal
// if they mean the same: one as somebody wrote it, say, and the same one as a
// cluster gives it back.
package normal

import (
	"maps"
	"slices"

	"retryctl.dev/schema/manifest"
)

// Options are what the objects do not say about the cluster they are for.
type Options struct {
	// StanzaDefaults says that the API server writes attempts into a retry stanza
	// without them, which Gateway API 1.7 began with.
	StanzaDefaults bool
	// Forms are those of the kinds that only one gateway has.
	Forms []Forms
	// Domains are those of annotations and labels that gateways read.
	Domains []string
}

// Normalise gives an object as a tree to compare: without what the server and the
// tools around it write, with the schema's defaults filled in, values in one
// spelling, keys in alphabetical order, and lists whose order has no meaning
// sorted. Comments are gone. The object stays as it is.
func Normalise(o *manifest.Object, opts Options) manifest.Value {
	root := plain(o.Root())
	known := opts.of(o.ID().Group, o.ID().Kind)
	root.Put("apiVersion", version(o, known.older))
	root.Remove("status")
	metadata(root.At("metadata"))
	fields := known.fields
	for _, f := range fields {
		f.fill(root)
	}
	if opts.StanzaDefaults && o.Is("gateway.networking.k8s.io", "HTTPRoute") {
		stanzaDefaults(root)
	}
	if o.Is("", "Service") {
		targetPorts(root)
	}
	for _, f := range slices.Backward(fields) { // what is in a list before the list
		f.spell(root)
	}
	return plain(root)
}

// Pair gives two states of one object as Normalise does, and without what a
// cluster gives out, or others than the one who applies write, where only one of the
// two has it. Either may be nil; then the
// value does not exist.
func Pair(a, b *manifest.Object, opts Options) (from, to manifest.Value) {
	if a != nil {
		from = Normalise(a, opts)
	}
	if b != nil {
		to = Normalise(b, opts)
	}
	if a != nil && b != nil {
		allocated(from, to)
		allocated(to, from)
		others(a.Root(), from, to, opts.Domains)
		others(b.Root(), to, from, opts.Domains)
	}
	return from, to
}

// plain gives a copy with sorted keys and plain scalars. A null in a mapping is
// left out: the API server drops it.
func plain(v manifest.Value) manifest.Value {
	switch {
	case v.IsMap():
		values := map[string]manifest.Value{}
		for key, value := range v.Fields() {
			if !value.IsNull() {
				values[key.Text()] = value
			}
		}
		m := manifest.Map()
		for _, key := range slices.Sorted(maps.Keys(values)) {
			m.Put(key, plain(values[key]))
		}
		return m
	case v.IsList():
		l := manifest.List()
		for _, item := range v.Items() {
			l.Append(plain(item))
		}
		return l
	}
	return scalar(v)
}

// scalar gives numbers and booleans in one spelling.
func scalar(v manifest.Value) manifest.Value {
	var one any = v.Text()
	switch v.Tag() {
	case "!!null":
		return v.Copy()
	case "!!bool":
		if b, ok := v.Bool(); ok {
			one = b
		}
	case "!!int", "!!float":
		if i, ok := v.Int(); ok {
			one = i
		} else if f, ok := v.Float(); ok && f < 1<<53 && f > -1<<53 {
			one = f
		} else {
			return v.Copy()
		}
	}
	return manifest.List(one).Index(0)
}

// version gives an object's apiVersion: that of v1 where an older one has the same schema.
func version(o *manifest.Object, older []string) string {
	id, v := o.ID(), o.Version()
	if slices.Contains(older, v) {
		v = "v1"
	}
	if id.Group == "" {
		return v
	}
	return id.Group + "/" + v
}
