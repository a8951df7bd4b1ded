package gateway

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// Edits are the copies of a world's objects that a translation changes.
type Edits struct {
	// Counting says that the gateway counts a method of a match as one header more,
	// where the standard places it above all headers.
	Counting bool
	// Own reports whether an object carries the target's own retries: a translation
	// puts these on the parts of a rule itself.
	Own func(*manifest.Object) bool
	// Names says that a split rule without a name gets one by NameRule, so that what
	// names it so far to no effect is for it then.
	Names bool
	// Fits gives, for a gateway with an order of matches of its own, what says why the
	// route that an intent's rule was split in would change which rule serves a
	// request; fresh are the new rules. It gives nil where none can.
	Fits func(i resolve.Intent) func(edited *manifest.Object, fresh []int) error

	world    *manifest.Set
	settings Settings
	copies   map[manifest.ID]*manifest.Object
	leading  []manifest.ID // of the copies, those that come first
	order    []manifest.ID
	foreign  map[sharedPath][]foreignMatch
	// referring are the references of the world, once they are asked for.
	referring *References
}

// NewEdits gives no edits yet.
func NewEdits(world *manifest.Set, s Settings) *Edits {
	return &Edits{world: world, settings: s, copies: map[manifest.ID]*manifest.Object{}}
}

// Of gives the copy of an object to change; the rules of a route are written there.
func (e *Edits) Of(o *manifest.Object) *manifest.Object {
	c, ok := e.copies[o.ID()]
	if !ok {
		c = o.Clone()
		route.WriteRules(c)
		e.copies[o.ID()] = c
		e.order = append(e.order, o.ID())
	}
	return c
}

// now gives an object as it is edited so far.
func (e *Edits) now(o *manifest.Object) *manifest.Object {
	if c, ok := e.copies[o.ID()]; ok {
		return c
	}
	return o
}

// first has an object stand before all that are not put first: what protects a new
// rule is applied before the rule is there.
func (e *Edits) first(o *manifest.Object) {
	if _, ok := e.copies[o.ID()]; !ok {
		e.copies[o.ID()] = o.Clone()
	} else if n := slices.Index(e.order, o.ID()); n >= 0 {
		e.order = slices.Delete(e.order, n, n+1)
	}
	if !slices.Contains(e.leading, o.ID()) {
		e.leading = append(e.leading, o.ID())
	}
}

// Objects gives the copies that differ from what they are copies of in the world, in
// the order in which they were asked for; those that follow a split rule come first.
func (e *Edits) Objects() []*manifest.Object {
	var changed []*manifest.Object
	for _, id := range slices.Concat(e.leading, e.order) {
		if c := e.copies[id]; route.Changed(e.world.Get(id), c) {
			changed = append(changed, c)
		}
	}
	return changed
}

// A Part is a rule that carries a part of an intent: all of it, or all that is
// right for methods that the policy does not let be retried once the backend may
// have processed the request.
type Part struct {
	Rule int // index in the edited object; -1 for the object as a whole
	Want behavior.Behavior
	// Limited says that Want is less than the intent's, for want of methods.
	Limited bool
}

// Limit gives the methods to which a wish is limited once the backend may have
// processed the request, and whether it is limited at all.
func Limit(want behavior.Behavior) (methods behavior.Methods, limited bool) {
	for c, m := range want.Causes {
		if !behavior.Cause(c).Safe() && m != 0 && m != behavior.AllMethods {
			return m, true
		}
	}
	return behavior.AllMethods, false
}

// SafeOnly gives the wish for requests with the methods that it is not for: only
// the causes after which the backend cannot have processed the request are left.
func SafeOnly(want behavior.Behavior) behavior.Behavior {
	for c := range want.Causes {
		if !behavior.Cause(c).Safe() {
			want.Causes[c] = 0
		}
	}
	return want.Normal()
}

// Parts gives the rules that carry an intent on a route, splitting its rule where
// the wish is limited to some of the methods that reach it. What cannot be split
// gets the part that is right for every method, and out says so.
func (e *Edits) Parts(i resolve.Intent, out *Output) []Part {
	methods, limited := Limit(i.Want)
	rest := Part{i.Rule, SafeOnly(i.Want), true}
	switch {
	case !limited, i.Rule >= 0 && i.Methods&^methods == 0:
		return []Part{{i.Rule, i.Want, false}}
	case i.Methods&methods == 0:
		return []Part{rest}
	case i.Rule < 0:
		out.Say(i, finding.CannotSplit, fmt.Sprintf("%s cannot be split by method: its rules are not in the input", i.RuleName()), "",
			finding.Give("its manifest", ""))
		return []Part{rest}
	}
	fresh, err := e.split(i, methods, out)
	if err != nil {
		out.Say(i, finding.CannotSplit, fmt.Sprintf("%s cannot be split by method: %v", i.RuleName(), err), "",
			finding.Do("give the methods a rule of their own, or name every method in retryOn.methods if all of them may run twice"))
		return []Part{rest}
	}
	parts := []Part{rest}
	for _, rule := range fresh {
		parts = append(parts, Part{rule, i.Want, false})
	}
	return parts
}

// split splits the rule of an edited route and gives the new rules, which what names
// the rule names then too; or it says why that cannot be.
func (e *Edits) split(i resolve.Intent, methods behavior.Methods, out *Output) (fresh []int, err error) {
	followers, err := e.Followers(i)
	if err != nil {
		return nil, err
	}
	name := i.Name
	if name == "" {
		name = nameOf(i.Rule)
	}
	edited := e.Of(i.Object)
	var fits func(*manifest.Object, []int) error
	if e.Fits != nil {
		fits = e.Fits(i)
	}
	if fits != nil || len(followers.refs) > 0 { // which may be too many
		edited = edited.Clone()
	}
	split := route.Split
	if e.Counting {
		split = route.SplitCounting
	}
	rules := edited.At("spec", "rules").Len()
	parts, err := split(edited, i.Rule, methods, name+route.PartSuffix, e.foreignTo(i.Object, i.Rule))
	if err != nil {
		return nil, err
	}
	var names []string
	for n, part := range parts {
		fresh, names = append(fresh, rules+n), append(names, part.At("name").Text())
	}
	if fits != nil {
		if err := fits(edited, fresh); err != nil {
			return nil, err
		}
	}
	if err := followers.Fit(len(names)); err != nil {
		return nil, err
	}
	e.copies[i.ID()] = edited
	followers.Name(names, out)
	return fresh, nil
}

// nameOf is the name that a rule without one gets.
func nameOf(rule int) string { return fmt.Sprintf("rule-%d", rule) }

// NameRule gives a rule a name, which policies need to point at it, and tells it.
func NameRule(edited *manifest.Object, rule int) string {
	rules := route.Rules(edited)
	if name := rules[rule].Name; name != "" {
		return name
	}
	name := route.FreeName(rules, nameOf(rule))
	rules[rule].Value.Put("name", name)
	return name
}
