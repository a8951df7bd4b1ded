package istio

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
	"retryctl.dev/translators/rivals"
)

// fighting finds existing objects for the hosts of written ones.
func fighting(c gateway.Contest) finding.List {
	rule := rivals.Side{Group: api.Group, Kind: "DestinationRule", Claims: ruleHosts}
	service := rivals.Side{Group: api.Group, Kind: "VirtualService", Claims: serviceHosts}
	return rivals.Of(c,
		rivals.Rivalry{Existing: rule, Written: rule,
			Reason: "of two rules for one host in a namespace only the older one's trafficPolicy counts (Istio 1.31 pilot/pkg/model/destination_rule.go:119)"},
		rivals.Rivalry{Existing: service, Written: service,
			Reason: "of two for one host the older one holds in the mesh, and comes first on a gateway (Istio 1.31 pilot/pkg/networking/core/gateway.go:497)"},
		rivals.Rivalry{Existing: rivals.Side{Group: route.Group, Kind: "HTTPRoute", Claims: meshHosts}, Written: service,
			Reason: "in the namespace of the routes the HTTPRoute holds and the VirtualService is ignored, elsewhere the older of the two (Istio 1.31)"})
}

// serviceOf gives the Service that the host of a DestinationRule is, if it is one.
func serviceOf(o *manifest.Object) []manifest.ID {
	name, rest, full := strings.Cut(o.At("spec", "host").Text(), ".")
	namespace, _, _ := strings.Cut(rest, ".")
	if !full {
		namespace = o.ID().Namespace
	}
	if name == "" || name == "*" || full && !strings.Contains(rest, ".svc") {
		return nil
	}
	return []manifest.ID{{Kind: "Service", Namespace: namespace, Name: name}}
}

// ruleHosts is the host of a DestinationRule, within its namespace.
func ruleHosts(o *manifest.Object, c gateway.Contest) []rivals.Claim {
	if o.At("spec", "workloadSelector").Exists() {
		return nil
	}
	return rivals.On(fmt.Sprintf("host %s in namespace %s", controller.FullName(o.At("spec", "host").Text(), o.ID().Namespace, c.Settings), o.ID().Namespace))
}

// serviceHosts gives the hosts of a VirtualService on each of its gateways.
func serviceHosts(o *manifest.Object, c gateway.Contest) []rivals.Claim {
	gateways := []string{}
	for _, v := range o.At("spec", "gateways").Items() {
		name := v.Text()
		if name != api.WholeMesh && !strings.Contains(name, "/") {
			name = o.ID().Namespace + "/" + name
		}
		gateways = append(gateways, name)
	}
	if len(gateways) == 0 {
		gateways = []string{api.WholeMesh}
	}
	var list []rivals.Claim
	for _, v := range o.At("spec", "hosts").Items() {
		for _, name := range gateways {
			list = append(list, rivals.On(hostOn(controller.FullName(v.Text(), o.ID().Namespace, c.Settings), name))...)
		}
	}
	return list
}

// meshHosts gives the hosts that an HTTPRoute holds for in a mesh.
func meshHosts(o *manifest.Object, c gateway.Contest) []rivals.Claim {
	var list []rivals.Claim
	for _, ref := range o.At("spec", "parentRefs").Items() {
		if ref.At("kind").Text() != "Service" {
			continue
		}
		namespace := ref.At("namespace").Text()
		if namespace == "" {
			namespace = o.ID().Namespace
		}
		list = append(list, rivals.On(hostOn(controller.FullName(ref.At("name").Text(), namespace, c.Settings), api.WholeMesh))...)
	}
	return list
}

func hostOn(host, gateway string) string {
	if gateway == api.WholeMesh {
		return "host " + host + " in the mesh"
	}
	return "host " + host + " on gateway " + gateway
}
