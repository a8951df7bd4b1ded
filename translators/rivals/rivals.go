// Package rivals finds existing objects that would fight the ones that a
// translation writes: both are about the same requests, and the gateway takes only
// one of them, or neither.
package rivals

import (
	"fmt"
	"strings"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	envoygateway "retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
)

// A rivalry is of a kind whose objects cannot both have what both of them claim.
type rivalry struct {
	group, kind string
	// claims gives what an object claims, each as a text.
	claims func(o *manifest.Object, w world) []string
	reason string
}

// A world is what claims depend on beside the object.
type world struct {
	*manifest.Set
	gateway.Settings
}

var rivalries = []rivalry{
	{"gateway.envoyproxy.io", "BackendTrafficPolicy", policyTargets,
		"of two policies on one target Envoy Gateway takes the older one (v1.9.1 internal/gatewayapi/backendtrafficpolicy.go:1199)"},
	{"gateway.networking.x-k8s.io", "XBackendTrafficPolicy", targets,
		"of two policies on one Service the older one holds (GEP-713)"},
	{"networking.istio.io", "DestinationRule", ruleHosts,
		"of two rules for one host in a namespace only the older one's trafficPolicy counts (Istio 1.31 pilot/pkg/model/destination_rule.go:119)"},
	{"networking.istio.io", "VirtualService", serviceHosts,
		"of two for one host the older one holds in the mesh, and comes first on a gateway (Istio 1.31 pilot/pkg/networking/core/gateway.go:497)"},
}

// Find gives a finding for each existing object that would fight one of a
// translation's objects. An existing object of the same name as one that is
// written is that object, and no rival. In all are the objects that selectors
// choose from; the settings are those of the translation.
func Find(written, existing []*manifest.Object, all *manifest.Set, s gateway.Settings) finding.List {
	ours, w := manifest.NewSet(written), world{all, s}
	claimed := map[string]map[string]*manifest.Object{} // by kind, then by claim
	for _, r := range rivalries {
		claimed[r.kind] = map[string]*manifest.Object{}
		for _, o := range ours.Kind(r.group, r.kind) {
			for _, claim := range r.claims(o, w) {
				claimed[r.kind][claim] = o
			}
		}
	}
	var list finding.List
	found := map[manifest.ID]bool{}
	add := func(o *manifest.Object, kind, reason string, claims []string) {
		for _, claim := range claims {
			if other := claimed[kind][claim]; other != nil {
				list.Add(rival(o, other, claim, reason))
				found[o.ID()] = true
				return
			}
		}
	}
	for _, o := range existing {
		if ours.Get(o.ID()) != nil {
			continue
		}
		for _, r := range rivalries {
			if o.Is(r.group, r.kind) {
				add(o, r.kind, r.reason, r.claims(o, w))
			}
		}
		add(o, "VirtualService", "in the namespace of the routes the HTTPRoute holds and the VirtualService is ignored, elsewhere the older of the two (Istio 1.31)", meshRoute(o, w))
		if !found[o.ID()] {
			list = append(list, narrower(o, claimed["BackendTrafficPolicy"], w)...)
		}
	}
	return append(list, plugins(ours, manifest.NewSet(existing))...)
}

func rival(o, ours *manifest.Object, claim, reason string) finding.Finding {
	return finding.Finding{
		Code: finding.Rivals, Object: o.ID(), File: o.File, Line: o.Root().Line(), Column: o.Root().Column(),
		Message: fmt.Sprintf("%s is there for %s, and %s would be too", o.ID(), claim, ours.ID()),
		Reason:  reason, Hint: finding.Give("it", ", so that it is edited instead, or take it away"),
	}
}

// policyTargets gives what a BackendTrafficPolicy is on, by name and by labels.
func policyTargets(o *manifest.Object, w world) []string {
	var list []string
	for _, t := range envoygateway.Targets(o, w.Set, w.Version) {
		list = append(list, target(t.ID, t.Section))
	}
	return list
}

// targets gives what a policy is on by name.
func targets(o *manifest.Object, _ world) []string {
	var list []string
	for _, v := range o.At("spec", "targetRefs").Items() {
		id := manifest.ID{Kind: v.At("kind").Text(), Namespace: o.ID().Namespace, Name: v.At("name").Text()}
		list = append(list, target(id, v.At("sectionName").Text()))
	}
	return list
}

func target(id manifest.ID, section string) string {
	if section == "" {
		return id.String()
	}
	return id.String() + " rule or listener " + section
}

// ruleHosts is the host of a DestinationRule, within its namespace.
func ruleHosts(o *manifest.Object, w world) []string {
	if o.At("spec", "workloadSelector").Exists() {
		return nil
	}
	return []string{fmt.Sprintf("host %s in namespace %s", fullName(o.At("spec", "host").Text(), o.ID().Namespace, w.ClusterDomain), o.ID().Namespace)}
}

// serviceHosts gives the hosts of a VirtualService on each of its gateways.
func serviceHosts(o *manifest.Object, w world) []string {
	gateways := []string{}
	for _, v := range o.At("spec", "gateways").Items() {
		name := v.Text()
		if name != mesh && !strings.Contains(name, "/") {
			name = o.ID().Namespace + "/" + name
		}
		gateways = append(gateways, name)
	}
	if len(gateways) == 0 {
		gateways = []string{mesh}
	}
	var list []string
	for _, v := range o.At("spec", "hosts").Items() {
		for _, gateway := range gateways {
			list = append(list, claim(fullName(v.Text(), o.ID().Namespace, w.ClusterDomain), gateway))
		}
	}
	return list
}

const mesh = "mesh"

func claim(host, gateway string) string {
	if gateway == mesh {
		return "host " + host + " in the mesh"
	}
	return "host " + host + " on gateway " + gateway
}

// meshRoute gives the hosts that an HTTPRoute holds for in a mesh.
func meshRoute(o *manifest.Object, w world) []string {
	var list []string
	if !o.Is("gateway.networking.k8s.io", "HTTPRoute") {
		return nil
	}
	for _, ref := range o.At("spec", "parentRefs").Items() {
		if ref.At("kind").Text() != "Service" {
			continue
		}
		namespace := ref.At("namespace").Text()
		if namespace == "" {
			namespace = o.ID().Namespace
		}
		list = append(list, claim(fullName(ref.At("name").Text(), namespace, w.ClusterDomain), mesh))
	}
	return list
}

// fullName gives the full name of a host, of which one without a dot is short.
func fullName(host, namespace, domain string) string {
	if host == "" || strings.ContainsAny(host, ".*") {
		return host
	}
	return host + "." + namespace + ".svc." + domain
}
