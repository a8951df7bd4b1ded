package dataplane

import (
	"slices"
	"sync"
	"time"
)

// A Pulse notices when the machine is so busy that what was measured meanwhile says
// more of the machine than of a gateway. A nil one notices nothing.
type Pulse struct {
	mu   sync.Mutex
	last time.Time // when the machine was last late
}

// beat is how often a Pulse looks, and slack how late it may be.
const (
	beat  = 5 * time.Millisecond
	slack = 15 * time.Millisecond
)

// StartPulse gives one that looks for as long as the program runs.
func StartPulse() *Pulse {
	p := &Pulse{}
	go func() {
		for {
			began := time.Now()
			time.Sleep(beat)
			if now := time.Now(); now.Sub(began) > beat+slack {
				p.mu.Lock()
				p.last = now
				p.mu.Unlock()
			}
		}
	}()
	return p
}

// Late reports whether the machine has been late since a time.
func (p *Pulse) Late(since time.Time) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last.After(since)
}

// mostRuns is how often something is measured at most.
const mostRuns = 10

// steady measures until what comes of it is as predicted, and keeps the last. What is
// not is measured at least a number of times, and again as long as the machine was late:
// a prediction that is wrong stays wrong.
func (rig Rig) steady(least int, measure func() []Result) {
	var list []Result
	for n := 1; n <= mostRuns; n++ {
		began := time.Now()
		list = measure()
		wrong := slices.ContainsFunc(list, func(r Result) bool { return !r.Fine })
		if !wrong || n >= least && !rig.Pulse.Late(began) {
			break
		}
	}
	for _, r := range list {
		rig.Results.Add(r)
	}
}
