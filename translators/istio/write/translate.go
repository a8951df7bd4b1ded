package write

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
	"retryctl.dev/translators/stanza"
)

// Translate writes what Istio reads for each parent of a route: a VirtualService
// for classic Gateways and for the mesh, the stanza of the HTTPRoute for Istio's
// own Gateways, and in both cases DestinationRules for what holds for a host.
func Translate(plan *resolve.Plan, s gateway.Settings) gateway.Output {
	t := &translation{settings: s, plan: plan, edits: gateway.NewEdits(plan.World, s),
		view: controller.NewView(plan.World, s), rules: map[string]*manifest.Object{},
		named: map[manifest.ID]bool{}}
	var order []manifest.ID
	intents := map[manifest.ID][]resolve.Intent{}
	for _, i := range plan.Intents {
		if intents[i.ID()] == nil {
			order = append(order, i.ID())
		}
		intents[i.ID()] = append(intents[i.ID()], i)
	}
	t.gateways(order, intents)
	for _, id := range order {
		t.object(id, intents[id])
	}
	t.apply()
	t.out.Objects = append(t.out.Objects, t.edits.Objects()...)
	return t.out
}

type translation struct {
	settings gateway.Settings
	plan     *resolve.Plan
	view     *controller.View
	edits    *gateway.Edits
	changes  []change // of VirtualServices that are there
	out      gateway.Output
	rules    map[string]*manifest.Object // new DestinationRules by host
	named    map[manifest.ID]bool        // new VirtualServices
	behind   map[string]listeners        // by gateway, once they are asked for
}

// gateways has VirtualServices serve the routes that policies are for: those that serve
// the very requests already are edited, others written.
func (t *translation) gateways(order []manifest.ID, intents map[manifest.ID][]resolve.Intent) {
	var taken []controller.VirtualHost
	edited := map[manifest.ID]bool{}
	for _, id := range order {
		o := intents[id][0].Object
		if o == nil || !o.Is(route.Group, "HTTPRoute") && !o.Is(route.Group, "GRPCRoute") {
			continue
		}
		for _, some := range sets(o, controller.Bind(o, t.plan.World, t.settings), t) {
			if t.editServing(o, intents[id], some) {
				edited[id] = true
				continue
			}
			edited[id] = false
			for _, vhost := range some {
				if !slices.Contains(taken, vhost) {
					taken = append(taken, vhost)
				}
			}
		}
	}
	t.write(t.drafts(taken, intents), edited)
}

// sets gives the virtual hosts of a route on classic Gateways, and those at each Service.
func sets(o *manifest.Object, b controller.Binding, t *translation) (list [][]controller.VirtualHost) {
	var behind []controller.VirtualHost
	for _, vhost := range controller.VirtualHosts(o, b, t.plan.World, t.settings) {
		if vhost.Gateway == api.WholeMesh {
			list = append(list, []controller.VirtualHost{vhost})
		} else {
			behind = append(behind, vhost)
		}
	}
	if len(behind) > 0 {
		list = append(list, behind)
	}
	return list
}

// object translates the intents for one object.
func (t *translation) object(id manifest.ID, intents []resolve.Intent) {
	first := intents[0]
	switch {
	case id.Kind == "Service":
		if !t.meshRoutes(first) {
			t.service(first)
		}
	case first.Object != nil && (id.Kind == "HTTPRoute" || id.Kind == "GRPCRoute"):
		t.route(first.Object, intents)
	case first.Object != nil && id.Kind == "VirtualService":
		t.virtualService(first.Object, intents)
	case id.Kind == "Gateway":
		t.refuse(intents, finding.NeedsObject, fmt.Sprintf("retries are written for the routes of %s, and none that is attached to it is in the input", id),
			"a VirtualService holds whole routes", finding.Give("the manifests of its routes", ""))
	case id.Kind == "HTTPRoute", id.Kind == "GRPCRoute", id.Kind == "VirtualService":
		t.refuse(intents, finding.NeedsObject, fmt.Sprintf("%s is not in the input", id),
			"Istio's retries stand beside the matches and destinations of a route, in the same object", finding.Give("its manifest", ""))
	default:
		t.refuse(intents, finding.WrongTargetKind, fmt.Sprintf("Istio takes no retries from a %s", id.Kind),
			"only VirtualServices and HTTPRoutes have them (Istio 1.31 pilot/pkg/networking/core/route/retry/retry.go:96)",
			finding.Do("target an HTTPRoute, a VirtualService or a Service"))
	}
}

