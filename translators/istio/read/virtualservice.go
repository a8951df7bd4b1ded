package read

import (
	"fmt"
	"slices"
	"time"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// virtualService reads what serves the requests of an http route, on each gateway
// and for each host: an older VirtualService may have them. One without hosts is
// a part of others, and is read by itself.
func (r reading) virtualService(i resolve.Intent, now *manifest.Object) []behavior.Effect {
	before := r.alone(i.Object)
	wanted := reaching(before, i.Object, i.Rule)
	if now.At("spec", "hosts").Len() == 0 {
		return r.served(wanted, r.alone(now))
	}
	var effects []behavior.Effect
	var in uncertain
	for _, gateway := range controller.GatewaysOf(now) {
		for _, host := range controller.HostsOf(now, r.Settings) {
			group := r.Attached.On(gateway, host)
			about, certain := uncertainOf(group, wanted, before.Keys)
			effects = join(effects, r.served(certain, group))
			in = in.and(about)
		}
	}
	return append(effects, in.effects(now.ID().String(), controller.HTTPName(i.Object, i.Rule), len(effects) > 0)...)
}

// alone gives the http routes of a VirtualService without those of others.
func (r reading) alone(vs *manifest.Object) *controller.Routes {
	routes, known := r.routes[vs]
	if !known {
		routes = &controller.Routes{}
		routes.Add(vs)
		routes.Index()
		r.routes[vs] = routes
	}
	return routes
}

// join adds effects that are not there yet.
func join(effects, more []behavior.Effect) []behavior.Effect {
	for _, e := range more {
		if !slices.ContainsFunc(effects, func(o behavior.Effect) bool {
			return o.Object == e.Object && o.Rule == e.Rule && o.Methods == e.Methods
		}) {
			effects = append(effects, e)
		}
	}
	return effects
}

// reaching gives the matchers of an http route with the methods that earlier ones
// leave to it.
func reaching(all *controller.Routes, vs *manifest.Object, http int) []controller.Matcher {
	var list []controller.Matcher
	for _, m := range controller.Matchers(vs.At("spec", "http").Index(http)) {
		served, _ := all.Serving([]controller.Matcher{m})
		for _, s := range served {
			if s.HTTP == http {
				m.Methods &= s.Methods
				list = append(list, m)
			}
		}
	}
	return list
}

// served gives the effects of the http routes that serve the wanted requests.
func (r reading) served(wanted []controller.Matcher, group *controller.Routes) []behavior.Effect {
	list, _ := group.Serving(wanted)
	var effects []behavior.Effect
	for _, s := range list {
		effects = append(effects, r.effects(s)...)
	}
	return effects
}

// effects gives those of one http route: one for all of its destinations, or for those
// that get the same headers.
func (r reading) effects(s controller.Served) (effects []behavior.Effect) {
	h := s.VS.At("spec", "http").Index(s.HTTP)
	if !controller.Proxies(h) {
		return nil
	}
	id := s.VS.ID().String()
	whole, from := r.inherited(h, s.VS), id+" http "+controller.HTTPName(s.VS, s.HTTP)
	all := changesOf(whole, from)
	parts := flows(all, controller.DestinationsOf(h, s.VS.ID().Namespace, r.Settings), h.At("route").Len() == 1,
		func(to manifest.Value) envoy.Changes { return changesOf(to, from) })
	for _, part := range parts {
		e := behavior.Effect{Object: id, Rule: nameOf(controller.HTTPName(s.VS, s.HTTP), part, parts), Methods: s.Methods, Origin: map[string]string{}}
		r.http(&e, whole, part.headers, from)
		r.upstream(&e, part.to, "")
		r.hidden.from(&e, all.Remove)
		e.Behavior = e.Behavior.Normal()
		effects = append(effects, e)
	}
	return effects
}

// delegates gives the http routes that leave their requests to another
// VirtualService, by its name.
func delegates(world *manifest.Set) map[manifest.ID][]manifest.Value {
	roots := map[manifest.ID][]manifest.Value{}
	for _, o := range world.Kind(api.Group, "VirtualService") {
		for _, root := range o.At("spec", "http").Items() {
			d := root.At("delegate")
			if !d.Exists() {
				continue
			}
			id := manifest.ID{Group: api.Group, Kind: "VirtualService", Namespace: d.At("namespace").Text(), Name: d.At("name").Text()}
			if id.Namespace == "" {
				id.Namespace = o.ID().Namespace
			}
			roots[id] = append(roots[id], root)
		}
	}
	return roots
}

// inherited gives an http route with what it takes over from the one that leaves
// its requests to it, if there is just one such in the input (Istio 1.31
// pilot/pkg/model/virtualservice.go:215).
func (r reading) inherited(h manifest.Value, vs *manifest.Object) manifest.Value {
	roots := r.roots[vs.ID()]
	if len(roots) != 1 {
		return h
	}
	h = h.Copy()
	for _, field := range []string{"retries", "timeout", "headers", "fault"} {
		if root := roots[0].At(field); root.Exists() && !h.At(field).Exists() {
			h.Put(field, root)
		}
	}
	return h
}

// http reads an http route of a VirtualService; one that does not exist is that
// of a host without any. Headers are what Envoy's router gets.
func (r reading) http(e *behavior.Effect, h manifest.Value, headers envoy.RequestHeaders, from string) {
	e.TotalTimeout, e.Origin["totalTimeout"] = behavior.None[time.Duration](), "Istio's default: none"
	if d := controller.LimitOf(h.At("timeout")); d.State == behavior.Set {
		e.TotalTimeout, e.Origin["totalTimeout"] = d, from+" timeout"
	}
	e.AttemptTimeout, e.Origin["attemptTimeout"] = behavior.None[time.Duration](), "Istio's default: none"
	e.Backoff, e.Origin["backoff"] = waits(defaultBase), "Envoy's default"
	retries := h.At("retries")
	on := api.DefaultRetryOn
	switch {
	case h.At("delegate").Exists():
		leaveOpen(e)
		e.Origin["maxRetries"] = from + " leaves it to a delegate"
		e.Notes = append(e.Notes, from+" leaves its requests to another VirtualService, which is not read here")
		e.Because(e.Notes[len(e.Notes)-1], behavior.Everything()...)
		return
	case !retries.IsMap():
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(api.DefaultAttempts), "Istio's default: a route without retries retries twice"
		e.Origin["retryOn"] = "Istio's default"
		e.Because(from+" says nothing of retries, and Istio then retries twice (pilot/pkg/networking/core/route/retry/retry.go:36)", "maxRetries", "retryOn", "attemptTimeout", "AttemptTimeout", "backoff")
	default:
		n, _ := retries.At("attempts").Int()
		e.MaxRetries, e.Origin["maxRetries"] = behavior.Is(max(0, int(n))), from+" retries.attempts"
		if !retries.At("attempts").Exists() {
			e.Origin["maxRetries"] = from + " retries, which is without attempts: off"
			e.Because(e.Origin["maxRetries"], "maxRetries", "attemptTimeout", "AttemptTimeout")
		}
		e.Origin["retryOn"] = "Istio's default"
		if skip, said := retries.At("retryIgnorePreviousHosts").Bool(); said {
			e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.AnyBackend), from+" retries.retryIgnorePreviousHosts"
			if skip {
				e.NextBackend = behavior.Is(behavior.OtherBackend)
			}
		}
		if text := retries.At("retryOn").Text(); text != "" {
			on, e.Origin["retryOn"] = text, from+" retries.retryOn"
		}
		if n <= 0 {
			on = ""
		}
		if d := controller.LimitOf(retries.At("perTryTimeout")); d.State == behavior.Set && n > 0 {
			e.AttemptTimeout, e.Origin["attemptTimeout"] = d, from+" retries.perTryTimeout"
		}
		if d := controller.LimitOf(retries.At("backoff")); d.State == behavior.Set && r.Settings.Version.AtLeast(1, 26) {
			e.Backoff, e.Origin["backoff"] = waits(d.Value), from+" retries.backoff; the cap is ten times it"
		}
	}
	policyOf(e.MaxRetries.Value, on).Read(e, headers)
	ofNoUse(e)
	e.IdempotencyKey = behavior.None[string]()
	if name, ok := controller.KeyOf(h); ok {
		e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name), from+" headers.request.set"
	}
	if h.At("fault", "abort").Exists() {
		e.Notes = append(e.Notes, from+" has a fault: Envoy makes it before the router, so it is never retried")
	}
}

