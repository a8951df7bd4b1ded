package backend

import (
	"net/http"
	"sync"
	"time"
)

// A Try is one request as the backend saw it.
type Try struct {
	ID     string      `json:"id"`
	Number int         `json:"number"` // from 1
	Step   string      `json:"step"`   // the kind of the step
	Method string      `json:"method"`
	Path   string      `json:"path"`
	Proto  string      `json:"proto"`
	Header http.Header `json:"header"`
	Body   int64       `json:"body"` // bytes
	// Arrived is when the header was read, Done when the step was over: the answer
	// was sent, or the peer gave up. Both hold the monotonic clock.
	Arrived time.Time `json:"arrived"`
	Done    time.Time `json:"done"`
	// GaveUp says that the peer closed the connection before there was an answer.
	GaveUp bool `json:"gaveUp"`
}

// A Record is the tries of all requests, by ID. Its methods may be called at any
// time from anywhere.
type Record struct {
	mu    sync.Mutex
	tries map[string][]*Try
	order []*Try // as they came
	// scripts are those of requests that bring none.
	scripts map[string][]Step
}

func newRecord() *Record {
	return &Record{tries: map[string][]*Try{}, scripts: map[string][]Step{}}
}

// begin records a try and gives what it has to do: the script's step for the
// number of the try, or its last one.
func (r *Record) begin(t *Try, script []Step) Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	if script == nil {
		script = r.scripts[t.ID]
	}
	if script == nil {
		script = []Step{{Kind: Answer, Status: http.StatusOK}}
	}
	r.tries[t.ID] = append(r.tries[t.ID], t)
	r.order = append(r.order, t)
	t.Number = len(r.tries[t.ID])
	step := script[min(t.Number, len(script))-1]
	t.Step = string(step.Kind)
	return step
}

// end records when a try's step was over.
func (r *Record) end(t *Try, gaveUp bool) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Done, t.GaveUp = now, gaveUp
}

// Script has requests with the ID that bring no script follow this one.
func (r *Record) Script(id string, steps []Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scripts[id] = steps
}

// Tries gives a copy of the tries of a request in the order in which they came.
func (r *Record) Tries(id string) []Try {
	r.mu.Lock()
	defer r.mu.Unlock()
	tries := make([]Try, len(r.tries[id]))
	for n, t := range r.tries[id] {
		tries[n] = *t
	}
	return tries
}

// All gives a copy of the tries of all requests in the order in which they came.
func (r *Record) All() []Try {
	r.mu.Lock()
	defer r.mu.Unlock()
	tries := make([]Try, len(r.order))
	for n, t := range r.order {
		tries[n] = *t
	}
	return tries
}
