package istio

import (
	"slices"
	"strings"

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
	r := reading{world, s, newAttachments(world, s), delegates(world)}
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
	// roots are the http routes that leave their requests to a VirtualService.
	roots map[manifest.ID][]manifest.Value
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
		return r.virtualService(i, now)
	case i.ID().Kind == "HTTPRoute", i.ID().Kind == "GRPCRoute":
		return r.route(i, now)
	}
	return nil
}

func (r reading) service(i resolve.Intent) []behavior.Effect {
	host := hostOf(i.ID(), r.settings)
	group := r.attached.on(wholeMesh, host)
	if group == nil {
		e := behavior.Effect{Object: i.ID().String(), Methods: i.Methods, Origin: map[string]string{}}
		r.http(&e, manifest.Value{}, "Istio's default")
		r.upstream(&e, []destination{{host: host}}, "")
		e.Behavior = e.Behavior.Normal()
		return []behavior.Effect{e}
	}
	var everything []matcher
	for _, s := range group.stretches {
		everything = append(everything, matchers(s.vs.At("spec", "http").Index(s.http))...)
	}
	return r.served(everything, group)
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
			effects = join(effects, r.served(wanted(i.Object, i.Rule), r.attached.on(gateway, host)))
		}
	}
	if b.native {
		effects = append(effects, r.native(i, now, b)...)
	}
	return effects
}

func (r reading) native(i resolve.Intent, now *manifest.Object, b binding) []behavior.Effect {
	rules := route.Rules(now)
	indexes, methods := route.Serving(route.Rules(i.Object), rules, i.Rule)
	var effects []behavior.Effect
	for n, at := range indexes {
		rule, id := rules[at].Value, now.ID().String()
		if redirects(rule) || len(backends(r.world, now, at, r.settings)) == 0 {
			continue // answered without a backend
		}
		e := behavior.Effect{Object: id, Rule: ruleName(rules[at]), Methods: methods[n], Origin: map[string]string{}}
		retry := rule.At("retry")
		if rules[at].GRPC || r.settings.GatewayAPI.Channel == "standard" {
			retry = manifest.Value{}
		}
		stanza.Read(&e, retry, rule.At("timeouts"), id, stanza.Of("istio"), nativeVersion)
		ofNoUse(&e)
		e.IdempotencyKey = behavior.None[string]()
		if name, _, ok := gateway.HeaderSet(rule, isKey); ok {
			e.IdempotencyKey, e.Origin["idempotencyKey"] = behavior.Is(name), id+" RequestHeaderModifier"
		}
		r.upstream(&e, backends(r.world, now, at, r.settings), b.client)
		e.Behavior = e.Behavior.Normal()
		effects = append(effects, e)
	}
	return effects
}

// redirects reports whether a rule answers with a redirect.
func redirects(rule manifest.Value) bool {
	for _, f := range rule.At("filters").Items() {
		if f.At("type").Text() == "RequestRedirect" {
			return true
		}
	}
	return false
}

func ruleName(rule route.Rule) string {
	_, name, _ := strings.Cut(resolve.Place(manifest.ID{}, rule.Name, rule.Index), " rule ")
	return name
}
