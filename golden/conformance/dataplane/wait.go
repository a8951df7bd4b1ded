package dataplane

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"retryctl.dev/schema/behavior"
)

// samples is how many waits are measured for each retry.
const samples = 200

// together is how many requests whose waits are measured are in flight at most: more of
// them keep each other waiting.
const together = 16

// The tolerances for waits. A wait is measured from the end of a try's answer to
// the arrival of the next try, so the way there and a busy machine make it longer,
// and nothing makes it shorter. How long the way is on this machine now, the first
// tries of the same requests tell, which wait for nothing else.
const (
	waitEarly = 3 * time.Millisecond
	waitLate  = 60 * time.Millisecond
	// stragglers are how many of the samples may be later than that.
	stragglers = samples / 10
)

// Waits measures the waits before each retry of requests to a place: they lie in
// the range that is predicted, and come near to both of its ends.
func (rig Rig) Waits(ctx context.Context, p Place) {
	method, f, e, reason := p.repeatable()
	if rig.Plane.Address(p.Site, p.Home()) == "" {
		reason = noFramed
	}
	var ranges []behavior.Wait
	if reason == "" {
		var known bool
		e.Behavior = after(f, e.Behavior)
		if ranges, known = e.Waits(); !known {
			reason = "the waits are not known"
		} else if d := duration(e.Behavior, 1+e.MaxRetries.Value, 0); d > longest {
			reason = fmt.Sprintf("they can take %s", behavior.Short(d))
		}
	}
	if reason != "" {
		rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "waits", Predicted: "-", Measured: reason, Fine: true})
		return
	}
	m := behavior.ParseMethod(method)
	f.Idle = duration(e.For(m), 1+len(ranges), 0) > idle
	rig.steady(maxRuns, func() (results []Result) {
		waits, way := rig.sample(ctx, p, f, method, len(ranges))
		for k, measured := range waits {
			r := waited(ranges[k], measured, way)
			r.Gateway, r.Case, r.Cause, r.Methods = p.Gateway, p.Case, fmt.Sprintf("wait %d", k+1), m
			results = append(results, r)
		}
		return results
	})
}

// sample gives samples of each of a number of waits, and how long the way to the backend
// took nine of ten requests.
func (rig Rig) sample(ctx context.Context, p Place, f Fault, method string, n int) (waits [][]time.Duration, way time.Duration) {
	waits = make([][]time.Duration, n)
	var ways []time.Duration
	for _, o := range rig.times(ctx, samples, min(together, p.parallel()), p, f, method) {
		tries := rig.settled(o.id)
		if len(tries) > 0 {
			ways = append(ways, tries[0].Arrived.Sub(o.sent))
		}
		for k := 1; k < len(tries) && k <= n; k++ {
			waits[k-1] = append(waits[k-1], tries[k].Arrived.Sub(tries[k-1].Done))
		}
	}
	if len(ways) > 0 {
		slices.Sort(ways)
		way = ways[len(ways)*9/10]
	}
	return waits, way
}

// repeatable finds a method and a fault that the backend sees and that is retried.
func (p Place) repeatable() (method string, f Fault, e behavior.Effect, reason string) {
	for _, method := range p.Methods.Each() {
		m := behavior.ParseMethod(method)
		e, ok := p.Effect(m)
		if !ok || m == behavior.CONNECT || m == behavior.TRACE {
			continue
		}
		for _, f := range faults(p.Effects, p.GRPC) {
			if retries, _ := retried(e.For(m), f, m); retries && f.On == "" && !f.Hangs {
				return method, f, e, ""
			}
		}
	}
	return "", f, e, "nothing that a backend sees is retried"
}

// waited compares samples of one wait with its range, where the way to the backend
// takes so long by itself.
func waited(want behavior.Wait, measured []time.Duration, way time.Duration) Result {
	r := Result{Predicted: want.String(), N: len(measured)}
	if len(measured) < samples*9/10 {
		r.Measured = fmt.Sprintf("only %d of %d requests had it", len(measured), samples)
		r.N = samples
		return r
	}
	slices.Sort(measured)
	first, last := measured[0], measured[len(measured)-1]
	above, _ := slices.BinarySearch(measured, want.Max+waitLate+way)
	span := want.Max - want.Min
	r.Fine = first >= want.Min-waitEarly && len(measured)-above <= stragglers &&
		first <= want.Min+span/8+waitLate/2+way && last >= want.Max-span/8
	// A few that a busy machine made late are not shown as if they were the rule.
	r.Measured = behavior.Wait{Min: first.Round(time.Millisecond), Max: measured[max(above, 1)-1].Round(time.Millisecond)}.String()
	if above < len(measured) {
		r.Measured += fmt.Sprintf(", and %d later, up to %s", len(measured)-above, behavior.Short(last))
	}
	return r
}

// alone has one rig at a time measure waits.
var alone sync.Mutex

// AllWaits measures the waits of places one after the other, so that they do not
// make each other late, and each only once for places with the same waits.
func (rig Rig) AllWaits(ctx context.Context, places []Place) {
	alone.Lock()
	defer alone.Unlock()
	seen := map[string]string{}
	for _, p := range places {
		if _, ok := p.foreign(); ok {
			continue
		}
		if _, f, e, reason := p.repeatable(); reason == "" {
			waits, _ := after(f, e.Behavior).Waits()
			what := fmt.Sprint(p.Gateway, waits)
			if at, ok := seen[what]; ok {
				rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "waits", Predicted: "-", Measured: "they are those of " + at, Fine: true})
				continue
			}
			seen[what] = p.Case
		}
		rig.Waits(ctx, p)
	}
}
