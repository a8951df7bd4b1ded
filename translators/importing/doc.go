// Package importing writes the RetryPolicies under which the rules of configuration that
// exists keep what they do: as few as there are, on targets as high as all rules below
// agree. What a policy cannot say is a finding.
//
//	importing.go  rules in, policies and findings out
//	moved.go      the same for another gateway, on the routes that serve the same requests
//	wish.go       what a rule does, as the fields of a policy
//	retryon.go    what is retried, for which methods
//	group.go      which rules share a policy, and its targets
//	write.go      the YAML, with where each value comes from
package importing
