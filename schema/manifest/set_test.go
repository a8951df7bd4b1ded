package manifest

import (
	"slices"
	"testing"
)

func names(objects []*Object) (list []string) {
	for _, o := range objects {
		list = append(list, o.ID().Kind+"/"+o.ID().Name)
	}
	return list
}

func TestASetFindsObjectsByIDAndByKindInOrder(t *testing.T) {
	s := NewSet([]*Object{New("v1", "Service", "n", "b"), New("g/v1", "Route", "n", "r"), New("v1", "Service", "n", "a"), New("g/v1", "Service", "n", "other")})
	if got := s.Get(ID{"g", "Route", "n", "r"}); got == nil || got.ID().Name != "r" {
		t.Error("the route is not found")
	}
	if s.Get(ID{"", "Route", "n", "r"}) != nil || s.Get(ID{"g", "Route", "m", "r"}) != nil {
		t.Error("something is found that is not there")
	}
	if got := names(s.Kind("", "Service")); !slices.Equal(got, []string{"Service/b", "Service/a"}) {
		t.Errorf("services %v", got)
	}
	if got := names(s.All()); !slices.Equal(got, []string{"Service/b", "Route/r", "Service/a", "Service/other"}) {
		t.Errorf("all %v", got)
	}
	if len(s.Kind("", "None")) != 0 {
		t.Error("there are objects of no kind")
	}
}

func TestOfTwoWithOneNameTheLaterCountsAndTheFirstKeepsThePlace(t *testing.T) {
	first, second := New("v1", "Service", "", "a"), New("v1", "Service", "default", "a")
	all := []*Object{first, New("v1", "Service", "", "b"), second}
	s := NewSet(all)
	if s.Get(first.ID()) != second || s.All()[0] != second || len(s.All()) != 2 || len(s.Kind("", "Service")) != 2 {
		t.Errorf("the set is %v", names(s.All()))
	}
	if got := Twice(all); len(got) != 1 || got[0] != second {
		t.Errorf("twice %v", names(got))
	}
}

func TestWithLeavesTheFirstSetAlone(t *testing.T) {
	a, b := New("v1", "Service", "", "a"), New("v1", "Service", "", "b")
	s := NewSet([]*Object{a, b})
	edited, added, other := b.Clone(), New("v1", "Service", "", "c"), New("v1", "Service", "", "d")
	next := s.With(edited, added)
	last := s.With(other) // must not reach the place of added
	if s.Get(b.ID()) != b || s.Get(added.ID()) != nil || len(s.All()) != 2 || len(s.Kind("", "Service")) != 2 {
		t.Errorf("the first set became %v", names(s.All()))
	}
	if next.Get(b.ID()) != edited || next.All()[1] != edited || next.All()[2] != added || next.Kind("", "Service")[2] != added {
		t.Errorf("the next set is %v", names(next.All()))
	}
	if last.Kind("", "Service")[2] != other || last.Get(added.ID()) != nil {
		t.Errorf("the last set is %v", names(last.All()))
	}
	if s.With() != s {
		t.Error("a set with nothing more is another one")
	}
}
