package kgateway

import (
	"fmt"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// Fields are what policies say of a rule and its backends beside its own stanza and timeouts.
type Fields struct {
	retry, timeouts fromPolicy
	limits          limits
	bodies          kept
	// Headers are those that the router takes for a retry policy, as they reach the rule.
	Headers envoy.RequestHeaders
}

// fromPolicy is one field of a spec, of the first policy that has it.
type fromPolicy struct {
	value  manifest.Value
	from   string
	unsure string // why it may be another, or none
}

// On gives what holds for a rule of a route; nothing from the zero value.
func (p Policies) On(o *manifest.Object, rule route.Rule) (h Fields) {
	if p.world == nil {
		return h
	}
	levels, missing := p.levels(o, rule)
	h.retry, h.timeouts = p.field("retry", levels, missing, o), p.field("timeouts", levels, missing, o)
	h.limits, h.bodies = p.limits(o, rule.Index), p.bodies(o, levels, missing)
	for _, field := range []string{"headerModifiers", "transformation"} {
		if one := p.field(field, levels, nil, o); one.unsure == "" && one.value.Exists() {
			modify(&h.Headers, one.value.At("request"), one.from+" spec."+field)
		}
	}
	return h
}

func (p Policies) field(name string, levels [][]*manifest.Object, missing []string, o *manifest.Object) (h fromPolicy) {
	if len(missing) > 0 {
		h.unsure = strings.Join(missing, ", ") + ", which a filter of the rule names, is not in the input"
		return h
	}
	has := func(policy *manifest.Object) bool { return policy.At("spec", name).IsMap() }
	for _, level := range levels {
		var first *manifest.Object
		for _, policy := range level {
			switch {
			case !has(policy):
			case first == nil:
				first = policy
			case compare(first, policy) == 0:
				h.unsure = fmt.Sprintf("%s and %s are in one place, and nothing in the input says which is the older one", first.ID(), policy.ID())
			}
		}
		if first != nil {
			h.value, h.from = first.At("spec", name), first.ID().String()
			return h
		}
	}
	for _, policy := range p.above(o) {
		if has(policy) {
			h.unsure = policy.ID().String() + " is above the route, and whether it holds for a rule without " + name + " of its own depends on kgateway's version"
			break
		}
	}
	return h
}

// modify makes the changes of a filter before the router; a value that is a template is
// made of the request.
func modify(h *envoy.RequestHeaders, request manifest.Value, from string) {
	for _, name := range request.At("remove").Items() {
		h.Remove(name.Text())
	}
	value := func(entry manifest.Value) string {
		if text := entry.At("value").Text(); !strings.Contains(text, "{{") {
			return text
		}
		return envoy.MadeOfRequest
	}
	for _, entry := range request.At("set").Items() {
		h.Set(entry.At("name").Text(), value(entry), from)
	}
	for _, entry := range request.At("add").Items() {
		h.Add(entry.At("name").Text(), value(entry), from)
	}
}

// Read fills an effect from a rule and from what policies say beside it. The version is
// the Gateway API's.
func (h Fields) Read(e *behavior.Effect, rule stanza.Rule, row stanza.Implementation, version gateway.Version) {
	if h.bodies.from != "" {
		e.Bodies, e.Origin["maxRequestBodyBytes"] = h.bodies.bodies, h.bodies.from
	}
	if h.limits.from != "" {
		e.Breaker, e.Origin["circuitBreaker"] = h.limits.breaker, h.limits.from
	}
	if d, err := schema.ParseDuration(h.timeouts.value.At("request").Text()); err == nil {
		e.TotalTimeout, e.Origin["totalTimeout"] = behavior.None[time.Duration](), h.timeouts.from+" spec.timeouts.request"
		if d > 0 {
			e.TotalTimeout = behavior.Is(time.Duration(d))
		}
		if !rule.Timeouts.At("request").Exists() {
			e.Because(e.Origin["totalTimeout"]+" bounds all tries where the rule has no timeouts.request", "totalTimeout")
		}
	}
	if h.timeouts.unsure != "" {
		e.TotalTimeout = behavior.Unclear[time.Duration]()
		e.Because(h.timeouts.unsure, "totalTimeout")
	}
	switch {
	case rule.Retry.IsMap():
		stanza.Read(e, rule, row, version)
		return
	case h.retry.unsure != "":
		h.open(e)
	case h.retry.value.Exists():
		h.policy(e, rule.Headers)
	default:
		stanza.Read(e, rule, row, version)
		return
	}
	stanza.ReadTimeouts(e, rule, row)
	stanza.ReadLimits(e, row)
}

// open says that the retries of a rule are not known.
func (h Fields) open(e *behavior.Effect) {
	e.MaxRetries, e.AttemptTimeout, e.Backoff = behavior.Unclear[int](), behavior.Unclear[time.Duration](), behavior.Unclear[behavior.Backoff]()
	for c := range behavior.NumCauses {
		e.Unclear.Add(behavior.AllMethods, behavior.Cause(c))
	}
	e.Notes = append(e.Notes, "the retries are not known: "+h.retry.unsure)
	e.Because(h.retry.unsure, behavior.Everything()...)
}

// policy reads the retries of a policy, for requests with some headers that Envoy takes
// for a retry policy.
func (h Fields) policy(e *behavior.Effect, headers envoy.RequestHeaders) {
	retry, from := h.retry.value, h.retry.from+" spec.retry"
	p := envoy.Policy{Retries: behavior.Is(1)}
	e.Origin["maxRetries"], e.Origin["retryOn"] = from+", by the API server's default", from
	if n, ok := retry.At("attempts").Int(); ok {
		p.Retries, e.Origin["maxRetries"] = behavior.Is(int(n)), from+".attempts"
	}
	for _, word := range retry.At("retryOn").Items() {
		p.Words = append(p.Words, word.Text())
	}
	for _, code := range retry.At("statusCodes").Items() {
		if n, ok := code.Int(); ok {
			p.Codes = append(p.Codes, int(n))
		}
	}
	if len(p.Codes) > 0 {
		p.Words = append(p.Words, envoy.CodesWord)
	}
	base, err := schema.ParseDuration(retry.At("backoffBaseInterval").Text())
	if e.Origin["backoff"] = "the API server's default"; err == nil {
		e.Origin["backoff"] = from + ".backoffBaseInterval; the cap is ten times it"
	}
	e.Backoff = behavior.Is(envoy.Waits(time.Duration(base), 0))
	if d, err := schema.ParseDuration(retry.At("perTryTimeout").Text()); err == nil {
		e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.Is(time.Duration(d)), from+".perTryTimeout"
	}
	for _, predicate := range retry.At("retryHostPredicates").Items() {
		if predicate.Text() == "PreviousHosts" {
			e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.OtherBackend), from+".retryHostPredicates"
		}
	}
	p.Read(e, headers)
	h.blame(e)
}

// blame says of everything that is retried that a policy has it so, in whose place there
// is no stanza.
func (h Fields) blame(e *behavior.Effect) {
	text := h.retry.from + " has it so where a rule has no stanza, and before Gateway API 1.7 a stanza cannot say that nothing is retried (kgateway traffic_policy_plugin.go, handlePerRoutePolicies)"
	if e.Elsewhere == nil {
		e.Elsewhere = map[string]string{}
	}
	for _, c := range e.Causes.List(behavior.AllMethods) {
		if topic := c.Topic() + "/" + string(finding.Widened); e.Elsewhere[topic] == "" {
			e.Elsewhere[topic] = text
		}
	}
}
