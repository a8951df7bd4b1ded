package controller

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// rootNamespace holds what is for the whole mesh, unless the mesh says otherwise.
const rootNamespace = "istio-system"

type ruleKey struct{ namespace, host string }

// DestinationRules gives the DestinationRules that hold for a host, the oldest
// first: those in the namespace of the client, else of the host's owner, else of
// the mesh, and of these the ones with the most specific host (Istio 1.31
// pilot/pkg/model/push_context.go:1259). Elsewhere are those that hold for some
// clients only: by their workloads, or by their namespace where that of the
// client is not known. For the others they stand in the way of wider ones.
func (a hostConfig) DestinationRules(host, client string) (rules, elsewhere []*manifest.Object) {
	owner := ServiceOf(host, a.settings).Namespace
	if owner == "" {
		owner = a.owners[host]
	}
	for n, namespace := range []string{client, owner, rootNamespace} {
		if namespace == "" || n == 0 && namespace == rootNamespace {
			continue
		}
		seen := a.mostSpecific(namespace, host, client)
		if len(seen) == 0 || rules != nil {
			continue
		}
		rules = []*manifest.Object{}
		for _, o := range seen {
			if o.At("spec", "workloadSelector").Exists() {
				elsewhere = append(elsewhere, o)
			} else {
				rules = append(rules, o)
			}
		}
	}
	for at, list := range a.rules { // sorted below
		if client == "" && route.Covers(at.host, host) && at.namespace != owner && at.namespace != rootNamespace {
			elsewhere = append(elsewhere, list...)
		}
	}
	slices.SortFunc(elsewhere, func(x, y *manifest.Object) int { return strings.Compare(x.ID().String(), y.ID().String()) })
	return rules, elsewhere
}

// mostSpecific gives the rules of a namespace with the most specific host that
// the client sees.
func (a hostConfig) mostSpecific(namespace, host, client string) (rules []*manifest.Object) {
	for name := host; name != ""; name = Wider(name) {
		if list := a.rules[ruleKey{namespace, name}]; len(list) > 0 {
			for _, o := range list {
				if exported(o, client) {
					rules = append(rules, o)
				}
			}
			return rules
		}
	}
	return nil
}

// Wider gives the next wildcard that covers a host, up to "*"; nothing for that.
func Wider(host string) string {
	if host == "*" {
		return ""
	}
	_, parent, ok := strings.Cut(strings.TrimPrefix(host, "*."), ".")
	if !ok {
		return "*"
	}
	return "*." + parent
}

// FullName gives the full name of a host: only one without a dot is short.
func FullName(host, namespace string, s gateway.Settings) string {
	if strings.HasPrefix(host, "*") || strings.Contains(host, ".") {
		return host
	}
	return HostOf(manifest.ID{Namespace: namespace, Name: host}, s)
}

// HostOf gives the name of a Service in the cluster's DNS.
func HostOf(service manifest.ID, s gateway.Settings) string {
	return service.Name + "." + service.Namespace + ".svc." + s.ClusterDomain
}

// ServiceOf is hostOf backwards; without a name for other hosts.
func ServiceOf(host string, s gateway.Settings) manifest.ID {
	short, ok := strings.CutSuffix(host, ".svc."+s.ClusterDomain)
	name, namespace, two := strings.Cut(short, ".")
	if !ok || !two {
		return manifest.ID{}
	}
	return manifest.ID{Kind: "Service", Namespace: namespace, Name: name}
}
