package stanza

import (
	"fmt"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

// Read fills an effect from the stanza and the timeouts of a rule; either may not
// exist. The place is named by from, the version is the Gateway API's.
func Read(e *behavior.Effect, retry, timeouts manifest.Value, from string, row Implementation, version gateway.Version) {
	readRetries(e, retry, from, row, version)
	readTimeouts(e, timeouts, retry.IsMap(), from, row)
	if row.Note != "" {
		e.Notes = append(e.Notes, row.Note)
	}
}

// by names the source of a value that the objects do not give.
func (row Implementation) by() string {
	if row.Name == "none" {
		return "the implementation decides"
	}
	return row.Name + "'s default"
}

// withoutOne says what happens on a rule without a stanza.
func (row Implementation) withoutOne() string {
	switch row.bare {
	case unknownRetries:
		return "what happens then is the implementation's to decide (GEP-1731)"
	case 0:
		return row.Name + " retries nothing then"
	}
	return fmt.Sprintf("%s retries %d times then, on connect-failure, refused-stream, unavailable and cancelled", row.Name, row.bare)
}

func number(n int) behavior.Setting[int] {
	if n == unknownRetries {
		return behavior.Unclear[int]()
	}
	return behavior.Is(n)
}

func readRetries(e *behavior.Effect, retry manifest.Value, id string, row Implementation, version gateway.Version) {
	if !retry.IsMap() {
		e.MaxRetries, e.Origin["maxRetries"] = number(row.bare), row.by()
		e.Because("the rule has no retry stanza: "+row.withoutOne(), "maxRetries", "retryOn")
		e.Backoff = row.backoff(0)
	} else {
		e.MaxRetries, e.Origin["maxRetries"] = number(row.unset), row.by()
		if version.AtLeast(1, 7) {
			e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(1), "the API server's default"
		}
		if n, ok := retry.At("attempts").Int(); ok {
			e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(max(0, int(n))), id+" retry.attempts"
		}
		base, err := schema.ParseDuration(retry.At("backoff").Text())
		e.Backoff, e.Origin["backoff"] = row.backoff(0), row.by()
		if err == nil {
			e.Backoff, e.Origin["backoff"] = row.backoff(time.Duration(base)), id+" retry.backoff, as "+row.Name+" has it"
		}
		if err == nil && base == 0 && (row.Name == "envoy-gateway" || row.Name == "istio") {
			e.Notes = append(e.Notes, "backoff 0s is refused by Envoy, with the whole configuration around it")
		}
		e.Origin["retryOn"] = id + " retry"
		readCodes(e, retry.At("codes"), row)
	}
	e.Causes.Add(behavior.AllMethods, row.stanza...)
	e.Unclear.Add(behavior.AllMethods, row.unclear...)
}

func readCodes(e *behavior.Effect, list manifest.Value, row Implementation) {
	codes := row.codes
	if list.Len() > 0 {
		codes = nil
		for _, v := range list.Items() {
			if n, ok := v.Int(); ok {
				codes = append(codes, int(n))
			}
		}
	}
	for _, code := range codes {
		c, ok := behavior.Code(code)
		switch {
		case !ok:
		case row.code(code) == yes:
			e.Causes.Add(behavior.AllMethods, c)
		case row.code(code) == maybe:
			e.Unclear.Add(behavior.AllMethods, c)
		}
	}
}

func readTimeouts(e *behavior.Effect, timeouts manifest.Value, stanza bool, id string, row Implementation) {
	e.TotalTimeout, e.Origin["totalTimeout"] = row.total, row.by()
	if d, err := schema.ParseDuration(timeouts.At("request").Text()); err == nil {
		e.TotalTimeout, e.Origin["totalTimeout"] = bound(time.Duration(d)), id+" timeouts.request"
	}
	e.AttemptTimeout = behavior.None[time.Duration]()
	if row.Name == "none" {
		e.AttemptTimeout = behavior.Unclear[time.Duration]()
	}
	d, err := schema.ParseDuration(timeouts.At("backendRequest").Text())
	if err != nil {
		return
	}
	limit, origin := bound(time.Duration(d)), id+" timeouts.backendRequest"
	switch {
	case row.attempt == wholeRoute, !stanza && row.lone:
		if e.TotalTimeout.State != behavior.Set || !stanza || limit.State == behavior.Set && limit.Value < e.TotalTimeout.Value {
			e.TotalTimeout, e.Origin["totalTimeout"] = limit, origin+", which "+row.Name+" takes for the whole request"
			e.Because(e.Origin["totalTimeout"], "totalTimeout", "attemptTimeout", "AttemptTimeout")
		}
	case row.attempt == unsure:
		e.AttemptTimeout = behavior.Unclear[time.Duration]()
	case row.needsRetries && e.MaxRetries == behavior.Is(0):
		e.Notes = append(e.Notes, "the timeout of a try is lost: it needs retries")
		e.Because("the timeout of a try needs retries, and there are none: "+e.Origin["maxRetries"], "attemptTimeout", "AttemptTimeout")
	default:
		e.AttemptTimeout, e.Origin["attemptTimeout"] = limit, origin
	}
	if try, total := e.AttemptTimeout, e.TotalTimeout; row.envoy && try.State == behavior.Set && total.State == behavior.Set && try.Value >= total.Value {
		e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.None[time.Duration](), "Envoy ignores "+origin+", which is not less than the request's"
		e.Because(fmt.Sprintf("%s: %s from %s (router.cc, finalTimeout)", e.Origin["attemptTimeout"], behavior.Short(total.Value), e.Origin["totalTimeout"]), "attemptTimeout", "AttemptTimeout")
	}
}

// bound gives a timeout; 0 is none.
func bound(d time.Duration) behavior.Setting[time.Duration] {
	if d == 0 {
		return behavior.None[time.Duration]()
	}
	return behavior.Is(d)
}
