package dataplane

import (
	"slices"
	"strings"
	"sync"
	"time"

	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/behavior"
)

// A Result is one thing that was predicted, and what was measured.
type Result struct {
	Gateway string // "Envoy Gateway 1.9.1 on Envoy 1.39.3"
	Case    string // the golden case
	Cause   string // a fault, a wait, a timeout, a limit
	Methods behavior.Methods
	// Predicted and Measured are for people: "4 tries".
	Predicted, Measured string
	// N is the number of requests; 0 where nothing was run, and then Measured says
	// why.
	N    int
	Fine bool
	// Low and High are a measured range of time, in place of Measured.
	Low, High time.Duration
}

// Results gather what is measured at the same time in several places.
type Results struct {
	mu     sync.Mutex
	list   []Result
	scores []planted.Score
}

// AddScore adds how many planted faults were found.
func (r *Results) AddScore(one planted.Score) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scores = append(r.scores, one)
}

// Scores gives those that were added, by the names of their gateways.
func (r *Results) Scores() []planted.Score {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(slices.Values(r.scores), func(a, b planted.Score) int { return strings.Compare(a.Gateway, b.Gateway) })
}

// Add adds a result.
func (r *Results) Add(one Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, one)
}

// AddAll adds those of other results.
func (r *Results) AddAll(other *Results) {
	other.mu.Lock()
	list := slices.Clone(other.list)
	other.mu.Unlock()
	for _, one := range list {
		r.Add(one)
	}
}

// All gives the results in order: those that differ in nothing but the methods
// are one, as are then those that differ in nothing but the cause.
func (r *Results) All() []Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := slices.Clone(r.list)
	slices.SortStableFunc(list, func(a, b Result) int {
		return strings.Compare(a.Gateway+"\x00"+a.Case+"\x00"+a.Cause, b.Gateway+"\x00"+b.Case+"\x00"+b.Cause)
	})
	list = merge(list, func(into *Result, one Result) {
		into.Methods |= one.Methods
		into.Low, into.High = min(into.Low, one.Low), max(into.High, one.High)
	}, func(one Result) Result {
		one.Methods, one.Low, one.High = 0, 0, 0
		return one
	})
	for n, one := range list {
		if one.High > 0 {
			list[n].Measured = behavior.Wait{Min: one.Low, Max: one.High}.String()
		}
	}
	return merge(list, func(into *Result, one Result) { into.Cause += ", " + one.Cause }, func(one Result) Result {
		one.Cause = ""
		return one
	})
}

// merge joins the results of which the same is left when key has taken something
// away; their requests are added up.
func merge(list []Result, join func(*Result, Result), key func(Result) Result) []Result {
	at := map[Result]int{}
	var merged []Result
	for _, one := range list {
		k := key(one)
		k.N = min(k.N, 1)
		n, ok := at[k]
		if !ok {
			at[k] = len(merged)
			merged = append(merged, one)
			continue
		}
		join(&merged[n], one)
		merged[n].N += one.N
	}
	return merged
}

// Failures gives the results that contradict their prediction.
func (r *Results) Failures() []Result {
	return slices.DeleteFunc(r.All(), func(one Result) bool { return one.Fine })
}

// Counts gives how many results were run and how many were not.
func (r *Results) Counts() (run, skipped int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.list {
		if one.N > 0 {
			run++
		} else {
			skipped++
		}
	}
	return run, skipped
}
