package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
)

// reserved are request headers that mean something to HTTP itself or to
// authentication, so that a key in them would break requests.
var reserved = []string{
	"host", "content-length", "content-type", "connection", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
	"cookie", "authorization", "expect", "range", "accept", "accept-encoding", "date", "via", "forwarded",
}

func (v *validator) key() {
	k := v.policy.Spec.IdempotencyKey
	if k == nil {
		return
	}
	const field = "spec.idempotencyKey.header"
	name := strings.ToLower(k.Header)
	if v.form(field, k.Header) && (strings.HasPrefix(name, "proxy-") || slices.Contains(reserved, name)) {
		v.bad(field, "a header of its own, such as Idempotency-Key", "%s has another meaning in HTTP", k.Header)
	}
}

// accept checks the accepted losses. Two that differ in their reasons alone are
// the same one.
func (v *validator) accept() {
	var losses []string
	for _, a := range v.policy.Spec.Accept {
		losses = append(losses, strings.TrimSpace(a.Gateway+" "+a.Finding+" "+a.Field))
	}
	list(&v.checker, "spec.accept", losses)
	for i, a := range v.policy.Spec.Accept {
		field := fmt.Sprintf("spec.accept[%d]", i)
		v.oneOf(field+".gateway", a.Gateway, v.gateways.Names(), nil)
		if _, known := finding.Find(finding.Code(a.Finding)); v.form(field+".finding", a.Finding) && !known {
			v.bad(field+".finding", "`retryctl explain` knows the codes", "there is no finding %s", a.Finding)
		}
		if a.Field != "" && v.form(field+".field", a.Field) {
			v.acceptedField(field+".field", a.Field)
		}
		v.form(field+".reason", a.Reason)
	}
}

// acceptedField reports a field that no policy has, so that no loss can be in it.
func (v *validator) acceptedField(field, accepted string) {
	policy := reflect.TypeFor[RetryPolicy]()
	if hasField(policy, accepted) {
		return
	}
	hint := ""
	if best := Nearest(accepted, fieldPaths(policy)); best != "" {
		hint = "did you mean " + best + "?"
	}
	v.bad(field, hint, "there is no field %s", accepted)
}
