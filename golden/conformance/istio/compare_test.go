package istio

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
)

// differ gives the first way in which what Envoy does differs from what was said
// of it, for one method. What was said to be unknown is not compared.
func differ(said, does behavior.Behavior, method behavior.Methods) string {
	for c := range said.Causes {
		cause := behavior.Cause(c)
		if said.Unclear[c]&method == 0 && (said.Causes[c]^does.Causes[c])&method != 0 {
			return fmt.Sprintf("said to retry %s: %v, does: %v", cause, said.Causes[c]&method != 0, does.Causes[c]&method != 0)
		}
	}
	if d := unlike("maxRetries", said.MaxRetries, does.MaxRetries); d != "" {
		return d
	}
	if said.MaxRetries.State == behavior.Set && said.MaxRetries.Value > 0 {
		if said.Backoff.State == behavior.Set && does.Backoff.State == behavior.Set {
			for k := 1; k <= said.MaxRetries.Value; k++ {
				if a, b := said.Backoff.Value.Wait(k), does.Backoff.Value.Wait(k); a != b {
					return fmt.Sprintf("wait %d: said %v, is %v", k, a, b)
				}
			}
		} else if d := unlike("backoff", said.Backoff, does.Backoff); d != "" {
			return d
		}
	}
	for _, d := range []string{
		unlike("attemptTimeout", said.AttemptTimeout, does.AttemptTimeout), unlike("totalTimeout", said.TotalTimeout, does.TotalTimeout),
		unlike("budget", said.Budget, does.Budget), unlike("idempotencyKey", lower(said.IdempotencyKey), lower(does.IdempotencyKey)),
		unlike("maxConnections", said.Breaker.MaxConnections, does.Breaker.MaxConnections),
		unlike("maxPendingRequests", said.Breaker.MaxPendingRequests, does.Breaker.MaxPendingRequests),
		unlike("maxParallelRequests", said.Breaker.MaxParallelRequests, does.Breaker.MaxParallelRequests),
		unlike("maxParallelRetries", said.Breaker.MaxParallelRetries, does.Breaker.MaxParallelRetries),
	} {
		if d != "" {
			return d
		}
	}
	if said.Budget.State != behavior.Unknown && said.Breaker.RetriesOverridden != does.Breaker.RetriesOverridden {
		return fmt.Sprintf("maxParallelRetries overridden: said %v, is %v", said.Breaker.RetriesOverridden, does.Breaker.RetriesOverridden)
	}
	return ""
}

// lower: names of headers are the same in any case.
func lower(s behavior.Setting[string]) behavior.Setting[string] {
	s.Value = strings.ToLower(s.Value)
	return s
}

func unlike[T comparable](field string, said, does behavior.Setting[T]) string {
	if said == does || said.State == behavior.Unknown {
		return ""
	}
	return fmt.Sprintf("%s: said %s, is %s", field, show(said), show(does))
}

func show[T comparable](s behavior.Setting[T]) string {
	switch s.State {
	case behavior.Set:
		if d, ok := any(s.Value).(time.Duration); ok {
			return behavior.Short(d)
		}
		return fmt.Sprint(s.Value)
	case behavior.Off:
		return "off"
	case behavior.Unset:
		return "unset"
	}
	return "unknown"
}

func describe(b behavior.Behavior) string {
	return fmt.Sprintf("%s retries after %s", show(b.MaxRetries), behavior.CauseList(b.Causes.List(behavior.AllMethods)))
}
