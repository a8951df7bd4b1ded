// Package impact tells what a change of configuration does to requests: it has a
// gateway read the rules of both states and compares what they do.
package impact

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// An Impact is what changes for the requests of one rule with some methods.
type Impact struct {
	// Object and Rule name where the requests are told apart: the rule of the
	// former state, or of the new one where only that has it.
	Object, Rule string
	// Paths are those of the rule's matches, for people; empty where it has none.
	Paths   []string
	Methods behavior.Methods
	// Served and Unserved say that the rule's requests are, or are no longer, a
	// matter of the gateway; Changes then are what they get now, or got.
	Served, Unserved bool
	Changes          []behavior.Change
	// From and To are the two behaviors; the zero value where there is none.
	From, To behavior.Behavior
	// Gained and Lost are notes about the rule.
	Gained, Lost []string
}

// Of gives what a gateway does differently with the objects of one world than
// with those of another, in the order of the former's rules; what is new follows.
func Of(g gateway.Source, before, after *manifest.Set, s gateway.Settings) []Impact {
	var list []Impact
	from, to := g.Reader(before, s), g.Reader(after, s)
	intents := rules(g.Profile(), from, before)
	former, now := gateway.Collect(from, intents), gateway.Collect(to, intents)
	for n, i := range intents {
		list = append(list, compare(i, former[n], now[n])...)
	}
	fresh := rules(g.Profile(), to, after)
	effects := gateway.Collect(to, fresh)
	known := map[string]bool{}
	for _, i := range intents {
		known[key(i)] = true
	}
	told := methodsOf(now)
	for n, i := range fresh {
		if known[key(i)] {
			continue
		}
		var new []behavior.Effect
		for _, e := range effects[n] {
			if e.Methods &^= told[ruleOf{e.Object, e.Rule}]; e.Methods != 0 {
				new = append(new, e)
			}
		}
		list = append(list, compare(i, nil, new)...)
	}
	return list
}

// key is equal for two intents that are about one rule.
func key(i resolve.Intent) string {
	return strings.Join(append([]string{i.RuleName(), i.ID().Group, fmt.Sprint(i.Rule)}, Paths(i)...), "\x00")
}

// ruleOf names the rule of an effect.
type ruleOf struct{ object, rule string }

// methodsOf gives the methods of each rule of which effects tell.
func methodsOf(effects [][]behavior.Effect) map[ruleOf]behavior.Methods {
	methods := map[ruleOf]behavior.Methods{}
	for _, list := range effects {
		for _, e := range list {
			methods[ruleOf{e.Object, e.Rule}] |= e.Methods
		}
	}
	return methods
}

// compare gives the impacts on one rule, for each set of methods that meets the
// same.
func compare(i resolve.Intent, former, now []behavior.Effect) []Impact {
	var list []Impact
	for _, name := range behavior.AllMethods.Each() {
		method := behavior.ParseMethod(name)
		for _, one := range ofMethod(serving(former, method), serving(now, method), method) {
			at := slices.IndexFunc(list, one.like)
			if at >= 0 {
				list[at].Methods |= method
				continue
			}
			one.Object, one.Rule, one.Paths, one.Methods = i.ID().String(), ruleName(i), Paths(i), method
			list = append(list, one)
		}
	}
	return list
}

func ruleName(i resolve.Intent) string {
	_, name, _ := strings.Cut(strings.TrimPrefix(i.RuleName(), i.ID().String()), " rule ")
	return name
}

// like reports whether another impact is the same for other methods.
func (one Impact) like(other Impact) bool {
	return one.Served == other.Served && one.Unserved == other.Unserved && slices.Equal(one.Changes, other.Changes) &&
		slices.Equal(one.Gained, other.Gained) && slices.Equal(one.Lost, other.Lost) && worst(one.From) == worst(other.From) && worst(one.To) == worst(other.To)
}

// ofMethod compares what requests with one method met with what they meet. Where
// listeners or backends differ there are several of each; those that are on both
// sides are left aside, and the others compared in turn.
func ofMethod(former, now []behavior.Effect, method behavior.Methods) []Impact {
	gone, come := unmatched(former, now, method), unmatched(now, former, method)
	var list []Impact
	for n := range max(len(gone), len(come)) {
		one := Impact{Served: len(former) == 0, Unserved: len(now) == 0}
		from, to := pick(gone, former, n), pick(come, now, n)
		if !one.Served {
			one.From = from.For(method)
		}
		if !one.Unserved {
			one.To = to.For(method)
		}
		one.Changes = behavior.Changes(one.From, one.To)
		one.Gained, one.Lost = without(to.Notes, from.Notes), without(from.Notes, to.Notes)
		if one.Served || one.Unserved || len(one.Changes)+len(one.Gained)+len(one.Lost) > 0 {
			list = append(list, one)
		}
	}
	return list
}

// pick gives effect n of the unmatched ones, or else the last of all.
func pick(unmatched, all []behavior.Effect, n int) behavior.Effect {
	switch {
	case n < len(unmatched):
		return unmatched[n]
	case len(all) > 0:
		return all[len(all)-1]
	}
	return behavior.Effect{}
}

func unmatched(list, other []behavior.Effect, method behavior.Methods) []behavior.Effect {
	var rest []behavior.Effect
	for _, e := range list {
		if !slices.ContainsFunc(other, func(o behavior.Effect) bool { return alike(e, o, method) }) {
			rest = append(rest, e)
		}
	}
	return rest
}

func alike(a, b behavior.Effect, method behavior.Methods) bool {
	x, y := a.For(method), b.For(method)
	return slices.Equal(a.Notes, b.Notes) && (x == y || len(behavior.Changes(x, y)) == 0)
}

func without(list, other []string) []string {
	var rest []string
	for _, s := range list {
		if !slices.Contains(other, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

// serving gives the effects that requests with a method meet, those that are the
// same once.
func serving(effects []behavior.Effect, method behavior.Methods) []behavior.Effect {
	var list []behavior.Effect
	for _, e := range effects {
		if e.Methods&method != 0 && !slices.ContainsFunc(list, func(o behavior.Effect) bool { return alike(e, o, method) }) {
			list = append(list, e)
		}
	}
	return list
}
