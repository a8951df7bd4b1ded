// Package schema is the policy that people write: the types of RetryPolicy and
// of Config, a strict decoder that knows the position of every mistake, the
// validation of every field, and the JSON Schema made from the types.
package schema
