package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"retryctl.dev/schema/behavior"
)

// WriteJSON writes entries as a list.
func WriteJSON(w io.Writer, entries []Entry) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(entries)
}

// WriteText writes entries as tables, one for each rule of each gateway.
func WriteText(w io.Writer, entries []Entry) error {
	for n, e := range entries {
		if n > 0 {
			fmt.Fprintln(w)
		}
		if _, err := fmt.Fprintf(w, "%s: %s (%s)\n", e.server(), e.where(), e.source()); err != nil {
			return err
		}
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range e.rows() {
			origin := ""
			if row.origin != "" {
				origin = "\t# " + strings.TrimPrefix(strings.TrimPrefix(row.origin, e.Object+" "), "http "+e.Rule+" ")
			}
			if row.at != "" {
				origin += " (" + row.at + ")"
			}
			fmt.Fprintf(table, "  %s\t%s%s\n", row.name, row.value, origin)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// server names the gateway with its version, and who implements it.
func (e Entry) server() string {
	text := e.Gateway + " " + e.Version
	if e.Implementation != "" {
		text += " by " + e.Implementation
	}
	return text
}

// source is the policy, or else where the rule is from.
func (e Entry) source() string {
	if e.Policy == "" {
		return e.At
	}
	return "RetryPolicy " + e.Policy
}

// where names the route, what became of it, and the rule.
func (e Entry) where() string {
	where := e.Route
	if e.Object != e.Route {
		where += ", in " + e.Object
	}
	if e.Rule != "" {
		where += " rule " + e.Rule
	}
	return where
}

type row struct{ name, value, origin, at string }

func (e Entry) rows() []row {
	from := func(name, value, field string) row { return row{name, value, e.Origin[field], e.Positions[field]} }
	rows := []row{{name: "requests", value: e.requests()}, from("retries", e.retries(), "maxRetries")}
	for _, group := range e.causeGroups() {
		rows = append(rows, from("retried on", group, "retryOn"))
	}
	for _, cause := range e.Asked {
		if _, retried := e.Causes[cause]; !retried && !slices.Contains(e.Unknown, "causes."+cause) {
			rows = append(rows, from("not after", cause, "retryOn"))
		}
	}
	try := e.text(e.AttemptTimeout, "attemptTimeout", "no timeout")
	if e.AttemptTimeoutIsIdle {
		try = "no timeout, but " + try + " of silence"
	}
	rows = append(rows, from("each try", try, "attemptTimeout"))
	rows = append(rows, from("request", e.text(e.TotalTimeout, "totalTimeout", "no timeout"), "totalTimeout"))
	rows = append(rows, from("waits", e.waits(), "backoff"))
	if b := e.Budget; b != nil {
		rows = append(rows, from("budget", b.String(), "budget"))
	}
	if b := e.CircuitBreaker; b != nil {
		rows = append(rows, from("breaker", b.String(), "circuitBreaker"))
	} else if e.Origin["circuitBreaker"] != "" && !slices.ContainsFunc(e.Unknown, func(field string) bool { return strings.HasPrefix(field, "circuitBreaker.") }) {
		rows = append(rows, from("breaker", "no limits", "circuitBreaker"))
	}
	if e.nextBackend != "" {
		rows = append(rows, from("next try", e.nextBackend, "nextBackend"))
	}
	if b := e.RequestBodies; b != nil {
		rows = append(rows, from("bodies", b.text, "maxRequestBodyBytes"))
	}
	if k := e.IdempotencyKey; k != nil {
		rows = append(rows, from("key", k.Header, "idempotencyKey"))
	}
	rows = append(rows, row{name: "worst case", value: e.WorstCase.String()})
	if len(e.Unknown) > 0 {
		rows = append(rows, row{name: "unknown", value: strings.Join(e.Unknown, ", ")})
	}
	for _, note := range e.Notes {
		rows = append(rows, row{name: "note", value: note})
	}
	return rows
}

// requests are those of the rule: their methods and, of configuration that exists, hosts
// and paths.
func (e Entry) requests() string {
	text := list(e.Methods)
	if len(e.Hosts) > 0 {
		text += " to " + strings.Join(e.Hosts, ", ")
	}
	if len(e.Paths) > 0 {
		text += " on " + strings.Join(e.Paths, ", ")
	}
	return text
}

func (e Entry) retries() string {
	switch {
	case e.MaxRetries == nil:
		return "unknown"
	case *e.MaxRetries == 0:
		return "none"
	case e.Unlimited:
		return "without limit"
	}
	return fmt.Sprintf("%d, so up to %d tries", *e.MaxRetries, *e.MaxRetries+1)
}

// causeGroups draws together causes that are retried for the same methods.
func (e Entry) causeGroups() []string {
	var order []string
	byMethods := map[string][]behavior.Cause{}
	for n := range behavior.NumCauses {
		cause := behavior.Cause(n)
		methods, ok := e.Causes[cause.String()]
		if !ok {
			continue
		}
		key := list(methods)
		if !slices.Contains(order, key) {
			order = append(order, key)
		}
		byMethods[key] = append(byMethods[key], cause)
	}
	var groups []string
	for _, key := range order {
		group := behavior.CauseList(byMethods[key])
		if key != list(e.Methods) {
			group += " for " + key
		}
		groups = append(groups, group)
	}
	return groups
}

func list(methods []string) string {
	switch {
	case len(methods) == 0:
		return "no method"
	case methods[0] == "*":
		return "every method"
	}
	return strings.Join(methods, ", ")
}

func (e Entry) text(value *string, field, none string) string {
	switch {
	case value != nil:
		return "at most " + *value
	case slices.Contains(e.Unknown, field):
		return "unknown"
	}
	return none
}

func (e Entry) waits() string {
	if slices.Contains(e.Unknown, "waits") {
		return "unknown"
	}
	var parts []string
	for _, w := range e.Waits {
		if e.Unlimited && len(parts) == 3 {
			parts = append(parts, "...")
			break
		}
		if w.Min == w.Max {
			parts = append(parts, w.Max)
		} else {
			parts = append(parts, w.Min+".."+w.Max)
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	text := strings.Join(parts, ", ")
	if len(e.NoWaitAfter) > 0 {
		text += ", none after " + list(e.NoWaitAfter)
	}
	return text
}

// String gives the budget for people.
func (b Budget) String() string {
	if b.MinConcurrentRetries == nil {
		return fmt.Sprintf("%g%% of requests over %s, at least %d retries a second", b.Percent, b.Interval, *b.MinRetriesPerSecond)
	}
	return fmt.Sprintf("%g%% of active requests, at least %d retries at once", b.Percent, *b.MinConcurrentRetries)
}

// String gives the limits for people.
func (b Breaker) String() string {
	var parts []string
	for _, limit := range []struct {
		value *int64
		what  string
	}{
		{b.MaxConnections, "connections"}, {b.MaxPendingRequests, "waiting requests"},
		{b.MaxParallelRequests, "requests at once"}, {b.MaxParallelRetries, "retries at once"},
	} {
		if limit.value != nil {
			parts = append(parts, fmt.Sprintf("%d %s", *limit.value, limit.what))
		}
	}
	return "at most " + strings.Join(parts, ", ")
}

// String gives the worst case for people.
func (w WorstCase) String() string {
	if w.Tries == nil {
		return "unknown"
	}
	if *w.Tries > behavior.Unlimited {
		return "tries without end, no bound on the time, no bound on the load on the backend"
	}
	latency := "no bound on the time"
	if w.AddedLatency != nil {
		latency = "an answer after " + *w.AddedLatency
	}
	if *w.Tries == 1 {
		return "1 try, " + latency
	}
	return fmt.Sprintf("%d tries, %s, %.4g times the load on the backend", *w.Tries, latency, *w.Load)
}
