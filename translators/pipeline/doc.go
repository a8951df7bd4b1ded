// Package pipeline is what retryctl does with an input, from texts to what each gateway
// makes of the policies in them, for every caller: the command line, functions, tests, a
// page in a browser. It knows no files, flags or streams.
//
//	Read        texts in, objects out
//	Decode      objects in, policies, settings and manifests out
//	Assign      which gateways the policies are for
//	Plan        which rules of the manifests each policy holds for
//	Translate   what each gateway makes of its plan, and every finding
//
// Run does all of these. Check stops before the translation, and a Filter puts what was
// translated into what was given.
//
//	source.go    Read, Run, and how much is read at once
//	input.go     Decode
//	fields.go    fields that objects of gateways do not have
//	targets.go   Assign
//	run.go       Plan, Translate, and what comes of them
//	check.go     Check
//	earlier.go   what earlier runs wrote into the input
//	together.go  one stream for several targets
//	filter.go    Filter
//	hooks.go     what Helm calls a hook
//	text.go      findings about text
package pipeline
