package importing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/translators/survey"
)

// A wish is the fields of a policy's spec behind its targets, in the order in which they
// are written.
type wish []field

// A field is one line of a spec, or of a mapping in it.
type field struct {
	name, value string
	below       []field
	// from says where the value comes from, and written that it is not a default.
	from    string
	written bool
}

// key is equal for two wishes for the same.
func (w wish) key() string {
	var b strings.Builder
	for _, f := range w {
		fmt.Fprintf(&b, "%s: %s {%s}\n", f.name, f.value, wish(f.below).key())
	}
	return b.String()
}

// wish gives what a rule does as a policy's fields; ok is false where a policy cannot say
// it, or where there is nothing to say.
func (in *importing) wish(r survey.Rule) (w wish, ok bool) {
	effects := slices.DeleteFunc(slices.Clone(r.Effects), func(e behavior.Effect) bool { return e.Answer != 0 })
	if len(effects) == 0 {
		return nil, false // the gateway answers itself
	}
	e, methods, why := merged(effects)
	if why != "" {
		in.loses(r, finding.Warning, why)
		return nil, false
	}
	b := e.Behavior.For(methods)
	positions := in.where.Of(e)
	line := func(name, of, value string, below ...field) field {
		f := field{name: name, value: value, below: below, from: e.Origin[of]}
		if at, written := positions[of]; written {
			f.from, f.written = f.from+" ("+at+")", true
		}
		return f
	}
	if in.WithoutDefaults && positions["maxRetries"] == "" && positions["retryOn"] == "" {
		return nil, false
	}
	if b.MaxRetries.State == behavior.Unknown {
		in.loses(r, finding.Warning, "the number of retries is not known")
		return nil, false
	}
	if b.MaxRetries.Value == behavior.Unlimited {
		in.loses(r, finding.Warning, "nothing bounds how often a request is tried again, by "+e.Origin["maxRetries"]+": write a policy with the number that is meant")
		return nil, false
	}
	if open := b.Unclear.Without(b.Causes); !open.Empty() {
		safe := b.MaxRetries.Value == 0 || !b.Causes.Empty()
		for _, cause := range open.List(methods) {
			safe = safe && cause.Safe()
		}
		why := "it is not known whether a request is tried again after " + behavior.CauseList(open.List(methods))
		if !safe {
			in.loses(r, finding.Warning, why)
			return nil, false
		}
		in.loses(r, finding.Note, why)
	}
	w = append(w, line("maxRetries", "maxRetries", fmt.Sprint(b.MaxRetries.Value)))
	if b.AttemptTimeout.State != behavior.Set || b.Idle {
		b.Causes[behavior.AttemptTimeout] = 0 // which no try can end in, as policies have it
	}
	if !b.Causes.Empty() {
		on, why := retryOn(b.Causes, methods)
		if why != "" {
			in.loses(r, finding.Warning, why)
			return nil, false
		}
		w = append(w, line("retryOn", "retryOn", "", on...))
	}
	for _, one := range in.numbers(r, b, line) {
		if one.written || !in.WithoutDefaults {
			w = append(w, one)
		}
	}
	return w, true
}

// merged gives one effect for all requests of a rule, or says why there is none.
func merged(effects []behavior.Effect) (e behavior.Effect, methods behavior.Methods, why string) {
	e = effects[0]
	e.Causes, e.Unclear = behavior.Causes{}, behavior.Causes{}
	for _, one := range effects {
		methods |= one.Methods
		e.Causes = e.Causes.Union(one.Causes.Only(one.Methods))
		e.Unclear = e.Unclear.Union(one.Unclear.Only(one.Methods))
	}
	retried := false
	for _, one := range effects {
		got, want := one.Behavior.For(one.Methods), e.Behavior.For(one.Methods)
		got.Never, want.Never = [behavior.NumCauses]bool{}, [behavior.NumCauses]bool{}
		if got.MaxRetries.State == behavior.Set && got.MaxRetries.Value > 0 && !retried {
			retried = true // where it comes from is that of those that are retried
			e.Origin, e.MaxRetries = one.Origin, one.MaxRetries
			want = e.Behavior.For(one.Methods)
			want.Never = [behavior.NumCauses]bool{}
		}
		if got != want {
			return e, 0, fmt.Sprintf("its requests do not all get the same: %s get something else than %s", list(one.Methods), list(effects[0].Methods))
		}
	}
	return e, methods, ""
}

func list(m behavior.Methods) string {
	if m == behavior.AllMethods {
		return "some"
	}
	return strings.Join(m.Names(), ", ")
}

