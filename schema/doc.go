// Package schema is the policy that people write: the types of RetryPolicy and
// of Config, a strict decoder that knows the position of every mistake, the
// validation of every field, and the JSON Schema made from the types.
//
// The documents:
//
//	types.go          RetryPolicy
//	config.go         Config
//	option.go         what documents can say of a gateway
//	words.go          durations and ranges of statuses as people write them
//	duration.go       durations of GEP-2257
//	targets.go        the kinds that a policy can target
//
// Decoding:
//
//	decode.go         the walk over tree and types
//	decode_scalar.go  single values
//	decode_option.go  options of gateways
//	fields.go         the fields of a type
//	source.go         positions of fields
//	suggest.go        which field was meant
//	elsewhere.go      what other tools call the fields
//
// Validation:
//
//	validate.go       a policy
//	validate_*.go     its parts, and a Config
//	check.go          what all checks have in common
//	bounds.go         what values are held to
//
// Descriptions:
//
//	jsonschema.go     the JSON Schema
//	crd.go            the CustomResourceDefinition
//	comments.go       what a field means, from the comments of the types
package schema
