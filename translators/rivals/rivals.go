// Package rivals finds existing objects that would fight the ones that a
// translation writes: both are about the same requests, and the gateway takes only
// one of them, or neither. What is such a thing each gateway says.
package rivals

import (
	"fmt"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// A Rivalry is between existing objects of one kind and written ones of one kind, which
// cannot both have what both of them claim.
type Rivalry struct {
	Existing, Written Side
	Reason            string
	// Instead says that the existing object holds in the place of the written one, and
	// not beside it.
	Instead bool
}

// A Side is a kind of objects, and what one of them claims.
type Side struct {
	Group, Kind string
	Claims      func(*manifest.Object, gateway.Contest) []Claim
}

// A Claim is what an object claims. For is what people are told that it is for, where
// that is less than On, by which claims are compared.
type Claim struct{ On, For string }

// On gives claims of some things as a whole.
func On(things ...string) []Claim {
	var list []Claim
	for _, thing := range things {
		list = append(list, Claim{thing, thing})
	}
	return list
}

// Find gives what every gateway finds in a contest.
func Find(all []gateway.Source, c gateway.Contest) finding.List {
	var list finding.List
	for _, g := range all {
		if find := g.Profile().Rivals; find != nil {
			list = append(list, find(c)...)
		}
	}
	return list
}

// Of gives a finding for each existing object that has one of some rivalries with a
// written one: the first of them. One of the same name as an object that is written is
// that object, and no rival.
func Of(c gateway.Contest, rivalries ...Rivalry) finding.List {
	ours, claimed := manifest.NewSet(c.Written), make([]map[string]*manifest.Object, len(rivalries))
	for n, r := range rivalries {
		claimed[n] = map[string]*manifest.Object{}
		for _, o := range c.Written {
			for _, claim := range r.Written.of(o, c) {
				claimed[n][claim.On] = o
			}
		}
	}
	var list finding.List
	for _, o := range c.Existing {
		if ours.Get(o.ID()) != nil {
			continue
		}
		for n, r := range rivalries {
			if f, found := r.first(o, claimed[n], c); found {
				list.Add(f)
				break
			}
		}
	}
	return list
}

func (s Side) of(o *manifest.Object, c gateway.Contest) []Claim {
	if !o.Is(s.Group, s.Kind) {
		return nil
	}
	return s.Claims(o, c)
}

func (r Rivalry) first(o *manifest.Object, claimed map[string]*manifest.Object, c gateway.Contest) (f finding.Finding, found bool) {
	for _, claim := range r.Existing.of(o, c) {
		if other := claimed[claim.On]; other != nil {
			f = Beside(o, other, claim.For, r.Reason)
			if r.Instead {
				f.Message = fmt.Sprintf("%s is there for %s, and holds there instead of %s", o.ID(), claim.For, other.ID())
			}
			return f, true
		}
	}
	return finding.Finding{}, false
}

// Beside gives the finding about an existing object that is for the same as a written one.
func Beside(o, ours *manifest.Object, claim, reason string) finding.Finding {
	return finding.Finding{
		Code: finding.Rivals, Object: o.ID(), File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
		Message: fmt.Sprintf("%s is there for %s, and %s would be too", o.ID(), claim, ours.ID()),
		Reason:  reason, Hint: finding.Give("it", ", so that it is edited instead, or take it away"),
	}
}

// Target names an object, or a rule or listener of it, for claims.
func Target(id manifest.ID, section string) string {
	if section == "" {
		return id.String()
	}
	return id.String() + " rule or listener " + section
}