// numbers gives the fields behind retryOn.
func (in *importing) numbers(r survey.Rule, b behavior.Behavior, line func(name, of, value string, below ...field) field) (list []field) {
	add := func(f field) { list = append(list, f) }
	timeout := func(name string, s behavior.Setting[time.Duration], idle bool) {
		f := line(name, name, "")
		switch {
		case s.State == behavior.Off && f.written && name == "totalTimeout":
			in.loses(r, finding.Note, fmt.Sprintf("%s is off by %s, and a policy cannot ask for none", name, f.from))
		case s.State != behavior.Set:
		case idle:
			in.loses(r, finding.Note, fmt.Sprintf("%s of silence end a try, by %s, and a policy bounds whole tries", behavior.Short(s.Value), f.from))
		case s.Value%time.Millisecond != 0:
			in.loses(r, finding.Note, fmt.Sprintf("%s is %s, by %s, and a policy has whole milliseconds", name, s.Value, f.from))
		default:
			f.value = span(s.Value)
			add(f)
		}
	}
	timeout("attemptTimeout", b.AttemptTimeout, b.Idle)
	timeout("totalTimeout", b.TotalTimeout, false)
	if b.Backoff.State == behavior.Set && b.MaxRetries.Value > 0 {
		if below, why := backoff(b.Backoff.Value); why == "" {
			add(line("backoff", "backoff", "", below...))
		} else {
			in.loses(r, finding.Note, why)
		}
	}
	if b.Budget.State == behavior.Set {
		if below, why := budget(b.Budget.Value); why == "" {
			add(line("budget", "budget", "", below...))
		} else {
			in.loses(r, finding.Note, why)
		}
	}
	if below := breaker(b.Breaker); len(below) > 0 {
		add(line("circuitBreaker", "circuitBreaker", "", below...))
	}
	// What a gateway keeps by itself nobody has asked for.
	if bodies := line("maxRequestBodyBytes", "maxRequestBodyBytes", ""); bodies.written && b.MaxRetries.Value > 0 {
		if limit := b.Bodies.Least(b.Bodies.Limit); limit.State == behavior.Set && limit.Value <= schema.MaxBody {
			bodies.value = fmt.Sprint(limit.Value)
			add(bodies)
		}
		if b.Bodies.Larger == behavior.Refused {
			in.loses(r, finding.Note, "a larger body is answered 413 by "+bodies.from+", and a policy cannot ask for that")
		}
	}
	if b.IdempotencyKey.State == behavior.Set {
		add(line("idempotencyKey", "idempotencyKey", "", field{name: "header", value: quoted(b.IdempotencyKey.Value)}))
	}
	return list
}

// backoff gives a back-off's fields. A policy's interval doubles; one that stays as it is
// is one that doubles up to itself.
func backoff(b behavior.Backoff) (below []field, why string) {
	most := b.Cap
	switch {
	case b.Growth == 1:
		most = b.Base
	case b.Growth != 2:
		return nil, fmt.Sprintf("the waits grow by %g from one to the next, and a policy's double", b.Growth)
	}
	if b.Base < time.Millisecond || b.Base%time.Millisecond != 0 || most%time.Millisecond != 0 {
		return nil, fmt.Sprintf("the first wait is %s, and a policy has whole milliseconds", b.Base)
	}
	below = append(below, field{name: "baseInterval", value: span(b.Base)})
	if most > 0 {
		below = append(below, field{name: "maxInterval", value: span(most)})
	}
	if b.Jitter != behavior.AnyJitter {
		below = append(below, field{name: "jitter", value: b.Jitter.String()})
	}
	return below, ""
}

func budget(b behavior.Budget) (below []field, why string) {
	if b.Percent != float64(int(b.Percent)) {
		return nil, fmt.Sprintf("the budget is %g percent, and a policy has whole ones", b.Percent)
	}
	below = append(below, field{name: "percent", value: fmt.Sprint(int(b.Percent))})
	if b.Interval == 0 {
		return append(below, field{name: "minConcurrentRetries", value: fmt.Sprint(b.MinConcurrent)}), ""
	}
	return append(below, field{name: "interval", value: span(b.Interval)}, field{name: "minRetriesPerSecond", value: fmt.Sprint(b.MinPerSecond)}), ""
}

func breaker(b behavior.Breaker) (below []field) {
	for _, one := range []struct {
		name  string
		limit behavior.Setting[int64]
	}{
		{"maxConnections", b.MaxConnections}, {"maxPendingRequests", b.MaxPendingRequests},
		{"maxParallelRequests", b.MaxParallelRequests}, {"maxParallelRetries", b.MaxParallelRetries},
	} {
		if one.limit.State == behavior.Set && (one.name != "maxParallelRetries" || !b.RetriesOverridden) {
			below = append(below, field{name: one.name, value: fmt.Sprint(one.limit.Value)})
		}
	}
	return below
}

func span(d time.Duration) string { return schema.Duration(d).String() }
