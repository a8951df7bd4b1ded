// Package translators holds the list of gateways, which is handed to all that needs it,
// and Run, the one place
// that translates: it has a gateway translate, has it read the result back, and
// makes a finding of every difference.
//
// What a run is made of:
//
//	translators.go   the list of gateways, and targets
//	sources.go       gateways that are read, those among them that nothing is translated for
//	run.go           Run: translate, read back, compare, once more without what failed
//	review.go        findings of differences
//	reason.go        why a difference is there
//	shown.go         which gateway an input is for
//
// What is found besides the differences of a rule with a policy:
//
//	sight.go         which rules a plan is judged by
//	uncovered.go     requests of a rule that no effect is about
//	bystanders.go    rules without a policy that get something else
//	failed_rules.go  rules whose own policy has an error
//	shared_rules.go  rules that several policies are for
//	order.go         requests that a gateway gives to another rule than the Gateway API
//	programs.go      parts of an input that are not read
//	faults.go        what versions of the gateway do to rules and others do not
//	refused.go       objects that the API server would refuse
package translators