// refuse says of some intents that nothing can be written.
func (t *translation) refuse(intents []resolve.Intent, code finding.Code, message, reason string, hint finding.Hint) {
	for _, i := range intents {
		t.out.Fail(i, code, message, reason, hint)
	}
}

// meshRoutes reports whether a route with the Service as its parent carries the
// policy: it takes all requests to the Service.
func (t *translation) meshRoutes(service resolve.Intent) bool {
	return slices.ContainsFunc(t.plan.Intents, func(i resolve.Intent) bool {
		return i.Policy == service.Policy && i.Ref == service.Ref && i.ID().Kind != "Service"
	})
}

// route translates the intents for the rules of one route.
func (t *translation) route(o *manifest.Object, intents []resolve.Intent) {
	b := controller.Bind(o, t.plan.World, t.settings)
	if len(b.Gateways) == 0 && len(b.Mesh) == 0 && !b.Native {
		t.refuse(intents, finding.NeedsObject, o.ID().String()+" has no parent",
			"Istio binds a route to what parentRefs names", finding.Do("give the route its parentRefs"))
		return
	}
	for _, id := range b.Assumed {
		t.out.Say(intents[0], finding.Assumed, fmt.Sprintf("nothing shows what %s is: a classic Gateway of Istio with its name is assumed", id),
			"a VirtualService does not bind to Istio's Kubernetes Gateways, and their HTTPRoutes are not read for classic ones",
			finding.Give("the Gateway and its GatewayClass", ", map it in a Config, or say --istio-api"))
	}
	for _, ref := range o.At("spec", "parentRefs").Items() {
		if len(b.Gateways) > 0 && (ref.At("sectionName").Exists() || ref.At("port").Exists()) {
			t.out.Say(intents[0], finding.Assumed, fmt.Sprintf("%s is for one listener of its parent: the VirtualService is for every server of the classic Gateway", o.ID()),
				"a VirtualService names Gateways, not their servers", finding.Do("give the classic Gateway only the servers that are meant"))
		}
	}
	if len(b.Mesh) > 0 {
		t.out.Say(intents[0], finding.Assumed, fmt.Sprintf("%s is taken to be gone once the VirtualService is there", o.ID()),
			"for a Service an HTTPRoute wins over a VirtualService (measured with Istio 1.31's generator)", finding.Do("delete the HTTPRoute, or leave --istio-api at auto"))
	}
	if b.Native {
		t.native(intents)
	}
	for _, i := range intents {
		t.destinations(i, controller.Backends(t.plan.World, o, i.Rule, t.settings), b.Client)
	}
}

// native writes the stanza for what is attached to Istio's own Gateways, and to
// Services, where the HTTPRoute wins over a VirtualService.
func (t *translation) native(intents []resolve.Intent) {
	row := stanza.Of("istio")
	for _, i := range intents {
		if i.ID().Kind == "GRPCRoute" {
			if i.Target().Kind == "GRPCRoute" {
				t.refuse([]resolve.Intent{i}, finding.WrongTargetKind, "Istio takes no retries from a GRPCRoute",
					"only the HTTPRoute has a stanza (Istio 1.31 pilot/pkg/config/kube/gateway/conversion.go:186)", finding.Do("route the service with an HTTPRoute on POST, or behind a classic Gateway"))
			}
			continue
		}
		if stanza.Standard(t.settings) {
			t.refuse([]resolve.Intent{i}, finding.NeedsVersion, "the standard channel of the Gateway API has no retries before 1.7",
				"the API server drops rules[].retry there without a word", finding.Do("install the experimental channel"))
			continue
		}
		t.out.Say(i, finding.NeedsSetting, "retries are in the experimental channel of Gateway API 1.6 only",
			"with the standard channel the API server drops rules[].retry without a word", finding.Hint{})
		for _, part := range t.edits.Parts(i, &t.out) {
			rule := t.edits.Of(i.Object).At("spec", "rules").Index(part.Rule)
			if err := stanza.Write(rule, part.Want, row, api.NativeVersion); err != nil {
				t.out.Say(i, finding.Conflicts, fmt.Sprintf("%s: %v", i.RuleName(), err), "", finding.Do("set totalTimeout in the policy, or raise timeouts.request"))
			}
			if part.Want.IdempotencyKey.State == behavior.Set {
				gateway.SetHeader(rule, part.Want.IdempotencyKey.Value, controller.KeyFormat(part.Want.IdempotencyKey.Value))
			}
		}
	}
}
