package envoygateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// Read gives what Envoy does with the requests of each rule: the retry stanza of
// the route wins over the BackendTrafficPolicy's, the most specific policy holds
// as a whole, and Envoy's own defaults hold where neither says anything.
func (Gateway) Read(intents []resolve.Intent, world *manifest.Set, _ gateway.Settings) [][]behavior.Effect {
	r := reading{world: world, attached: newAttachments(world), keys: requestIDs(world)}
	effects := make([][]behavior.Effect, len(intents))
	for n, i := range intents {
		effects[n] = r.intent(i)
	}
	return effects
}

type reading struct {
	world    *manifest.Set
	attached attachments
	keys     bool
}

func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	switch kind := i.ID().Kind; {
	case kind != "Gateway" && kind != "HTTPRoute" && kind != "GRPCRoute":
		return nil // no policy can be on it
	case i.Rule < 0, i.Object == nil, now == nil:
		return []behavior.Effect{r.whole(i)}
	}
	rules := route.Rules(now)
	indexes, methods := route.Serving(route.Rules(i.Object), rules, i.Rule)
	var effects []behavior.Effect
	for n, at := range indexes {
		rule := rules[at]
		e := behavior.Effect{Object: now.ID().String(), Rule: ruleName(rule), Methods: methods[n], Origin: map[string]string{}}
		r.read(&e, r.attached.chain(now, rule.Name, r.world), rule.Value, now.ID())
		effects = append(effects, e)
	}
	return effects
}

func ruleName(r route.Rule) string {
	if r.Name != "" {
		return r.Name
	}
	return fmt.Sprint(r.Index)
}

// whole is a target of which only the name is known, or a Gateway without routes.
func (r reading) whole(i resolve.Intent) behavior.Effect {
	e := behavior.Effect{Object: i.TargetID().String(), Rule: i.Target().SectionName, Methods: i.Methods, Origin: map[string]string{}}
	var chain []*manifest.Object
	target := refTo(i.Target())
	for _, at := range []ref{target, {target.kind, target.name, ""}} {
		if p := r.attached.on(i.TargetID().Namespace, at); p != nil && !slices.Contains(chain, p) {
			chain = append(chain, p)
		}
	}
	r.read(&e, chain, manifest.Value{}, i.TargetID())
	return e
}

// read fills an effect from the policies that hold and from the rule itself.
func (r reading) read(e *behavior.Effect, chain []*manifest.Object, rule manifest.Value, id manifest.ID) {
	spec, from := merged(chain)
	if problem := rejected(spec); problem != "" {
		e.Notes = append(e.Notes, fmt.Sprintf("%s is not accepted (%s): every request is answered 500", from, problem))
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(0), from
		return
	}
	native := rule.At("retry")
	if native.IsMap() {
		r.native(e, native, id.String())
	} else {
		readRetry(e, spec.At("retry"), from)
	}
	readTimeouts(e, spec, from, rule, id.String())
	readBreaker(e, spec.At("circuitBreaker"), from)
	r.key(e, rule, id.String())
	e.Behavior = e.Behavior.Normal()
}

// merged gives the spec of the most specific policy, laid over the next wider one
// if it has a mergeType: mappings merge, lists do not, and what the API server
// fills in counts as set.
func merged(chain []*manifest.Object) (spec manifest.Value, from string) {
	if len(chain) == 0 {
		return manifest.Value{}, ""
	}
	spec, from = chain[0].At("spec"), chain[0].ID().String()
	if spec.At("mergeType").Text() == "" {
		return spec, from
	}
	for _, wider := range chain[1:] {
		if names := refsOf(wider); names.Len() > 0 && names.Index(0).At("kind").Text() == "Gateway" {
			base := wider.At("spec").Copy()
			overlay(base, withDefaults(spec))
			return base, from + " over " + wider.ID().String()
		}
	}
	return spec, from
}

func overlay(base, top manifest.Value) {
	for key, value := range top.Fields() {
		if under := base.At(key.Text()); under.IsMap() && value.IsMap() {
			overlay(under, value)
		} else {
			base.Put(key.Text(), value)
		}
	}
}

func withDefaults(spec manifest.Value) manifest.Value {
	c := spec.Copy()
	if retry := c.At("retry"); retry.IsMap() && !retry.At("numRetries").Exists() {
		retry.Put("numRetries", defaultRetries)
	}
	if breaker := c.At("circuitBreaker"); breaker.IsMap() {
		for _, limit := range []string{"maxConnections", "maxPendingRequests", "maxParallelRequests", "maxParallelRetries"} {
			if !breaker.At(limit).Exists() {
				breaker.Put(limit, defaultLimit)
			}
		}
	}
	return c
}

