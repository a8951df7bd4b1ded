package dataplane

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"retryctl.dev/schema/behavior"
)

// Tries counts the tries of requests to a place, with each method and fault.
func (rig Rig) Tries(ctx context.Context, p Place) {
	if rig.Plane.Address(p.Site, p.Home()) == "" {
		rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "every", Predicted: "-", Measured: noFramed, Fine: true})
		return
	}
	if group, ok := p.foreign(); ok {
		rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "every", Predicted: "-", Measured: "the rule has a filter of " + group + ", of which this gateway makes an error", Fine: true})
		return
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, p.parallel())
	waiting := make(chan struct{}, max(1, p.connections()/2))
	for _, method := range p.Methods.Each() {
		all.Go(func() {
			slots <- struct{}{}
			reached := rig.reach(ctx, p, method)
			<-slots
			if !reached {
				return
			}
			for _, f := range faults(p.Effects, p.GRPC) {
				if f.Script == "partial" && method == "HEAD" {
					continue // which has no body
				}
				room := slots
				if p.waits(f, method) {
					room = waiting
				}
				all.Go(func() {
					room <- struct{}{}
					defer func() { <-room }()
					rig.fault(ctx, p, f, method)
				})
			}
		})
	}
	all.Wait()
}

const noFramed = "the gateway is set up to speak HTTP/1.1 to backends only"

// idle is how long the waits of a request are for it to be mostly waiting.
const idle = 300 * time.Millisecond

func repeats(f Fault) int {
	switch {
	case f.On == Resetting:
		return 3 // it is a matter of timing
	}
	return 1
}

// reach finds out whether requests with a method reach the backend at all.
func (rig Rig) reach(ctx context.Context, p Place, method string) bool {
	var o outcome
	for range maxRuns { // a busy machine may let a short timeout pass
		if o = rig.ask(ctx, p, Fault{Script: "200"}, method, nil); o.tries > 0 {
			return true
		}
		if o.answer.Status != http.StatusGatewayTimeout {
			break
		}
	}
	measured := fmt.Sprintf("the gateway answers %d by itself", o.answer.Status)
	if o.answer.Status == 0 {
		measured = fmt.Sprintf("the gateway gives no answer (%v)", o.answer.Err)
	}
	m := behavior.ParseMethod(method)
	// Methods that no gateway forwards as requests may stay behind; others must not.
	fine := m&(behavior.CONNECT|behavior.TRACE) != 0
	rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "every", Methods: m, Predicted: "a try", Measured: measured, N: 1, Fine: fine})
	return false
}

// fault runs one fault with one method.
func (rig Rig) fault(ctx context.Context, p Place, f Fault, method string) {
	m := behavior.ParseMethod(method)
	result := Result{Gateway: p.Gateway, Case: p.Case, Cause: f.Name, Methods: m, Fine: true, Predicted: "-"}
	e, ok := p.Effect(m)
	if !ok {
		result.Measured = "the rule's backends differ, and a request goes to any of them"
		rig.Results.Add(result)
		return
	}
	want, reason := Predict(e, f, m)
	if reason == "" && rig.Plane.Address(p.Site, p.kind(f)) == "" {
		reason = noFramed
	}
	if reason != "" {
		result.Measured = reason
		rig.Results.Add(result)
		return
	}
	f.Idle = duration(after(f, e.For(m)), want.Max, 0) > idle
	var outcomes []outcome
	rig.steady(1, func() []Result {
		outcomes = nil
		for range repeats(f) {
			outcomes = append(outcomes, rig.ask(ctx, p, f, method, nil))
		}
		for n := 1; n < maxRuns && f.Hangs && !rig.timely(e, outcomes); n++ {
			outcomes = []outcome{rig.ask(ctx, p, f, method, nil)}
		}
		return []Result{result.of(want, outcomes)}
	})
	if f.Hangs {
		rig.timeouts(p, e, m, outcomes)
	}
}

// of is the result of having counted the tries of requests.
func (result Result) of(want Prediction, outcomes []outcome) Result {
	got := Prediction{outcomes[0].tries, outcomes[0].tries}
	for _, o := range outcomes {
		got.Min, got.Max = min(got.Min, o.tries), max(got.Max, o.tries)
	}
	result.Predicted, result.Measured, result.N = tries(want), tries(got), len(outcomes)
	result.Fine = got.Min >= want.Min && got.Max <= want.Max
	if result.Fine && want.Min < want.Max {
		result.Measured = "within that" // else no two rows would be alike
	}
	return result
}

func tries(p Prediction) string {
	if p == (Prediction{1, 1}) {
		return "1 try"
	}
	return p.String() + " tries"
}
