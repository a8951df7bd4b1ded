package dataplane

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"retryctl.dev/golden/conformance/backend"
	"retryctl.dev/schema/behavior"
)

// A Rig is a data plane with its backend, and where the results go.
type Rig struct {
	Plane   DataPlane
	Backend *backend.Backend
	Results *Results
	Pulse   *Pulse
	// NoKeys says why idempotency keys are not measured here; empty where they are.
	NoKeys string
}

// requests numbers the requests of this program.
var requests atomic.Int64

// busy bounds the requests in flight of all rigs that keep the machine busy: those
// that hang do not.
var busy = make(chan struct{}, 48)

// An outcome is a request with what became of it.
type outcome struct {
	id     string
	sent   time.Time
	answer Answer
	tries  int
}

// ask sends a request with a fault.
func (rig Rig) ask(ctx context.Context, p Place, f Fault, method string, header map[string]string) outcome {
	if !f.Hangs && !f.Idle && f.On != Silent {
		busy <- struct{}{}
		defer func() { <-busy }()
	}
	r := p.Request
	r.ID, r.Script, r.Method = fmt.Sprintf("r%d", requests.Add(1)), f.Script, method
	r.Header = map[string]string{SiteHeader: p.Site + "." + string(p.kind(f))}
	for _, more := range []map[string]string{p.Request.Header, header} {
		for name, value := range more {
			r.Header[name] = value
		}
	}
	r.Path += "?id=" + r.ID
	if m := behavior.ParseMethod(method); m&(behavior.POST|behavior.PUT|behavior.PATCH) != 0 && r.Body == 0 {
		r.Body = 5
	}
	kind := p.kind(f)
	o := outcome{id: r.ID, sent: time.Now()}
	o.answer = Send(ctx, rig.Plane.Address(p.Site, kind), r)
	o.tries = triesOf(rig.Backend, rig.Plane, r.ID, kind)
	return o
}

func (p Place) kind(f Fault) Upstream {
	if f.On != "" {
		return f.On
	}
	return p.Home()
}

// times sends a number of requests, so many at once.
func (rig Rig) times(ctx context.Context, n, parallel int, p Place, f Fault, method string) []outcome {
	outcomes := make([]outcome, n)
	slots := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for i := range outcomes {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			outcomes[i] = rig.ask(ctx, p, f, method, nil)
		})
	}
	all.Wait()
	return outcomes
}

// settled gives the tries of a request once the backend is done with each.
func (rig Rig) settled(id string) []backend.Try {
	for end := time.Now().Add(3 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		tries := rig.Backend.Tries(id)
		done := true
		for _, t := range tries {
			done = done && !t.Done.IsZero()
		}
		if done || time.Now().After(end) {
			return tries
		}
	}
}
