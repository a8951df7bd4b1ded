package istio

import (
	"iter"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
)

// Reader gives what Istio's proxies do: by the VirtualServices that serve the
// requests of a rule on a classic Gateway or in the mesh, by the stanza of the
// HTTPRoute on Istio's own Gateways, and by the DestinationRules of the hosts.
// What is not said is Istio's default: two retries.
func (Gateway) Reader(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return reading{world, s, newAttachments(world, s), delegates(world), &landscape{}, hiddenIn(world)}
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	return gateway.EachOf(intents, func(i resolve.Intent) []behavior.Effect { return r.intent(i, intents) })
}

type reading struct {
	world    *manifest.Set
	settings gateway.Settings
	attached attachments
	// roots are the http routes that leave their requests to a VirtualService.
	roots map[manifest.ID][]manifest.Value
	*landscape
	hidden
}

func (r reading) intent(i resolve.Intent, all []resolve.Intent) []behavior.Effect {
	switch now := r.world.Get(i.ID()); {
	case i.ID().Kind == "Service":
		covered := slices.ContainsFunc(all, func(o resolve.Intent) bool {
			return o.Policy == i.Policy && o.Ref == i.Ref && o.ID().Kind != "Service" && o.To == nil
		})
		if covered {
			return nil // routes take all requests to the Service
		}
		return r.service(i)
	case i.Object == nil, now == nil:
		return nil
	case i.To != nil && (i.ID().Kind == "VirtualService" || i.ID().Kind == "HTTPRoute" || i.ID().Kind == "GRPCRoute"):
		return r.sending(i, now, all)
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
		r.http(&e, manifest.Value{}, envoy.RequestHeaders{}, "Istio's default")
		r.upstream(&e, []destination{{host: host}}, "")
		r.hidden.from(&e, nil)
		e.Behavior = e.Behavior.Normal()
		return []behavior.Effect{e}
	}
	var everything []matcher
	own := map[key]bool{}
	for _, s := range group.stretches {
		own[s.key] = true
		everything = append(everything, matchers(s.vs.At("spec", "http").Index(s.http))...)
	}
	in, certain := group.doubts(everything, func() map[key]bool { return own })
	return append(r.served(certain, group), in.effects(i.ID().String(), "", true)...)
}

// route reads what serves the requests of a rule on each classic Gateway and for
// each host, and what Istio makes of the rule itself on its own Gateways.
func (r reading) route(i resolve.Intent, now *manifest.Object) []behavior.Effect {
	b := bind(now, r.world, r.settings)
	var effects []behavior.Effect
	var in doubt
	for _, door := range doors(now, b, r.world, r.settings) {
		group := r.attached.on(door.gateway, door.host)
		if group == nil {
			in = in.and(doubt{none: i.Methods}).and(r.below(door, wanted(i.Object, i.Rule)))
			continue
		}
		want, open := r.wantedAt(door, i.Object, now, i.Rule)
		about, certain := group.doubts(want, func() map[key]bool { return r.keys(door) })
		effects = join(effects, r.served(certain, group))
		in = in.and(doubt{open: open}).and(about).and(r.below(door, want))
	}
	effects = append(effects, in.effects(i.ID().String(), ruleName(route.Rules(i.Object)[i.Rule]), len(effects) > 0)...)
	if b.native {
		effects = append(effects, r.native(i, now, b)...)
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
