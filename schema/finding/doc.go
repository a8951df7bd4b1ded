// Package finding holds what retryctl has to say about an input: a Finding with
// a stable code, the catalogue that explains each code, and the writers that
// print findings for people and for machines.
//
// A finding is about the user's documents and what a gateway makes of them.
// Trouble of the machine (a file that cannot be read) is a Go error instead.
//
// Findings:
//
//	finding.go           Finding and List
//	hint.go              what to do about one
//	catalogue.go         the codes
//
// The pages of the codes:
//
//	pages.go             the catalogue
//	pages_input.go       RT1, the input
//	pages_loss.go        RT2, differences
//	pages_context.go     RT3, targets
//	pages_existing.go    configuration that exists
//
// The forms:
//
//	write.go             what all have in common
//	text.go              text
//	json.go              json
//	github.go            github
//	sarif.go             sarif
//	sarif_invocation.go  whether a run could be done
//	junit.go             junit
package finding
