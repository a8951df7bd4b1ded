package schema

import (
	"fmt"
	"slices"
	"strings"
)

func (v *validator) retryOn() {
	on := v.policy.Spec.RetryOn
	if on == nil {
		return
	}
	v.codes(on.StatusCodes)
	list(&v.checker, "spec.retryOn.conditions", on.Conditions)
	for i, condition := range on.Conditions {
		v.word(fmt.Sprintf("spec.retryOn.conditions[%d]", i), string(condition), otherConditions)
	}
	if slices.Contains(on.Conditions, AttemptTimeout) && v.policy.Spec.AttemptTimeout == nil {
		v.contradiction("spec.retryOn.conditions", "set attemptTimeout", "AttemptTimeout is to be retried, and there is no attemptTimeout")
	}
	list(&v.checker, "spec.retryOn.grpcStatuses", on.GRPCStatuses)
	for i, status := range on.GRPCStatuses {
		v.word(fmt.Sprintf("spec.retryOn.grpcStatuses[%d]", i), string(status), otherStatuses)
	}
	v.methods(on)
}

func (v *validator) codes(codes []CodeRange) {
	list(&v.checker, "spec.retryOn.statusCodes", codes)
	for i, c := range codes {
		field := fmt.Sprintf("spec.retryOn.statusCodes[%d]", i)
		if v.number(field, int64(c.First)) && v.number(field, int64(c.Last)) && c.First > c.Last {
			v.bad(field, fmt.Sprintf("write %d-%d", c.Last, c.First), "the range %s goes down", c)
		}
	}
}

func (v *validator) methods(on *RetryOn) {
	if on.Methods != nil {
		list(&v.checker, "spec.retryOn.methods", on.Methods)
	}
	for i, method := range on.Methods {
		field := fmt.Sprintf("spec.retryOn.methods[%d]", i)
		if method == "*" && len(on.Methods) > 1 {
			v.contradiction(field, `write ["*"], or leave the star out`, "* is every method, so the others are too many")
		}
		v.word(field, method, map[string]string{strings.ToLower(method): strings.ToUpper(method)})
	}
	unsafe := len(on.StatusCodes)+len(on.GRPCStatuses) > 0 || slices.ContainsFunc(on.Conditions, func(c Condition) bool { return !c.Safe() })
	if len(on.Methods) > 0 && len(on.Conditions) > 0 && !unsafe {
		v.inert("spec.retryOn.methods", "leave it out",
			"these conditions are safe, so they are retried for every method, whatever methods says")
	}
	if len(on.GRPCStatuses) > 0 && !slices.Contains(on.MethodNames(), "POST") {
		v.inert("spec.retryOn.grpcStatuses", `add POST to methods if the calls may run twice`,
			"gRPC requests are POSTs, and POST is not among the methods that are retried")
	}
}
