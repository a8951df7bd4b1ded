package gateway

import (
	"fmt"

	"retryctl.dev/schema/behavior"
)

// Answered makes an effect that of requests which the gateway answers itself with a
// status, and says why: no try is made, so that there is nothing to retry or bound.
func Answered(e *behavior.Effect, status int, why string) {
	e.Answer = status
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(0), why
	e.Because(why, behavior.Everything()...)
	e.Notes = append(e.Notes, fmt.Sprintf("%s: every request is answered %d, without a try", why, status))
}