// leaveOpen says that nothing is known of what an http route does.
func leaveOpen(e *behavior.Effect) {
	e.MaxRetries, e.IdempotencyKey, e.Bodies = behavior.Unclear[int](), behavior.Unclear[string](), behavior.UnclearBodies()
	e.TotalTimeout, e.AttemptTimeout, e.Backoff = behavior.Unclear[time.Duration](), behavior.Unclear[time.Duration](), behavior.Unclear[behavior.Backoff]()
	for c := range behavior.NumCauses {
		e.Unclear.Add(behavior.AllMethods, behavior.Cause(c))
	}
}

// ofNoUse takes a try's timeout away that has no effect: without a retry there is
// no place for it, and Envoy ignores one that is not less than the request's.
func ofNoUse(e *behavior.Effect) {
	a, t := e.AttemptTimeout, e.TotalTimeout
	switch {
	case a.State != behavior.Set:
	case e.MaxRetries == behavior.Is(0):
		e.AttemptTimeout = behavior.None[time.Duration]()
		e.Notes = append(e.Notes, "the timeout of a try is lost: it needs retries")
		e.Because(fmt.Sprintf("the timeout of a try needs retries, and there are none: %s", e.Origin["maxRetries"]), "attemptTimeout")
	case t.State == behavior.Set && a.Value >= t.Value:
		e.AttemptTimeout = behavior.None[time.Duration]()
		e.Notes = append(e.Notes, "the timeout of a try is not less than the request's: Envoy ignores it")
		e.Because(fmt.Sprintf("the timeout of a try is not less than the request's, %s from %s: Envoy ignores it (router.cc, finalTimeout)",
			behavior.Short(t.Value), e.Origin["totalTimeout"]), "attemptTimeout", "AttemptTimeout")
	}
}

const defaultBase = 25 * time.Millisecond

// waits are Envoy's: full jitter, doubled up to ten times the base, none after a 425.
func waits(base time.Duration) behavior.Setting[behavior.Backoff] {
	return behavior.Is(behavior.Backoff{Base: base, Cap: 10 * base, Growth: 2, Jitter: behavior.FullJitter, NotAfter425: true})
}
