package dataplane

import (
	"context"
	"fmt"
	"sync"
	"time"

	"retryctl.dev/schema/behavior"
)

// mostAtOnce is the largest limit that is filled up.
const mostAtOnce = 256

// How long requests are held at the backend while limits are measured, and the
// time between two of them, which lets each get its connection.
const (
	hold = 4 * time.Second
	pace = 5 * time.Millisecond
)

// Limits measures what a place lets through at once: retries under a budget or a
// limit of their own, and requests under those of connections and of waiting. The
// limits are those of one Envoy process.
func (rig Rig) Limits(ctx context.Context, p Place) {
	rig.steady(1, func() []Result {
		one := rig
		one.Results = &Results{}
		one.limits(ctx, p)
		return one.Results.list
	})
}

func (rig Rig) limits(ctx context.Context, p Place) {
	e := p.Effects[0]
	method := p.Methods.Each()[0]
	if m, _, tried, reason := p.repeatable(); reason == "" {
		method, e = m, tried
	}
	// A try that ends is no longer held; where that is retried, what follows is counted too.
	c := behavior.AttemptTimeout
	_, _, _, unseen := p.repeatable() // then connections that are never made hold them
	if end := e.AttemptTimeout; end.State == behavior.Set && end.Value < 3*hold && (unseen != "" || e.Causes[c]|e.Unclear[c] != 0) {
		rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: "limits", Predicted: "-", Measured: fmt.Sprintf("a try ends after %s, before enough of them are held", behavior.Short(end.Value)), Fine: true})
		return
	}
	add := func(what, predicted, measured string, n int, fine bool) {
		rig.Results.Add(Result{Gateway: p.Gateway, Case: p.Case, Cause: what, Methods: behavior.ParseMethod(method), Predicted: predicted, Measured: measured, N: n, Fine: fine})
	}
	if e.Budget.State == behavior.Set && e.Budget.Value.Interval == 0 {
		b := e.Budget.Value
		_, _, _, reason := p.repeatable()
		for _, held := range []int{0, beside} {
			if held > 0 && reason != "" {
				add(fmt.Sprintf("retries at once beside %d requests", held), "-", "only connections that fail are retried, and other requests need ones that do not", 0, true)
				continue
			}
			want := budgeted(b, held)
			least := want
			if e.Backoff.State == behavior.Set {
				// A retry that waits is counted as one, and its request as none.
				least = max(int(b.Percent/100*float64(held+1)), b.MinConcurrent)
			}
			got, n := rig.retriesBeside(ctx, p, method, held, want+15)
			add(fmt.Sprintf("retries at once beside %d requests", held), Prediction{least, want}.String(), fmt.Sprint(got), n, got >= least && got <= want)
		}
	}
	if n := e.Breaker.MaxParallelRetries; n.State == behavior.Set && !e.Breaker.RetriesOverridden && n.Value <= mostAtOnce && e.For(behavior.ParseMethod(method)).MaxRetries != behavior.Is(0) {
		got, sent := rig.retriesBeside(ctx, p, method, 0, 3*int(n.Value)+5)
		add("retries at once", fmt.Sprint(n.Value), fmt.Sprint(got), sent, got == int(n.Value))
	}
	conns, waiting := e.Breaker.MaxConnections, e.Breaker.MaxPendingRequests
	if conns.State == behavior.Set && waiting.State == behavior.Set && conns.Value+waiting.Value <= mostAtOnce {
		want := int(min(conns.Value+waiting.Value, e.Breaker.MaxParallelRequests.Value))
		served, first, sent := rig.crowd(ctx, p, method, want+40)
		add("requests at once", fmt.Sprintf("%d, %d of them waiting", want, want-int(conns.Value)), fmt.Sprintf("%d, %d of them waiting", served, served-first), sent, served == want && first == int(conns.Value))
	}
}

// limited reports whether a place has a limit of its own that can be filled up.
func (p Place) limited() bool {
	for _, e := range p.Effects {
		small := func(s behavior.Setting[int64]) bool { return s.State == behavior.Set && s.Value <= mostAtOnce }
		b := e.Breaker
		if e.Budget.State == behavior.Set || small(b.MaxParallelRetries) || small(b.MaxConnections) {
			return true
		}
	}
	return false
}

// beside is the number of requests beside which a budget is measured: one more or
// less of them makes no difference to 20 percent.
const beside = 102

// budgeted gives how many retries run at once beside requests that run: each is
// let through while there are fewer than the percentage of all that is active, the
// request that is to be retried counted as well, or than the floor.
func budgeted(b behavior.Budget, held int) int {
	for n := 0; ; n++ {
		if n >= max(int(b.Percent/100*float64(held+n+1)), b.MinConcurrent) {
			return n
		}
	}
}

// retriesBeside holds requests at the backend, then has others fail once and be
// held in their second try; it counts those.
func (rig Rig) retriesBeside(ctx context.Context, p Place, method string, held, n int) (retried, sent int) {
	ctx, cancel := context.WithTimeout(ctx, 3*hold)
	defer cancel()
	var all sync.WaitGroup
	keep := Fault{Script: fmt.Sprintf("hang:%d:200", hold.Milliseconds()), Hangs: true}
	for range held {
		all.Go(func() { rig.ask(ctx, p, keep, method, nil) })
		time.Sleep(pace)
	}
	_, f, _, reason := p.repeatable()
	f.Script, f.Hangs = fmt.Sprintf("%s,hang:%d:200", f.Script, (hold/2).Milliseconds()), true
	if reason != "" {
		f = Fault{On: Silent} // where a retry is held by a connection that is never made
	}
	var mu sync.Mutex
	for range n {
		all.Go(func() {
			if o := rig.ask(ctx, p, f, method, nil); o.tries > 1 {
				mu.Lock()
				defer mu.Unlock()
				retried++
			}
		})
		if reason == "" {
			time.Sleep(pace)
		}
	}
	all.Wait()
	return retried, held + n
}

// crowd sends requests that are held; it counts those that are served at all, and
// those that reach the backend while none is done.
func (rig Rig) crowd(ctx context.Context, p Place, method string, n int) (served, first, sent int) {
	f := Fault{Script: fmt.Sprintf("hang:%d:200", hold.Milliseconds()), Hangs: true}
	var all sync.WaitGroup
	var mu sync.Mutex
	began := time.Now()
	for range n {
		all.Go(func() {
			o := rig.ask(ctx, p, f, method, nil)
			mu.Lock()
			defer mu.Unlock()
			if o.answer.Status == 200 {
				served++
			}
			if tries := rig.Backend.Tries(o.id); len(tries) > 0 && tries[0].Arrived.Sub(began) < hold {
				first++
			}
		})
		time.Sleep(pace)
	}
	all.Wait()
	return served, first, n
}
