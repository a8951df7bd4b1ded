package schema

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

func TestAFieldIsFoundWhereItStands(t *testing.T) {
	s := sourceOf(object(t, whole))
	for field, want := range map[string][2]int{
		"":                               {1, 1},
		"spec.maxRetries":                {8, 15},
		"spec.retryOn.statusCodes[2]":    {10, 31},
		"spec.targetRefs[1].name":        {7, 27},
		"spec.accept[0].gateway":         {21, 15},
		"metadata.labels.team":           {3, 60},
		"spec.retryOn.statusCodes[9]":    {10, 18}, // not there: the list
		"spec.budget.nothing.at.all":     {17, 11},
		"spec.targetRefs[1].sectionName": {7, 5},
		"elsewhere[3]":                   {1, 1},
		"spec..x":                        {5, 3},
		"spec.targetRefs[x]":             {6, 3},
	} {
		if line, column := s.Position(field); [2]int{line, column} != want {
			t.Errorf("%s is at %d:%d", field, line, column)
		}
	}
}

func TestADocumentThatWasNotReadHasNoPlaces(t *testing.T) {
	if line, column := (Source{}).Position("spec.maxRetries"); line != 0 || column != 0 {
		t.Errorf("%d:%d", line, column)
	}
	if line, _ := sourceOf(manifest.New(APIVersion, Kind, "", "x")).Position("metadata.name"); line != 0 {
		t.Errorf("line %d", line)
	}
}

func TestTheNearestWordIsASlipAway(t *testing.T) {
	for word, want := range map[string]string{"Ful": "Full", "full": "Full", "hlaf": "Half", "Noned": "None", "": "", "x": "", "equal": "", strings.Repeat("a", 1<<20): ""} {
		if got := Nearest(word, []string{"None", "Half", "Full"}); got != want {
			t.Errorf("%.20q is near %q", word, got)
		}
	}
	if got := Nearest("ab", []string{"ac", "aa"}); got != "" {
		t.Errorf("%q is one of two", got)
	}
}

func TestTheDistanceOfWordsIsTheNumberOfSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"istoi", "istio", 1}, {"retyrOn", "retryOn", 1}, {"abcd", "badc", 2}, {"same", "same", 0}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s to %s is %d", c.a, c.b, got)
		}
	}
}
