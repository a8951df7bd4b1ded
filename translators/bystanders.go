package translators

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
)

// bystanders finds what a translation changes for rules that no policy is for: an
// annotation of a Service holds for every rule that sends requests to it, and a
// DestinationRule for its host. The change is a finding about each policy beside
// the rule, and the same error as ever where a request that may not be idempotent
// could run twice.
func bystanders(plan *resolve.Plan, objects []*manifest.Object, c change) []gateway.Said {
	intents := plan.Bystanders()
	if len(intents) == 0 || len(objects) == 0 {
		return nil
	}
	before, after := gateway.Collect(c.before(), intents), gateway.Collect(c.after, intents)
	var said []gateway.Said
	for n, i := range intents {
		if len(before[n]) == 0 && i.Listeners != nil {
			before[n] = untried(after[n])
		}
		moved := changes(before[n], after[n])
		if len(moved) == 0 {
			continue
		}
		for _, p := range plan.Beside(i) {
			for _, m := range moved {
				f := resolve.About(p, m.code, m.Field, fmt.Sprintf("%s%s gets something else as well, and the policy is not for it", i.RuleName(), i.Through()))
				f.Class, f.Want, f.Got, f.Severity = finding.Extra, m.From, m.To, m.code.Severity()
				f.Reason = fmt.Sprintf("what carries the policy holds for %s of that rule too", m.methods)
				if f.Hint = finding.Do("target that rule too, or give the policy's rule a backend of its own"); i.Listeners != nil {
					f.Hint = finding.Do("target the route itself if all its requests are meant, or make a route of its own for the listener")
				}
				said = append(said, gateway.Said{Policy: p, Finding: f})
			}
		}
	}
	return said
}

// untried gives effects without their retries. A rule of which nothing was read before,
// since what serves it has only been written now, had none to speak of: those that it
// gets behind a listener that the policy is not for are a change.
func untried(effects []behavior.Effect) []behavior.Effect {
	list := slices.Clone(effects)
	for n := range list {
		list[n].MaxRetries = behavior.Is(0)
		list[n].Behavior = list[n].Behavior.Normal()
	}
	return list
}

// A move is a change for the requests with some methods.
type move struct {
	behavior.Change
	code    finding.Code
	methods behavior.Methods
}

// changes compares what the requests of one rule got with what they get now,
// method by method. Requests that no rule serves before or after are left out.
func changes(before, after []behavior.Effect) []move {
	var moves []move
	for _, name := range behavior.AllMethods.Each() {
		method := behavior.ParseMethod(name)
		from, to := served(before, method), served(after, method)
		if len(from) == 0 || len(to) == 0 {
			continue
		}
		for n := range max(len(from), len(to)) {
			was, is := from[min(n, len(from)-1)], to[min(n, len(to)-1)]
			if !slices.Contains(from, is) || !slices.Contains(to, was) {
				moves = gatherMoves(moves, method, was, is)
			}
		}
	}
	return moves
}

func gatherMoves(moves []move, method behavior.Methods, from, to behavior.Behavior) []move {
	if from == to {
		return moves
	}
	code := finding.NotAsked
	for _, d := range behavior.Compare(from, behavior.Effect{Methods: method, Behavior: to}) {
		if d.Code == finding.UnsafeRetry {
			code = d.Code
		}
	}
	for _, c := range behavior.Changes(from, to) {
		at := slices.IndexFunc(moves, func(m move) bool { return m.Change == c && m.code == code })
		if at < 0 {
			moves = append(moves, move{c, code, method})
		} else {
			moves[at].methods |= method
		}
	}
	return moves
}

// served gives what requests with a method meet: one behavior for each place that
// a rule sends them to.
func served(effects []behavior.Effect, method behavior.Methods) []behavior.Behavior {
	var list []behavior.Behavior
	for _, e := range effects {
		if e.Methods&method != 0 {
			list = append(list, e.Behavior.For(method))
		}
	}
	return list
}
