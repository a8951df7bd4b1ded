package gatewayapi

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// Read gives what the implementation does with the stanza and the timeouts of
// each rule, as far as that is known; the standard itself leaves most of it open.
func (Gateway) Read(intents []resolve.Intent, world *manifest.Set, s gateway.Settings) [][]behavior.Effect {
	r := reading{world, s, implementationOf(s.GatewayAPI.Implementation), map[manifest.ID]*manifest.Object{}}
	for _, o := range world.Kind(budgetGroup, budgetKind) {
		for _, ref := range o.At("spec", "targetRefs").Items() {
			id := manifest.ID{Kind: ref.At("kind").Text(), Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
			if r.budgets[id] == nil {
				r.budgets[id] = o
			}
		}
	}
	effects := make([][]behavior.Effect, len(intents))
	for n, i := range intents {
		effects[n] = r.intent(i)
	}
	return effects
}

type reading struct {
	world    *manifest.Set
	settings gateway.Settings
	row      implementation
	budgets  map[manifest.ID]*manifest.Object // by Service
}

func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	if i.Rule < 0 || i.Object == nil || now == nil {
		return nil // nothing of it can carry retries
	}
	rules := route.Rules(now)
	indexes, methods := route.Serving(route.Rules(i.Object), rules, i.Rule)
	var effects []behavior.Effect
	for n, at := range indexes {
		name := rules[at].Name
		if name == "" {
			name = fmt.Sprint(at)
		}
		e := behavior.Effect{Object: now.ID().String(), Rule: name, Methods: methods[n], Origin: map[string]string{}}
		r.rule(&e, now, rules[at].Value)
		e.Behavior = e.Behavior.Normal()
		effects = append(effects, e)
	}
	return effects
}

func (r reading) rule(e *behavior.Effect, o *manifest.Object, rule manifest.Value) {
	id := o.ID().String()
	retry := rule.At("retry")
	if dropped := !r.settings.Version.AtLeast(1, 7) && r.settings.GatewayAPI.Channel == "standard"; dropped && retry.Exists() {
		e.Notes = append(e.Notes, "the API server drops the retry stanza: the standard channel does not have it before 1.7")
		retry = manifest.Value{}
	}
	if !o.Is(route.Group, "HTTPRoute") {
		retry = manifest.Value{}
	}
	r.retries(e, retry, id)
	r.timeouts(e, rule.At("timeouts"), retry.IsMap(), id)
	e.Budget = r.budget(e, o, rule)
	e.IdempotencyKey = behavior.None[string]()
	if r.row.note != "" {
		e.Notes = append(e.Notes, r.row.note)
	}
}

// by names the source of a value that the objects do not give.
func (r reading) by() string {
	if r.row.name == "none" {
		return "the implementation decides"
	}
	return r.row.name + "'s default"
}

func number(n int) behavior.Setting[int] {
	if n == unknownRetries {
		return behavior.Unclear[int]()
	}
	return behavior.Is(n)
}

func (r reading) retries(e *behavior.Effect, retry manifest.Value, id string) {
	if !retry.IsMap() {
		e.MaxRetries, e.Origin["maxRetries"] = number(r.row.bare), r.by()
		e.Backoff = r.row.backoff(0)
	} else {
		e.MaxRetries, e.Origin["maxRetries"] = number(r.row.unset), r.by()
		if r.settings.Version.AtLeast(1, 7) {
			e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(1), "the API server's default"
		}
		if n, ok := retry.At("attempts").Int(); ok {
			e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(max(0, int(n))), id+" retry.attempts"
		}
		base, err := schema.ParseDuration(retry.At("backoff").Text())
		e.Backoff, e.Origin["backoff"] = r.row.backoff(0), r.by()
		if err == nil {
			e.Backoff, e.Origin["backoff"] = r.row.backoff(time.Duration(base)), id+" retry.backoff, as "+r.row.name+" has it"
		}
		if err == nil && base == 0 && (r.row.name == "envoy-gateway" || r.row.name == "istio") {
			e.Notes = append(e.Notes, "backoff 0s is refused by Envoy, with the whole configuration around it")
		}
		e.Origin["retryOn"] = id + " retry"
		r.codes(e, retry.At("codes"))
	}
	e.Causes.Add(behavior.AllMethods, r.row.stanza...)
	e.Unclear.Add(behavior.AllMethods, r.row.unclear...)
}

func (r reading) codes(e *behavior.Effect, list manifest.Value) {
	codes := r.row.codes
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
		case r.row.code(code) == yes:
			e.Causes.Add(behavior.AllMethods, c)
		case r.row.code(code) == maybe:
			e.Unclear.Add(behavior.AllMethods, c)
		}
	}
}

func (r reading) timeouts(e *behavior.Effect, timeouts manifest.Value, stanza bool, id string) {
	e.TotalTimeout, e.Origin["totalTimeout"] = r.row.total, r.by()
	if d, err := schema.ParseDuration(timeouts.At("request").Text()); err == nil {
		e.TotalTimeout, e.Origin["totalTimeout"] = bound(time.Duration(d)), id+" timeouts.request"
	}
	e.AttemptTimeout = behavior.None[time.Duration]()
	if r.row.name == "none" {
		e.AttemptTimeout = behavior.Unclear[time.Duration]()
	}
	d, err := schema.ParseDuration(timeouts.At("backendRequest").Text())
	if err != nil {
		return
	}
	limit, origin := bound(time.Duration(d)), id+" timeouts.backendRequest"
	switch {
	case r.row.attempt == wholeRoute, !stanza && r.row.lone:
		if e.TotalTimeout.State != behavior.Set || !stanza || limit.State == behavior.Set && limit.Value < e.TotalTimeout.Value {
			e.TotalTimeout, e.Origin["totalTimeout"] = limit, origin+", which "+r.row.name+" takes for the whole request"
		}
	case r.row.attempt == unsure:
		e.AttemptTimeout = behavior.Unclear[time.Duration]()
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

// budget is that of the Services behind the rule, where all have the same one.
func (r reading) budget(e *behavior.Effect, o *manifest.Object, rule manifest.Value) behavior.Setting[behavior.Budget] {
	var found *manifest.Object
	for _, ref := range rule.At("backendRefs").Items() {
		namespace := ref.At("namespace").Text()
		if namespace == "" {
			namespace = o.ID().Namespace
		}
		found = r.budgets[manifest.ID{Kind: "Service", Namespace: namespace, Name: ref.At("name").Text()}]
		if found == nil {
			break
		}
	}
	if found == nil || r.settings.GatewayAPI.Channel == "standard" || r.row.budget == behavior.Off {
		return behavior.None[behavior.Budget]()
	}
	if r.row.budget == behavior.Unknown {
		return behavior.Unclear[behavior.Budget]()
	}
	constraint := found.At("spec", "retryConstraint")
	b := behavior.Budget{Percent: 20, Interval: 10 * time.Second, MinPerSecond: 10}
	if n, ok := constraint.At("budget", "percent").Float(); ok {
		b.Percent = n
	}
	if d, err := schema.ParseDuration(constraint.At("budget", "interval").Text()); err == nil {
		b.Interval = time.Duration(d)
	}
	count, ok := constraint.At("minRetryRate", "count").Int()
	if every, err := schema.ParseDuration(constraint.At("minRetryRate", "interval").Text()); ok && err == nil && every > 0 {
		b.MinPerSecond = int(time.Duration(count) * time.Second / time.Duration(every))
	} else if ok {
		b.MinPerSecond = int(count)
	}
	e.Origin["budget"] = strings.TrimSpace(found.ID().String()) + " spec.retryConstraint"
	return behavior.Is(b)
}
