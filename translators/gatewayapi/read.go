package gatewayapi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// Read gives what the implementation does with the stanza and the timeouts of
// each rule, as far as that is known; the standard itself leaves most of it open.
func (Gateway) Read(intents []resolve.Intent, world *manifest.Set, s gateway.Settings) [][]behavior.Effect {
	r := reading{world, s, stanza.Of(s.GatewayAPI.Implementation), map[manifest.ID]*manifest.Object{}}
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
	row      stanza.Implementation
	budgets  map[manifest.ID]*manifest.Object // by Service
}

func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	kind := i.ID().Kind
	if i.Rule < 0 || i.Object == nil || now == nil || kind != "HTTPRoute" && kind != "GRPCRoute" {
		return nil // nothing of it can carry retries
	}
	rules := route.Rules(now)
	indexes, methods := route.ServingBy(r.row.Order(), route.Rules(i.Object), rules, i.Rule)
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
	if r.answered(e, o, rule) {
		return
	}
	retry := rule.At("retry")
	if dropped := !r.settings.Version.AtLeast(1, 7) && r.settings.GatewayAPI.Channel == "standard"; dropped && retry.Exists() {
		e.Notes = append(e.Notes, "the API server drops the retry stanza: the standard channel does not have it before 1.7")
		e.Because(e.Notes[len(e.Notes)-1], "maxRetries", "retryOn", "backoff")
		retry = manifest.Value{}
	}
	if !o.Is(route.Group, "HTTPRoute") {
		retry = manifest.Value{}
	}
	stanza.Read(e, retry, rule.At("timeouts"), id, r.row, r.settings.Version)
	e.Budget = r.budget(e, o, rule)
	e.IdempotencyKey = behavior.None[string]()
}

// answered reports whether the requests of a rule are answered without a backend,
// and then makes the effect say so. In a mesh, without backends, they may go on to
// the Service that is the parent.
func (r reading) answered(e *behavior.Effect, o *manifest.Object, rule manifest.Value) bool {
	status, why := route.Redirect(rule), "the rule redirects"
	for _, f := range rule.At("filters").Items() {
		if group := f.At("extensionRef", "group"); group.Exists() && r.row.Filters != nil && !slices.Contains(r.row.Filters, group.Text()) {
			status, why = 500, r.row.Name+" knows no filter of "+group.Text()
		}
	}
	parents, _ := resolve.ParentRefs(o)
	mesh := slices.ContainsFunc(parents, func(id manifest.ID) bool { return id.Kind == "Service" })
	if status == 0 && !mesh && !route.HasBackend(rule) {
		status, why = 500, "the rule has no backend"
	}
	if status != 0 {
		gateway.Answered(e, status, why)
	}
	return status != 0
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
	if found == nil || r.settings.GatewayAPI.Channel == "standard" || r.row.Budget == behavior.Off {
		return behavior.None[behavior.Budget]()
	}
	if r.row.Budget == behavior.Unknown {
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