// rejected tells what Envoy Gateway refuses although the CRD takes it (v1.9.1
// internal/gatewayapi/clustersettings.go:739).
func rejected(spec manifest.Value) string {
	backOff := spec.At("retry", "perRetry", "backOff")
	base, hasBase := span(backOff.At("baseInterval"))
	limit, hasLimit := span(backOff.At("maxInterval"))
	switch {
	case hasBase && base == 0, hasLimit && limit == 0:
		return "a back-off interval of 0"
	case hasBase && hasLimit && limit < base:
		return "maxInterval is less than baseInterval"
	}
	return ""
}

func span(v manifest.Value) (time.Duration, bool) {
	d, err := schema.ParseDuration(v.Text())
	return time.Duration(d), err == nil
}

func readRetry(e *behavior.Effect, retry manifest.Value, from string) {
	if !retry.IsMap() {
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(0), "no policy: Envoy does not retry by itself"
		e.AttemptTimeout, e.Backoff = behavior.None[time.Duration](), behavior.None[behavior.Backoff]()
		return
	}
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(defaultRetries), from+" (the API server's default)"
	if n, ok := retry.At("numRetries").Int(); ok {
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(int(n)), from+" spec.retry.numRetries"
	}
	names, codes := retryOn(retry.At("retryOn"))
	e.Origin["retryOn"] = from + " spec.retry.retryOn"
	addCauses(e, names, codes)
	readAttempt(e, retry.At("perRetry", "timeout"), from+" spec.retry.perRetry.timeout")
	backOff := retry.At("perRetry", "backOff")
	base, hasBase := span(backOff.At("baseInterval"))
	limit, hasLimit := span(backOff.At("maxInterval"))
	if hasLimit && !hasBase {
		e.Notes = append(e.Notes, from+" has maxInterval without baseInterval: Envoy's configuration of the whole Gateway cannot be built and stays as it was")
	}
	readBackoff(e, base, hasBase, limit, hasLimit, from+" spec.retry.perRetry.backOff")
}

// retryOn gives the triggers and codes in force.
func retryOn(on manifest.Value) (names []string, codes []int) {
	for _, v := range on.At("triggers").Items() {
		names = append(names, v.Text())
	}
	for _, v := range on.At("httpStatusCodes").Items() {
		if n, ok := v.Int(); ok {
			codes = append(codes, int(n))
		}
	}
	if len(names) == 0 {
		names = defaultTriggers
	}
	if !on.At("triggers").Exists() && !on.At("httpStatusCodes").Exists() {
		codes = []int{defaultCode}
	}
	return names, codes
}

func addCauses(e *behavior.Effect, names []string, codes []int) {
	for _, name := range names {
		e.Causes.Add(behavior.AllMethods, causesOf(name)...)
		if name != codesTrigger {
			continue
		}
		for _, code := range codes {
			if c, ok := behavior.Code(code); ok {
				e.Causes.Add(behavior.AllMethods, c)
			} else {
				e.Notes = append(e.Notes, fmt.Sprintf("responses with status %d are retried too", code))
			}
		}
	}
}

func readAttempt(e *behavior.Effect, v manifest.Value, from string) {
	e.AttemptTimeout = behavior.None[time.Duration]()
	if d, ok := span(v); ok && d > 0 {
		e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.Is(d), from
	}
}

func readBackoff(e *behavior.Effect, base time.Duration, hasBase bool, limit time.Duration, hasLimit bool, from string) {
	b := behavior.Backoff{Base: defaultBaseMillis * time.Millisecond, Growth: 2, Jitter: behavior.FullJitter}
	e.Origin["backoff"] = "Envoy's default"
	if hasBase {
		b.Base, e.Origin["backoff"] = base, from
	}
	b.Cap = defaultCapFactor * b.Base
	if hasLimit {
		b.Cap = limit
	}
	e.Backoff = behavior.Is(b)
}

// native reads the retry stanza of an HTTPRoute rule, which wins over the
// BackendTrafficPolicy's as a whole (v1.9.1 internal/ir/xds.go:1097).
func (r reading) native(e *behavior.Effect, retry manifest.Value, from string) {
	e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(defaultRetries), "Envoy Gateway's default for the stanza of "+from
	if n, ok := retry.At("attempts").Int(); ok {
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(int(n)), from+" retry.attempts"
	}
	codes := []int{defaultCode}
	if list := retry.At("codes"); list.Len() > 0 {
		codes = nil
		for _, v := range list.Items() {
			if n, ok := v.Int(); ok {
				codes = append(codes, int(n))
			}
		}
	}
	e.Origin["retryOn"] = from + " retry"
	addCauses(e, defaultTriggers, codes)
	base, ok := span(retry.At("backoff"))
	if ok && base == 0 {
		e.Notes = append(e.Notes, from+" has backoff 0s: Envoy's configuration of the whole Gateway cannot be built and stays as it was")
	}
	readBackoff(e, base, ok && base > 0, 0, false, from+" retry.backoff")
}

