package read

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
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// New gives what Istio's proxies do: by the VirtualServices that serve the
// requests of a rule on a classic Gateway or in the mesh, by the stanza of the
// HTTPRoute on Istio's own Gateways, and by the DestinationRules of the hosts.
// What is not said is Istio's default: two retries.
func New(world *manifest.Set, s gateway.Settings) gateway.Reader {
	return reading{View: controller.NewView(world, s), roots: delegates(world), hidden: hiddenIn(world),
		routes: map[*manifest.Object]*controller.Routes{}, narrower: map[string][]string{}}
}

func (r reading) Effects(intents []resolve.Intent) iter.Seq[[]behavior.Effect] {
	r.claimed = nil // by the intents that are asked about together
	return gateway.EachOf(intents, func(i resolve.Intent) []behavior.Effect {
		if r.claimed == nil && i.To != nil {
			r.claimed = r.claims(intents)
		}
		return r.intent(i, intents)
	})
}

type reading struct {
	*controller.View
	// roots are the http routes that leave their requests to a VirtualService.
	roots map[manifest.ID][]manifest.Value
	hidden
	routes   map[*manifest.Object]*controller.Routes            // of VirtualServices
	narrower map[string][]string                                // the hosts with a VirtualService, by gateway
	claimed  map[controller.VirtualHost]map[controller.Key]bool // what rules with policies match
}

func (r reading) intent(i resolve.Intent, all []resolve.Intent) []behavior.Effect {
	switch now := r.World.Get(i.ID()); {
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
		return r.sending(i, now)
	case i.ID().Kind == "VirtualService":
		return r.virtualService(i, now)
	case i.ID().Kind == "HTTPRoute", i.ID().Kind == "GRPCRoute":
		return r.route(i, now)
	}
	return nil
}

func (r reading) service(i resolve.Intent) []behavior.Effect {
	host := controller.HostOf(i.ID(), r.Settings)
	group := r.Attached.On(api.WholeMesh, host)
	if group == nil {
		e := behavior.Effect{Object: i.ID().String(), Methods: i.Methods, Origin: map[string]string{}}
		r.http(&e, manifest.Value{}, envoy.RequestHeaders{}, "Istio's default")
		r.upstream(&e, []controller.Destination{{Host: host}}, "")
		r.hidden.from(&e, nil)
		e.Behavior = e.Behavior.Normal()
		return []behavior.Effect{e}
	}
	var everything []controller.Matcher
	for _, s := range group.Matches {
		everything = append(everything, controller.Matchers(s.VS.At("spec", "http").Index(s.HTTP))...)
	}
	in, certain := uncertainOf(group, everything, group.Keys)
	return append(r.served(certain, group), in.effects(i.ID().String(), "", true)...)
}

// route reads what serves the requests of a rule on each classic Gateway and for
// each host, and what Istio makes of the rule itself on its own Gateways.
func (r reading) route(i resolve.Intent, now *manifest.Object) []behavior.Effect {
	b := controller.Bind(now, r.World, r.Settings)
	var effects []behavior.Effect
	var in uncertain
	for _, vhost := range controller.VirtualHosts(now, b, r.World, r.Settings) {
		group := r.Attached.On(vhost.Gateway, vhost.Host)
		if group == nil {
			in = in.and(uncertain{none: i.Methods}).and(r.below(vhost, controller.Wanted(i.Object, r.Rules.Of(i.Object), i.Rule)))
			continue
		}
		want, open := r.WantedAt(vhost, i.Object, now, i.Rule)
		about, certain := uncertainOf(group, want, func() map[controller.Key]bool { return r.Keys(vhost) })
		effects = join(effects, r.served(certain, group))
		in = in.and(uncertain{open: open}).and(about).and(r.below(vhost, want))
	}
	effects = append(effects, in.effects(i.ID().String(), ruleName(r.Rules.Of(i.Object)[i.Rule]), len(effects) > 0)...)
	if b.Native {
		effects = append(effects, r.native(i, now, b)...)
	}
	return effects
}

func ruleName(rule route.Rule) string {
	_, name, _ := strings.Cut(resolve.RuleName(manifest.ID{}, rule.Name, rule.Index), " rule ")
	return name
}
