// Package manifest holds Kubernetes objects as YAML trees: it reads streams of
// them with the position of every value, lets callers look into a tree and
// change a copy of it, and writes them back in a fixed order.
//
// An object stays a tree, and is never decoded into a Go type and encoded
// again, because retryctl edits objects that it does not own: fields it has
// never heard of, comments and the order of keys must survive an edit.
//
// Objects:
//
//	object.go       objects and their IDs
//	set.go          the objects of an input
//	value.go        looking into a tree
//	build.go        making and changing one
//	node.go         what a tree is made of
//	patch.go        the JSON patch between two
//
// Reading:
//
//	read.go         streams, within limits
//	split.go        where documents begin
//	document.go     documents that keep their text
//	expand.go       aliases and merge keys
//	yaml.go         trees of yaml.v3
//	syntax.go       what cannot be read
//
// Writing:
//
//	write.go        streams
//	emit.go         plain trees
//	emit_scalar.go  their texts and numbers
package manifest
