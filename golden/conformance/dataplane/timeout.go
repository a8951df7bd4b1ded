package dataplane

import (
	"slices"
	"time"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/schema/behavior"
)

// The tolerances for what a timeout is measured to be. The backend sees a try late
// and its end late if the machine is busy, so a run that is off is repeated.
const (
	tooEarly = 150 * time.Millisecond
	tooLate  = 500 * time.Millisecond
	maxRuns  = 3
)

// A span is a time that was measured, and what it should be.
type span struct {
	what              string
	want              time.Duration
	shortest, longest time.Duration
}

func (s span) fine() bool { return s.shortest >= s.want-tooEarly && s.longest <= s.want+tooLate }

// spans gives how long hanging tries lasted, and the request with them.
func (rig Rig) spans(e behavior.Effect, o outcome) (list []span) {
	total, attempt := e.TotalTimeout, e.AttemptTimeout
	tries := rig.settled(o.id)
	if attempt.State == behavior.Set && len(tries) > 0 {
		// The last one may be cut by the timeout of the whole request.
		cut := total.State == behavior.Set && o.answer.Took > total.Value-late
		if cut {
			tries = tries[:len(tries)-1]
		}
		if len(tries) > 0 {
			lasted := durations(tries)
			list = append(list, span{"timeout of a try", attempt.Value, slices.Min(lasted), slices.Max(lasted)})
		}
		if !cut {
			return list
		}
	}
	if total.State == behavior.Set {
		list = append(list, span{"timeout of the whole request", total.Value, o.answer.Took, o.answer.Took})
	}
	return list
}

func durations(tries []backend.Try) (all []time.Duration) {
	for _, t := range tries {
		all = append(all, t.Done.Sub(t.Arrived))
	}
	return all
}

// timely reports whether every time is as it should be, or is that far off that a
// busy machine is not the reason.
func (rig Rig) timely(e behavior.Effect, outcomes []outcome) bool {
	for _, o := range outcomes {
		for _, s := range rig.spans(e, o) {
			if !s.fine() && s.longest < s.want+patience/10 {
				return false
			}
		}
	}
	return true
}

// timeouts adds the times as results.
func (rig Rig) timeouts(p Place, e behavior.Effect, m behavior.Methods, outcomes []outcome) {
	for _, o := range outcomes {
		for _, s := range rig.spans(e, o) {
			rig.Results.Add(Result{
				Gateway: p.Gateway, Case: p.Case, Cause: s.what, Methods: m, Predicted: behavior.Short(s.want), N: 1, Fine: s.fine(),
				Low: s.shortest, High: s.longest,
			})
		}
	}
}
