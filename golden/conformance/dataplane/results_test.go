package dataplane

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"retryctl.dev/golden/conformance/planted"
	"retryctl.dev/schema/behavior"
)

func TestResultsThatDifferInMethodOrCauseAloneAreOneRow(t *testing.T) {
	var r Results
	for _, cause := range []string{"503", "504"} {
		for _, m := range []behavior.Methods{behavior.GET, behavior.PUT} {
			r.Add(Result{Gateway: "g", Case: "c", Cause: cause, Methods: m, Predicted: "4 tries", Measured: "4 tries", N: 2, Fine: true})
		}
	}
	r.Add(Result{Gateway: "g", Case: "c", Cause: "500", Methods: behavior.GET, Predicted: "1 try", Measured: "3 tries", N: 2})
	r.Add(Result{Gateway: "g", Case: "c", Cause: "hang", Predicted: "-", Measured: "it takes | too long", Fine: true})
	for _, d := range []time.Duration{490, 520} {
		r.Add(Result{Gateway: "g", Case: "c", Cause: "timeout", Predicted: "500ms", N: 1, Fine: true, Low: d * time.Millisecond, High: d * time.Millisecond})
	}
	r.AddScore(planted.Score{Gateway: "g", Found: 8, Planted: 9})
	r.AddScore(planted.Score{Gateway: "h", Why: "no h"})
	var text bytes.Buffer
	if err := WriteMarkdown(&text, r.All(), r.Scores()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| c | 503, 504 | GET, PUT | 4 tries | 4 tries | 8 |",
		"| c | 500 | GET | 1 try | 3 tries, which contradicts | 2 |",
		`| c | hang | - | - | not run: it takes \| too long | - |`,
		"| g | 8 of 9 |",
		"| h | not run: no h |",
		"| c | timeout | - | 500ms | 490ms..520ms | 2 |",
	} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("%s is missing in\n%s", want, text.String())
		}
	}
	if len(r.Failures()) != 1 {
		t.Errorf("failures: %+v", r.Failures())
	}
	if run, skipped := r.Counts(); run != 7 || skipped != 1 {
		t.Errorf("%d were run and %d were not", run, skipped)
	}
}

func TestPredictionsCountTheFirstTryAndStopAtTheRequestsTimeout(t *testing.T) {
	e := behavior.Effect{}
	e.MaxRetries = behavior.Is(3)
	e.AttemptTimeout, e.TotalTimeout = behavior.Is(time.Second), behavior.Is(2500*time.Millisecond)
	e.Backoff = behavior.Is(behavior.Backoff{Base: 100 * time.Millisecond, Growth: 2, Jitter: behavior.FullJitter})
	e.Causes.Add(behavior.GET, behavior.AttemptTimeout, behavior.ConnectFailure)
	e.Unclear.Add(behavior.GET, behavior.RefusedStream)
	hang := Fault{Script: "hang", Causes: []behavior.Cause{behavior.AttemptTimeout}, Hangs: true}
	for _, c := range []struct {
		f      Fault
		method behavior.Methods
		want   Prediction
	}{
		{hang, behavior.GET, Prediction{2, 3}}, // the third begins after 2s and at most 300ms
		{hang, behavior.POST, Prediction{1, 1}},
		{Fault{Causes: []behavior.Cause{behavior.ConnectFailure}}, behavior.GET, Prediction{4, 4}},
		{Fault{Causes: []behavior.Cause{behavior.ConnectFailure, behavior.Reset}}, behavior.GET, Prediction{1, 4}},
		{Fault{}, behavior.GET, Prediction{1, 1}},
	} {
		if got, reason := Predict(e, c.f, c.method); got != c.want || reason != "" {
			t.Errorf("%+v: %v %s, not %v", c.f, got, reason, c.want)
		}
	}
	if _, reason := Predict(e, Fault{Causes: []behavior.Cause{behavior.RefusedStream}}, behavior.GET); reason == "" {
		t.Error("what is not known is predicted")
	}
	e.AttemptTimeout, e.TotalTimeout = behavior.None[time.Duration](), behavior.None[time.Duration]()
	if _, reason := Predict(e, hang, behavior.GET); reason == "" {
		t.Error("a wait without end is run")
	}
}

func TestSamplesOfWaitsMustReachBothEndsOfTheirRange(t *testing.T) {
	want := behavior.Wait{Min: 0, Max: 100 * time.Millisecond}
	series := func(from, to time.Duration) (list []time.Duration) {
		for n := range time.Duration(samples) {
			list = append(list, from+(to-from)*n/samples)
		}
		return list
	}
	const ms = time.Millisecond
	for _, c := range []struct {
		measured []time.Duration
		way      time.Duration
		fine     bool
	}{
		{series(0, 100*ms), ms, true},
		{series(0, 60*ms), ms, false},
		{series(60*ms, 100*ms), ms, false},
		{series(0, 250*ms), ms, false},
		{series(0, 100*ms)[:20], ms, false},
		{series(50*ms, 240*ms), 80 * ms, true}, // where the way alone takes that long
		{series(0, 60*ms), 80 * ms, false},
		{series(0, 400*ms), 80 * ms, false},
	} {
		if r := waited(want, c.measured, c.way); r.Fine != c.fine {
			t.Errorf("%v to %v: %+v", c.measured[0], c.measured[len(c.measured)-1], r)
		}
	}
}
