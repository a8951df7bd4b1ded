package stanza

import (
	"fmt"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// Write puts a wish into a rule of an HTTPRoute: the timeouts, and the stanza, or
// none where a stanza would make the implementation retry what it must not. The
// version is the Gateway API's. It fails where the CRD would refuse the rule.
func Write(rule manifest.Value, want behavior.Behavior, row Implementation, version gateway.Version) error {
	if want.TotalTimeout.State == behavior.Set {
		rule.Make("timeouts").Put("request", gateway.Duration(want.TotalTimeout.Value))
		try, err := schema.ParseDuration(rule.At("timeouts", "backendRequest").Text())
		if err == nil && time.Duration(try) > want.TotalTimeout.Value && want.TotalTimeout.Value > 0 {
			rule.At("timeouts").Remove("backendRequest") // it bounds no try any more, and the CRD refuses it
		}
	}
	if want.AttemptTimeout.State == behavior.Set {
		request, err := schema.ParseDuration(rule.At("timeouts", "request").Text())
		if err == nil && request > 0 && want.AttemptTimeout.Value > time.Duration(request) {
			return fmt.Errorf("timeouts.request is %s, and the CRD refuses a try's timeout that is longer", request)
		}
		rule.Make("timeouts").Put("backendRequest", gateway.Duration(want.AttemptTimeout.Value))
	}
	codes := []int{}
	for _, c := range want.Causes.List(behavior.AllMethods) {
		if status, ok := c.Status(); ok && row.code(status) != no {
			codes = append(codes, status)
		}
	}
	if want.MaxRetries.Value == 0 || implies(want, row, len(codes)) {
		if version.AtLeast(1, 7) && (row.bare != 0 || row.others) {
			rule.Put("retry", manifest.Map("attempts", 0))
		} else {
			rule.Remove("retry")
		}
		return nil
	}
	retry := manifest.Map("attempts", want.MaxRetries.Value)
	if len(codes) > 0 {
		retry.Put("codes", codes)
	}
	if want.Backoff.State == behavior.Set {
		retry.Put("backoff", gateway.Duration(want.Backoff.Value.Base))
	}
	rule.Put("retry", retry)
	return nil
}

// implies reports whether a stanza for only what is safe would retry more: some
// implementations add causes after which the backend may have processed the
// request, or codes where none are listed. Without a stanza they do not retry.
func implies(want behavior.Behavior, row Implementation, codes int) bool {
	if row.bare != 0 || codes > 0 {
		return false
	}
	for c, methods := range want.Causes {
		if methods != 0 && !behavior.Cause(c).Safe() {
			return false
		}
	}
	return true
}
