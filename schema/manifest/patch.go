package manifest

import "strings"

// Patch gives the JSON patch (RFC 6902) that makes one object of another, as a
// list of operations. A list that differs is replaced as a whole: where the
// lists of a route are concerned, that is how every patch treats them.
func Patch(from, to *Object) Value {
	ops := List()
	diff(ops, "", from.Root(), to.Root())
	return ops
}

// Pointer gives a key as it stands in the path of an operation (RFC 6901).
func Pointer(key string) string { return pointer.Replace(key) }

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func diff(ops Value, path string, from, to Value) {
	for key, old := range from.Fields() {
		at := path + "/" + Pointer(key.Text())
		now := to.At(key.Text())
		switch {
		case !now.Written():
			ops.Append(Map("op", "remove", "path", at))
		case old.IsMap() && now.IsMap():
			diff(ops, at, old, now)
		case !equalNode(old.node, now.node):
			ops.Append(Map("op", "replace", "path", at, "value", now))
		}
	}
	for key, now := range to.Fields() {
		if !from.At(key.Text()).Written() {
			ops.Append(Map("op", "add", "path", path+"/"+Pointer(key.Text()), "value", now))
		}
	}
}
