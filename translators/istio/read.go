package istio

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/stanza"
)

// Read gives what Istio's proxies do: by the VirtualServices that serve the
// requests of a rule on a classic Gateway or in the mesh, by the stanza of the
// HTTPRoute on Istio's own Gateways, and by the DestinationRules of the hosts.
// What is not said is Istio's default: two retries.
func (Gateway) Read(intents []resolve.Intent, world *manifest.Set, s gateway.Settings) [][]behavior.Effect {
	r := reading{world, s, newAttachments(world, s)}
	effects := make([][]behavior.Effect, len(intents))
	for n, i := range intents {
		effects[n] = r.intent(i, intents)
	}
	return effects
}

type reading struct {
	world    *manifest.Set
	settings gateway.Settings
	attached attachments
}

func (r reading) intent(i resolve.Intent, all []resolve.Intent) []behavior.Effect {
	switch now := r.world.Get(i.ID()); {
	case i.ID().Kind == "Service":
		covered := slices.ContainsFunc(all, func(o resolve.Intent) bool {
			return o.Policy == i.Policy && o.Ref == i.Ref && o.ID().Kind != "Service"
		})
		if covered {
			return nil // routes take all requests to the Service
		}
		return r.service(i)
	case i.Object == nil, now == nil:
		return nil
	case i.ID().Kind == "VirtualService":
		alone, before := &routes{}, &routes{}
		alone.add(now)
		alone.index()
		before.add(i.Object)
		before.index()
		return r.served(reaching(before, i.Object, i.Rule), alone)
	case i.ID().Kind == "HTTPRoute", i.ID().Kind == "GRPCRoute":
		return r.route(i, now)
	}
	return nil
}

// reaching gives the matchers of an http route with the methods that earlier ones
// leave to it.
func reaching(all *routes, vs *manifest.Object, http int) []matcher {
	var list []matcher
	for _, m := range matchers(vs.At("spec", "http").Index(http)) {
		served, _ := all.serving([]matcher{m})
		for _, s := range served {
			if s.http == http {
				m.methods &= s.methods
				list = append(list, m)
			}
		}
	}
	return list
}

func (r reading) service(i resolve.Intent) []behavior.Effect {
	host := hostOf(i.ID(), r.settings)
	group := r.attached.on(wholeMesh, host)
	if group == nil {
		e := behavior.Effect{Object: i.ID().String(), Methods: i.Methods, Origin: map[string]string{}}
		r.http(&e, manifest.Value{}, "Istio's default")
		r.upstream(&e, []destination{{host: host}})
		e.Behavior = e.Behavior.Normal()
		return []behavior.Effect{e}
	}
	var everything []matcher
	for _, s := range group.stretches {
		everything = append(everything, matchers(s.vs.At("spec", "http").Index(s.http))...)
	}
	return r.served(everything, group)
}

// served gives the effects of the http routes that serve the wanted requests.
func (r reading) served(wanted []matcher, group *routes) []behavior.Effect {
	list, _ := group.serving(wanted)
	var effects []behavior.Effect
	for _, s := range list {
		h := s.vs.At("spec", "http").Index(s.http)
		if !proxies(h) {
			continue
		}
		id := s.vs.ID().String()
		e := behavior.Effect{Object: id, Rule: httpName(s.vs, s.http), Methods: s.methods, Origin: map[string]string{}}
		r.http(&e, h, id+" http "+httpName(s.vs, s.http))
		r.upstream(&e, destinationsOf(h, s.vs.ID().Namespace, r.settings))
		e.Behavior = e.Behavior.Normal()
		effects = append(effects, e)
	}
	return effects
}

func (r reading) route(i resolve.Intent, now *manifest.Object) []behavior.Effect {
	b := bind(now, r.world, r.settings)
	hosts, gateways := hostnames(now), b.gateways
	if len(b.mesh) > 0 {
		gateways = append(gateways, wholeMesh)
	}
	var effects []behavior.Effect
	for _, gateway := range gateways {
		names := hosts
		if gateway == wholeMesh {
			names = nil
			for _, service := range b.mesh {
				names = append(names, hostOf(service, r.settings))
			}
		}
		for _, host := range names {
			for _, e := range r.served(wanted(i.Object, i.Rule), r.attached.on(gateway, host)) {
				if !slices.ContainsFunc(effects, func(o behavior.Effect) bool {
					return o.Object == e.Object && o.Rule == e.Rule && o.Methods == e.Methods
				}) {
					effects = append(effects, e)
				}
			}
		}
	}
	if b.native {
		effects = append(effects, r.native(i, now)...)
	}
	return effects
}

