package importing

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/behavior"
)

// retryOn gives what is retried for the requests of a rule, which have some methods, or
// says why a policy cannot say it: it has one set of methods for all that the backend may
// have processed, and every method for the rest.
func retryOn(c behavior.Causes, all behavior.Methods) (below []field, why string) {
	var conditions, codes, statuses []behavior.Cause
	var unsafe behavior.Methods
	var first behavior.Cause
	for _, cause := range c.List(all) {
		switch methods := c[cause] & all; {
		case cause.Safe() && methods != all:
			return nil, fmt.Sprintf("%s is retried for %s alone, and a policy's is for every method", cause, strings.Join(methods.Names(), ", "))
		case cause.Safe():
		case unsafe == 0:
			unsafe, first = methods, cause
		case methods != unsafe:
			return nil, fmt.Sprintf("%s is retried for %s, and %s for %s: a policy has one set of methods", first, strings.Join(unsafe.Names(), ", "), cause, strings.Join(methods.Names(), ", "))
		}
		switch _, code := cause.Status(); {
		case code:
			codes = append(codes, cause)
		case cause.IsGRPC():
			statuses = append(statuses, cause)
		default:
			conditions = append(conditions, cause)
		}
	}
	for _, one := range []struct {
		name string
		list []behavior.Cause
	}{{"conditions", conditions}, {"statusCodes", codes}, {"grpcStatuses", statuses}} {
		if len(one.list) > 0 {
			below = append(below, field{name: one.name, value: "[" + words(one.list) + "]"})
		}
	}
	switch {
	case unsafe == 0, unsafe == all&behavior.IdempotentMethods:
	case unsafe == behavior.AllMethods:
		below = append(below, field{name: "methods", value: `["*"]`})
	default:
		below = append(below, field{name: "methods", value: "[" + strings.Join(unsafe.Names(), ", ") + "]"})
	}
	return below, ""
}

// words writes causes as a policy has them: ranges of codes in quotes.
func words(list []behavior.Cause) string {
	parts := strings.Split(behavior.CauseList(list), ", ")
	for n, part := range parts {
		if strings.Contains(part, "-") {
			parts[n] = `"` + part + `"`
		}
	}
	return strings.Join(parts, ", ")
}
