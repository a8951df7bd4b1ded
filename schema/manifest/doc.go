// Package manifest holds Kubernetes objects as YAML trees: it reads streams of
// them with the position of every value, lets callers look into a tree and
// change a copy of it, and writes them back in a fixed order.
//
// An object stays a tree, and is never decoded into a Go type and encoded
// again, because retryctl edits objects that it does not own: fields it has
// never heard of, comments and the order of keys must survive an edit.
package manifest
