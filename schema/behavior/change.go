package behavior

import (
	"fmt"
	"slices"
	"time"
)

// A Change is one field of a policy whose value differs between two behaviors,
// with both values as people read them.
type Change struct{ Field, From, To string }

// Changes gives every field in which two behaviors differ, for requests with one
// method (see For): causes count as retried or not. Values that nothing can be
// said about are equal to each other.
func Changes(from, to Behavior) []Change {
	var list []Change
	add := func(field, a, b string) {
		if a != b {
			list = append(list, Change{"spec." + field, a, b})
		}
	}
	add("maxRetries", tries(from.MaxRetries), tries(to.MaxRetries))
	list = append(list, causeChanges(from, to)...)
	add("attemptTimeout", from.attemptText(), to.attemptText())
	add("totalTimeout", span(from.TotalTimeout), span(to.TotalTimeout))
	if from.MaxRetries != Is(0) && to.MaxRetries != Is(0) {
		add("backoff", setting(from.Backoff, waitsOf(from)), setting(to.Backoff, waitsOf(to)))
		add("budget", setting(from.Budget, Budget.String), setting(to.Budget, Budget.String))
		if known(from.NextBackend) && known(to.NextBackend) {
			add("nextBackend", setting(from.NextBackend, NextBackend.Text), setting(to.NextBackend, NextBackend.Text))
		}
		if known(from.Bodies.Limit) && known(to.Bodies.Limit) {
			add("maxRequestBodyBytes", from.Bodies.Text(), to.Bodies.Text())
		}
	}
	number := func(n int64) string { return fmt.Sprint(n) }
	add("circuitBreaker.maxConnections", setting(from.Breaker.MaxConnections, number), setting(to.Breaker.MaxConnections, number))
	add("circuitBreaker.maxPendingRequests", setting(from.Breaker.MaxPendingRequests, number), setting(to.Breaker.MaxPendingRequests, number))
	add("circuitBreaker.maxParallelRequests", setting(from.Breaker.MaxParallelRequests, number), setting(to.Breaker.MaxParallelRequests, number))
	add("circuitBreaker.maxParallelRetries", setting(from.Breaker.MaxParallelRetries, number), setting(to.Breaker.MaxParallelRetries, number))
	text := func(s string) string { return s }
	add("idempotencyKey", setting(from.IdempotencyKey, text), setting(to.IdempotencyKey, text))
	return list
}

// known reports whether a setting says something.
func known[T comparable](s Setting[T]) bool { return s.State == Off || s.State == Set }

func setting[T comparable](s Setting[T], text func(T) string) string {
	switch s.State {
	case Set:
		return text(s.Value)
	case Unknown:
		return "unknown"
	}
	return "none"
}

func tries(s Setting[int]) string { return setting(s, count) }

func span(s Setting[time.Duration]) string { return setting(s, Short) }

func waitsOf(b Behavior) func(Backoff) string {
	return func(w Backoff) string { return ranges(w, max(1, b.MaxRetries.Value)) }
}

// causeChanges draws together the causes of one field that change alike.
func causeChanges(from, to Behavior) []Change {
	var list []Change
	var groups [][]Cause
	for i := range NumCauses {
		c := Cause(i)
		one := Change{c.Field(), retried(from, c), retried(to, c)}
		if one.From == one.To {
			continue
		}
		if at := slices.Index(list, one); at >= 0 {
			groups[at] = append(groups[at], c)
		} else {
			list, groups = append(list, one), append(groups, []Cause{c})
		}
	}
	for n := range list {
		list[n].From = CauseList(groups[n]) + " " + list[n].From
		list[n].To = CauseList(groups[n]) + " " + list[n].To
	}
	return list
}

func retried(b Behavior, c Cause) string {
	switch {
	case b.Causes[c] != 0:
		return "retried"
	case b.Unclear[c] != 0:
		return "perhaps retried"
	}
	return "not retried"
}