// readTimeouts: the route's timeouts win over the policy's; backendRequest is
// each try's with a retry stanza and the whole request's without (v1.9.1
// internal/gatewayapi/route.go:1099). A try's timeout that is not less than the
// request's is ignored by Envoy.
func readTimeouts(e *behavior.Effect, spec manifest.Value, from string, rule manifest.Value, id string) {
	total, origin := time.Duration(defaultTimeoutSecs)*time.Second, "Envoy's default"
	if d, ok := span(spec.At("timeout", "http", "requestTimeout")); ok {
		total, origin = d, from+" spec.timeout.http.requestTimeout"
	}
	if d, ok := span(rule.At("timeouts", "request")); ok {
		total, origin = d, id+" timeouts.request"
	}
	if v := rule.At("timeouts", "backendRequest"); rule.At("retry").IsMap() {
		readAttempt(e, v, id+" timeouts.backendRequest")
	} else if d, ok := span(v); ok {
		total, origin = d, id+" timeouts.backendRequest, which Envoy Gateway takes for the whole request"
	}
	e.TotalTimeout, e.Origin["totalTimeout"] = behavior.None[time.Duration](), origin
	if total > 0 {
		e.TotalTimeout = behavior.Is(total)
	}
	if e.AttemptTimeout.State == behavior.Set && total > 0 && e.AttemptTimeout.Value >= total {
		e.Notes = append(e.Notes, fmt.Sprintf("the timeout of a try (%s) is not less than the request's (%s): Envoy ignores it",
			behavior.Short(e.AttemptTimeout.Value), behavior.Short(total)))
		e.AttemptTimeout = behavior.None[time.Duration]()
	}
}

func readBreaker(e *behavior.Effect, breaker manifest.Value, from string) {
	e.Budget = behavior.None[behavior.Budget]()
	if !breaker.IsMap() {
		e.Breaker.MaxParallelRetries = behavior.Is(int64(defaultLimit))
		e.Origin["circuitBreaker"] = "Envoy Gateway's default"
		return
	}
	e.Origin["circuitBreaker"] = from + " spec.circuitBreaker"
	limit := func(name string) behavior.Setting[int64] {
		if n, ok := breaker.At(name).Int(); ok {
			return behavior.Is(n)
		}
		return behavior.Is(int64(defaultLimit))
	}
	e.Breaker.MaxConnections = limit("maxConnections")
	e.Breaker.MaxPendingRequests = limit("maxPendingRequests")
	e.Breaker.MaxParallelRequests = limit("maxParallelRequests")
	e.Breaker.MaxParallelRetries = limit("maxParallelRetries")
	percent := breaker.At("retryBudget", "percent")
	numerator, ok := percent.At("numerator").Float()
	if !ok {
		return
	}
	denominator, ok := percent.At("denominator").Float()
	if !ok || denominator == 0 {
		denominator = 100
	}
	budget := behavior.Budget{Percent: numerator / denominator * 100, MinConcurrent: defaultConcurrency}
	if n, ok := breaker.At("retryBudget", "minRetryConcurrency").Int(); ok {
		budget.MinConcurrent = int(n)
	}
	e.Budget, e.Breaker.RetriesOverridden = behavior.Is(budget), true
	e.Origin["budget"] = from + " spec.circuitBreaker.retryBudget"
}

// keyForm is a header that keeps the client's value and else takes the request ID.
var keyForm = regexp.MustCompile(`(?i)^%REQ\(([^?)]+)\?X-Request-Id\)%$`)

func (r reading) key(e *behavior.Effect, rule manifest.Value, id string) {
	e.IdempotencyKey = behavior.None[string]()
	name, _, ok := gateway.HeaderSet(rule, func(name, value string) bool {
		m := keyForm.FindStringSubmatch(value)
		return m != nil && strings.EqualFold(m[1], name)
	})
	switch {
	case ok && r.keys:
		e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name), id+" RequestHeaderModifier"
	case ok:
		e.IdempotencyKey = behavior.Unclear[string]()
	}
}

// requestIDs reports whether every request has an ID that Envoy made: a
// ClientTrafficPolicy can turn that off.
func requestIDs(world *manifest.Set) bool {
	for _, o := range world.Kind(group, "ClientTrafficPolicy") {
		if mode := o.At("spec", "headers", "requestID").Text(); mode == "Disable" || mode == "Preserve" {
			return false
		}
	}
	return true
}
