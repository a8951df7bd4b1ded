package impact

import (
	"fmt"
	"io"
	"strings"

	"retryctl.dev/schema/behavior"
)

// WriteText writes what changes with one gateway as text: a line for each rule,
// and below it one for each set of methods.
func WriteText(w io.Writer, title string, list []Impact) error {
	where := ""
	for _, one := range list {
		if at := one.where(); at != where {
			where = at
			if _, err := fmt.Fprintf(w, "%s: %s\n", title, at); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "  %s\n", one); err != nil {
			return err
		}
	}
	return nil
}

func (one Impact) where() string {
	if one.Rule == "" {
		return one.Object
	}
	return one.Object + " rule " + one.Rule
}

// String gives the change in a line: "POST /checkout: 503 no longer retried;
// worst-case latency 6.2s -> 2.1s".
func (one Impact) String() string {
	who := one.Methods.String()
	if len(one.Paths) > 0 {
		who += " " + strings.Join(one.Paths[:min(3, len(one.Paths))], ", ")
		if n := len(one.Paths) - 3; n > 0 {
			who += fmt.Sprintf(" and %d more", n)
		}
	}
	return who + ": " + strings.Join(one.Sentences(), "; ")
}

// Sentences gives each thing that changes, for people.
func (one Impact) Sentences() []string {
	var list []string
	switch {
	case one.Unserved:
		return []string{"no longer served by this rule"}
	case one.Served:
		list = append(list, "served by a rule that is new")
		if retries := one.To.MaxRetries; retries.State == behavior.Set {
			list = append(list, behavior.Retries(retries.Value))
		}
		if causes := one.To.Causes.List(one.Methods); len(causes) > 0 {
			list = append(list, behavior.CauseList(causes)+" retried")
		}
		return append(append(list, "worst-case latency "+worst(one.To)), one.Gained...)
	}
	for _, c := range one.Changes {
		list = append(list, sentence(c))
	}
	if from, to := worst(one.From), worst(one.To); from != to {
		list = append(list, "worst-case latency "+from+" -> "+to)
	}
	for _, note := range one.Lost {
		list = append(list, "no longer: "+note)
	}
	return append(list, one.Gained...)
}

// titles are what people call the fields of a policy.
var titles = map[string]string{
	"spec.maxRetries": "retries", "spec.attemptTimeout": "timeout of a try", "spec.totalTimeout": "timeout of the request",
	"spec.backoff": "waits", "spec.budget": "budget", "spec.idempotencyKey": "idempotency key",
	"spec.circuitBreaker.maxConnections": "connections at most", "spec.circuitBreaker.maxPendingRequests": "waiting requests at most",
	"spec.circuitBreaker.maxParallelRequests": "requests at once at most", "spec.circuitBreaker.maxParallelRetries": "retries at once at most",
}

func sentence(c behavior.Change) string {
	title, ok := titles[c.Field]
	if !ok { // causes: "503 retried" and "503 not retried"
		return cause(c)
	}
	return title + " " + strings.TrimSuffix(c.From, " retries") + " -> " + strings.TrimSuffix(c.To, " retries")
}

func cause(c behavior.Change) string {
	for _, form := range []struct{ from, to, says string }{
		{" not retried", " perhaps retried", "perhaps retried now"},
		{" perhaps retried", " not retried", "no longer retried, which was open before"},
		{" not retried", " retried", "now retried"},
		{" perhaps retried", " retried", "now retried, which was open before"},
		{" retried", " not retried", "no longer retried"},
		{" retried", " perhaps retried", "perhaps no longer retried"},
	} {
		what, ok := strings.CutSuffix(c.From, form.from)
		if _, also := strings.CutSuffix(c.To, form.to); ok && also && c.To == what+form.to {
			return what + " " + form.says
		}
	}
	return c.From + " -> " + c.To
}

// worst gives the longest time until there is an answer.
func worst(b behavior.Behavior) string {
	_, latency, bounded, known := b.Worst()
	switch {
	case !known:
		return "unknown"
	case !bounded:
		return "without bound"
	}
	return behavior.Short(latency)
}
