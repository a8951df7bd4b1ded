package stanza

import (
	"fmt"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
)

// ReadTimeouts fills in what bounds a request and each of its tries: what the rule
// says, or else what the effect has already, or else the implementation's own.
func ReadTimeouts(e *behavior.Effect, rule Rule, row Implementation) {
	if e.TotalTimeout.State == behavior.Unset {
		e.TotalTimeout, e.Origin["totalTimeout"] = row.total, row.by()
	}
	if d, err := schema.ParseDuration(rule.Timeouts.At("request").Text()); err == nil {
		e.TotalTimeout, e.Origin["totalTimeout"] = bound(time.Duration(d)), rule.From+" timeouts.request"
	}
	switch {
	case row.Name == "none":
		e.AttemptTimeout = behavior.Unclear[time.Duration]()
	case e.AttemptTimeout.State == behavior.Unset, rule.Retry.IsMap():
		e.AttemptTimeout = behavior.None[time.Duration]()
	}
	if d, err := schema.ParseDuration(rule.Timeouts.At("backendRequest").Text()); err == nil {
		row.backendRequest(e, bound(time.Duration(d)), rule)
	}
	try, total := e.AttemptTimeout, e.TotalTimeout
	if from := rule.From + " timeouts.request"; e.Origin["totalTimeout"] == from && row.others {
		e.Because(from+" wins over the timeout of a policy", "totalTimeout")
	}
	if row.words != nil && try.State == behavior.Set && total.State == behavior.Set && try.Value >= total.Value {
		why := fmt.Sprintf("the timeout of a try (%s) is not less than the request's (%s)", behavior.Short(try.Value), behavior.Short(total.Value))
		e.Notes = append(e.Notes, why+": Envoy ignores it")
		e.Because(fmt.Sprintf("%s, which is from %s: Envoy ignores it (router.cc, finalTimeout)", why, e.Origin["totalTimeout"]), "attemptTimeout", "AttemptTimeout")
		e.AttemptTimeout = behavior.None[time.Duration]()
	}
}

// backendRequest reads the bound on a try, which some take for that on the request.
func (row Implementation) backendRequest(e *behavior.Effect, limit behavior.Setting[time.Duration], rule Rule) {
	stanza, origin := rule.Retry.IsMap(), rule.From+" timeouts.backendRequest"
	if stanza && !rule.Retry.At("backoff").Exists() {
		e.Touch(TimeoutWithoutBackoff)
	}
	whole := row.attempt == wholeRoute || row.attempt == alsoRoute || !stanza && row.lone
	if whole && (e.TotalTimeout.State != behavior.Set || !stanza || row.attempt == alsoRoute || limit.State == behavior.Set && limit.Value < e.TotalTimeout.Value) {
		e.TotalTimeout, e.Origin["totalTimeout"] = limit, origin+", which "+row.Name+" takes for the whole request"
		e.Because(e.Origin["totalTimeout"], "totalTimeout", "attemptTimeout", "AttemptTimeout")
	}
	switch {
	case row.attempt == wholeRoute, !stanza && row.lone:
	case row.attempt == unsure:
		e.AttemptTimeout = behavior.Unclear[time.Duration]()
	case row.attemptNeedsBackoff && !rule.Retry.At("backoff").Exists():
		why := "the timeout of a try is lost: until " + row.Name + " 1.8.2 it needs a backoff in the stanza"
		e.Notes = append(e.Notes, why)
		e.Because(why, "attemptTimeout", "AttemptTimeout")
	case row.needsRetries && e.MaxRetries == behavior.Is(0):
		e.Notes = append(e.Notes, "the timeout of a try is lost: it needs retries")
		e.Because("the timeout of a try needs retries, and there are none: "+e.Origin["maxRetries"], "attemptTimeout", "AttemptTimeout")
	default:
		e.AttemptTimeout, e.Origin["attemptTimeout"] = limit, origin
	}
}

// bound gives a timeout; 0 is none.
func bound(d time.Duration) behavior.Setting[time.Duration] {
	if d == 0 {
		return behavior.None[time.Duration]()
	}
	return behavior.Is(d)
}
