// Package read tells what an implementation does with stanzas of HTTPRoutes.
package read

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema"
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/gatewayapi/api"
	"retryctl.dev/translators/kgateway"
	"retryctl.dev/translators/stanza"
)

// New gives what the implementation does with the stanza and the timeouts of
// each rule, as far as that is known; the standard itself leaves most of it open. An
// implementation that is a gateway of this project reads it itself, with its own
// policies and defaults.
func New(world *manifest.Set, s gateway.Settings, implementers []gateway.Implementer) gateway.Reader {
	row, version, versioned := stanza.Meant(s)
	r := reading{world: world, settings: s, row: row, rules: route.Parsed{}, budgets: map[manifest.ID]*manifest.Object{}}
	if r.row.Name == "kgateway" {
		r.policies = kgateway.New(world)
	}
	for _, o := range world.Kind(api.BudgetGroup, api.BudgetKind) {
		for _, ref := range o.At("spec", "targetRefs").Items() {
			id := manifest.ID{Kind: ref.At("kind").Text(), Namespace: o.ID().Namespace, Name: ref.At("name").Text()}
			if r.budgets[id] == nil {
				r.budgets[id] = o
			}
		}
	}
	if by := implementer(implementers, row.Name); by != nil {
		if s.Version, s.Standard = by.Serves(s.Version), s.Version; versioned {
			s.Version = version
		}
		return implemented{r, by.Reader(world, s)}
	}
	return r
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, func(i resolve.Intent) []behavior.Effect {
		if !r.carries(i) {
			return nil
		}
		return r.intent(i)
	})
}

// implementer gives the gateway that is the implementation; nil where none is.
func implementer(known []gateway.Implementer, name string) gateway.Implementer {
	for _, one := range known {
		if one.Profile().Name == name {
			return one
		}
	}
	return nil
}

// implemented has a gateway read what it makes of the intents' rules.
type implemented struct {
	reading
	by gateway.Reader
}

func (r implemented) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	asked := slices.DeleteFunc(slices.Clone(intents), func(i resolve.Intent) bool { return !r.carries(i) })
	return func(yield func([]behavior.Effect) bool) {
		next, stop := iter.Pull(r.by.Effects(asked))
		defer stop()
		for _, i := range intents {
			var list []behavior.Effect
			if r.carries(i) {
				list, _ = next()
			}
			for k := range list {
				if r.row.Budget == behavior.Unknown && list[k].Answer == 0 && r.budget(&list[k], i.Object, i.Object.At("spec", "rules").Index(i.Rule)).State == behavior.Unknown {
					list[k].Budget = behavior.Unclear[behavior.Budget]()
				}
			}
			if !yield(list) {
				return
			}
		}
	}
}

// carries reports whether a place of an intent can carry retries.
func (r reading) carries(i resolve.Intent) bool {
	kind := i.ID().Kind
	return i.Rule >= 0 && i.Object != nil && r.world.Get(i.ID()) != nil && (kind == "HTTPRoute" || kind == "GRPCRoute")
}

type reading struct {
	world    *manifest.Set
	settings gateway.Settings
	row      stanza.Implementation
	rules    route.Parsed
	budgets  map[manifest.ID]*manifest.Object // by Service
	policies kgateway.Policies                // none where it is not the implementation
}

func (r reading) intent(i resolve.Intent) []behavior.Effect {
	now := r.world.Get(i.ID())
	rules := r.rules.Of(now)
	indexes, methods := route.ServingBy(r.row.Order(), r.rules.Of(i.Object), rules, i.Rule)
	var effects []behavior.Effect
	for n, at := range indexes {
		name := rules[at].Name
		if name == "" {
			name = fmt.Sprint(at)
		}
		policy := r.policies.On(now, rules[at])
		for _, v := range r.row.Headers(rules[at].Value, policy.Headers, now.ID().String()) {
			e := behavior.Effect{Object: now.ID().String(), Rule: name, Methods: methods[n], Origin: map[string]string{}}
			if v.Backends != "" {
				e.Notes = append(e.Notes, "for requests to "+v.Backends+": the headers that Envoy takes for a retry policy depend on the backend")
			}
			r.rule(&e, now, rules[at].Value, policy, v.RequestHeaders)
			e.Behavior = e.Behavior.Normal()
			effects = append(effects, e)
		}
	}
	return effects
}

func (r reading) rule(e *behavior.Effect, o *manifest.Object, rule manifest.Value, policy kgateway.Fields, headers envoy.RequestHeaders) {
	id := o.ID().String()
	if r.answered(e, o, rule) {
		return
	}
	retry := rule.At("retry")
	if dropped := !r.settings.Version.AtLeast(1, 7) && stanza.Standard(r.settings); dropped && retry.Exists() {
		e.Notes = append(e.Notes, "the API server drops the retry stanza: the standard channel does not have it before 1.7")
		e.Because(e.Notes[len(e.Notes)-1], "maxRetries", "retryOn", "backoff")
		retry = manifest.Value{}
	}
	if !o.Is(route.Group, "HTTPRoute") {
		retry = manifest.Value{}
	}
	policy.Read(e, stanza.Rule{Retry: retry, Timeouts: rule.At("timeouts"), Headers: headers, From: id}, r.row, r.settings.Version)
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
	if found == nil || stanza.Standard(r.settings) || r.row.Budget == behavior.Off {
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
