package finding

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestAFindingWithoutASeverityTakesTheOneOfItsCode(t *testing.T) {
	var list List
	list.Add(Finding{Code: NotCarried})
	list.Add(Finding{Code: NotCarried, Severity: Note})
	list.Add(Finding{Code: UnsafeRetry})
	list.Add(Finding{Code: "RT9999"})
	want := []Severity{Warning, Note, Error, Error}
	for i, f := range list {
		if f.Severity != want[i] {
			t.Errorf("finding %d is a %s, want %s", i, f.Severity, want[i])
		}
	}
	if list.Count(Error) != 2 || list.Count(Warning) != 1 || list.Count(Note) != 1 {
		t.Errorf("counted %d %d %d", list.Count(Error), list.Count(Warning), list.Count(Note))
	}
}

func TestFindingsAreSortedByPlaceThenGatewayThenCode(t *testing.T) {
	want := List{
		{Code: NotCarried, Message: "no position comes first"},
		{File: "a.yaml", Line: 2, Column: 9, Code: NotCarried},
		{File: "a.yaml", Line: 10, Column: 1, Gateway: "istio", Code: OtherNumbers},
		{File: "a.yaml", Line: 10, Column: 1, Gateway: "kong", Code: FewerRetries},
		{File: "a.yaml", Line: 10, Column: 1, Gateway: "kong", Code: NotCarried, Field: "spec.backoff"},
		{File: "a.yaml", Line: 10, Column: 1, Gateway: "kong", Code: NotCarried, Field: "spec.budget"},
		{File: "b.yaml", Line: 1, Column: 1, Code: Syntax},
	}
	for range 20 {
		mixed := slices.Clone(want)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := mixed.Sorted(); !slices.Equal(got, want) {
			t.Fatalf("sorted %v", got)
		}
	}
}

func TestSortingKeepsEachFindingOnce(t *testing.T) {
	a := Finding{Code: NotCarried, Message: "m", Reason: "one"}
	b := Finding{Code: NotCarried, Message: "m", Reason: "two"}
	if got := (List{a, b, a, b, a}).Sorted(); len(got) != 2 {
		t.Fatalf("kept %v", got)
	}
}

func TestSortingLeavesTheListItselfAlone(t *testing.T) {
	list := List{{File: "b"}, {File: "a"}}
	list.Sorted()
	if list[0].File != "b" {
		t.Fatal("the list was sorted in place")
	}
}

func TestStrictMakesErrorsOfWarningsAndLeavesNotes(t *testing.T) {
	list := List{{Severity: Warning}, {Severity: Note}, {Severity: Error}}
	strict := list.Strict()
	if strict[0].Severity != Error || strict[1].Severity != Note || strict[2].Severity != Error {
		t.Errorf("strict gave %v", strict)
	}
	if list[0].Severity != Warning {
		t.Error("the list itself was changed")
	}
}
