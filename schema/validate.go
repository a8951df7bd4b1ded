package schema

import "retryctl.dev/schema/finding"

// Validate checks every field of a policy that Decode gave without findings:
// ranges, words and names, and wishes that contradict each other. Wishes that
// can have no effect are warnings. All are the gateways whose losses it may accept.
func Validate(p *RetryPolicy, all Gateways) finding.List {
	v := validator{newChecker(Kind, p.Metadata, p.Source), p, all}
	v.metadata(p.Metadata)
	v.targets()
	v.retries()
	v.retryOn()
	v.times()
	v.budget()
	v.breaker()
	v.bodies()
	v.key()
	v.accept()
	return v.findings
}

type validator struct {
	checker
	policy   *RetryPolicy
	gateways Gateways
}

func (v *validator) retries() {
	s := v.policy.Spec
	if s.MaxRetries == nil {
		v.bad("spec.maxRetries", boundOf("spec.maxRetries").hint, "maxRetries is missing")
		return
	}
	v.number("spec.maxRetries", int64(*s.MaxRetries))
	nothing := s.RetryOn == nil || len(s.RetryOn.StatusCodes)+len(s.RetryOn.Conditions)+len(s.RetryOn.GRPCStatuses) == 0
	switch {
	case *s.MaxRetries > 0 && nothing:
		v.contradiction("spec.maxRetries", "say in retryOn what to retry, or write maxRetries: 0",
			"%d retries, and nothing to retry on", *s.MaxRetries)
	case *s.MaxRetries == 0 && !nothing:
		v.inert("spec.retryOn", "leave it out, or raise maxRetries", "maxRetries is 0, so nothing is retried")
	}
	if *s.MaxRetries == 0 && s.Backoff != nil {
		v.inert("spec.backoff", "leave it out, or raise maxRetries", "maxRetries is 0, so there is no wait")
	}
	if *s.MaxRetries == 0 && s.Budget != nil {
		v.inert("spec.budget", "leave it out, or raise maxRetries", "maxRetries is 0, so there is nothing to bound")
	}
}

// bodies checks the size of bodies, which is of use only where something is tried again.
func (v *validator) bodies() {
	s := v.policy.Spec
	if s.MaxRequestBodyBytes == nil {
		return
	}
	v.number("spec.maxRequestBodyBytes", *s.MaxRequestBodyBytes)
	if s.MaxRetries != nil && *s.MaxRetries == 0 {
		v.inert("spec.maxRequestBodyBytes", "leave it out, or raise maxRetries", "maxRetries is 0, so no body is sent again")
	}
}