func (r reading) native(i resolve.Intent, now *manifest.Object) []behavior.Effect {
	rules := route.Rules(now)
	indexes, methods := route.Serving(route.Rules(i.Object), rules, i.Rule)
	var effects []behavior.Effect
	for n, at := range indexes {
		rule, id := rules[at].Value, now.ID().String()
		e := behavior.Effect{Object: id, Rule: ruleName(rules[at]), Methods: methods[n], Origin: map[string]string{}}
		retry := rule.At("retry")
		if rules[at].GRPC || r.settings.GatewayAPI.Channel == "standard" {
			retry = manifest.Value{}
		}
		stanza.Read(&e, retry, rule.At("timeouts"), id, stanza.Of("istio"), nativeVersion)
		e.IdempotencyKey = behavior.None[string]()
		if name, _, ok := gateway.HeaderSet(rule, isKey); ok {
			e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name), id+" RequestHeaderModifier"
		}
		r.upstream(&e, backends(now, at, r.settings))
		e.Behavior = e.Behavior.Normal()
		effects = append(effects, e)
	}
	return effects
}

func ruleName(rule route.Rule) string {
	_, name, _ := strings.Cut(resolve.Place(manifest.ID{}, rule.Name, rule.Index), " rule ")
	return name
}

// http reads an http route of a VirtualService; one that does not exist is that
// of a host without any.
func (r reading) http(e *behavior.Effect, h manifest.Value, from string) {
	e.TotalTimeout, e.Origin["totalTimeout"] = behavior.None[time.Duration](), "Istio's default: none"
	if d := limitOf(h.At("timeout")); d.State == behavior.Set {
		e.TotalTimeout, e.Origin["totalTimeout"] = d, from+" timeout"
	}
	e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.None[time.Duration](), "Istio's default: none"
	e.Backoff, e.Origin["backoff"] = waits(defaultBase), "Envoy's default"
	retries := h.At("retries")
	on := defaultRetryOn
	switch {
	case h.At("delegate").Exists():
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Unclear[int](), from+" leaves it to a delegate"
		e.Unclear.Add(behavior.AllMethods, causesOf("5xx,"+defaultRetryOn)...)
		e.Notes = append(e.Notes, from+" leaves its requests to another VirtualService, which is not read here")
		return
	case !retries.IsMap():
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(defaultAttempts), "Istio's default: a route without retries retries twice"
		e.Origin["retryOn"] = "Istio's default"
	default:
		n, _ := retries.At("attempts").Int()
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(max(0, int(n))), from+" retries.attempts"
		if !retries.At("attempts").Exists() {
			e.Origin["maxRetries"] = from + " retries, which is without attempts: off"
		}
		e.Origin["retryOn"] = "Istio's default"
		if text := retries.At("retryOn").Text(); text != "" {
			on, e.Origin["retryOn"] = text, from+" retries.retryOn"
		}
		if n <= 0 {
			on = ""
		}
		if d := limitOf(retries.At("perTryTimeout")); d.State == behavior.Set && n > 0 {
			e.AttemptTimeout, e.Origin["attemptTimeout"] = d, from+" retries.perTryTimeout"
		}
		if d := limitOf(retries.At("backoff")); d.State == behavior.Set && r.settings.Version.AtLeast(1, 26) {
			e.Backoff, e.Origin["backoff"] = waits(d.Value), from+" retries.backoff; the cap is ten times it"
		}
	}
	e.Causes.Add(behavior.AllMethods, causesOf(on)...)
	if a, t := e.AttemptTimeout, e.TotalTimeout; a.State == behavior.Set && t.State == behavior.Set && a.Value >= t.Value {
		e.AttemptTimeout = behavior.None[time.Duration]()
		e.Notes = append(e.Notes, "the timeout of a try is not less than the request's: Envoy ignores it")
	}
	e.IdempotencyKey = behavior.None[string]()
	for name, value := range h.At("headers", "request", "set").Fields() {
		if isKey(name.Text(), value.Text()) {
			e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name.Text()), from+" headers.request.set"
		}
	}
	if h.At("fault", "abort").Exists() {
		e.Notes = append(e.Notes, from+" has a fault: Envoy makes it before the router, so it is never retried")
	}
}

const defaultBase = 25 * time.Millisecond

// waits are Envoy's: full jitter, doubled up to ten times the base.
func waits(base time.Duration) behavior.Setting[behavior.Backoff] {
	return behavior.Is(behavior.Backoff{Base: base, Cap: 10 * base, Growth: 2, Jitter: behavior.FullJitter})
}

// keyForm is a header that keeps the client's value and else takes the request ID.
var keyForm = regexp.MustCompile(`(?i)^%REQ\(([^?)]+)\?X-Request-Id\)%$`)

func isKey(name, value string) bool {
	m := keyForm.FindStringSubmatch(value)
	return m != nil && strings.EqualFold(m[1], name)
}
