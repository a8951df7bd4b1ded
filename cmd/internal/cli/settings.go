package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"retryctl.dev/schema"
)

// targeting is the flags that say what the input's objects do not: how each
// target is set up. They win over what a Config says.
type targeting struct {
	clusterDomain           string
	split                   word
	istioAPI                word
	istioGateways           []string
	channel, implementation word
	safeNaming              bool
	untrustedLua, router    word
}

func (t *targeting) flags(cmd *cobra.Command) {
	t.split = word{allowed: []string{"never", "known", "always"}}
	t.istioAPI = word{allowed: []string{"auto", "virtualservice", "gateway-api"}}
	t.channel = word{allowed: []string{"standard", "experimental"}}
	t.implementation = word{allowed: []string{"envoy-gateway", "istio", "kgateway", "cilium", "agentgateway", "none"}}
	t.untrustedLua = word{allowed: []string{"Strict", "Lax", "Sandbox", "Open", "Disabled"}}
	t.router = word{allowed: []string{"TraditionalCompatible", "Expressions"}}
	f := cmd.Flags()
	f.StringVar(&t.clusterDomain, "cluster-domain", "", "`domain` of Service names (default cluster.local)")
	addWord(cmd, &t.split, "split", "", "split `rules` by method where a policy is limited to some methods; known is those that no policy can name, or of which the input shows what does (default known)")
	addWord(cmd, &t.istioAPI, "istio-api", "", "what Istio's retries are written in, by `name`")
	f.StringArrayVar(&t.istioGateways, "istio-gateway", nil, "classic Istio Gateway that stands in for a Gateway API one, as `parent=gateway`, each namespace/name; repeatable")
	addWord(cmd, &t.channel, "gateway-api-channel", "", "which `channel` of the Gateway API is installed")
	addWord(cmd, &t.implementation, "gateway-api-implementation", "", "who implements the Gateway API, by `name`")
	f.BoolVar(&t.safeNaming, "traefik-safe-naming", false, "Traefik runs with safeNaming (providers.kubernetesCRD.safeNaming)")
	addWord(cmd, &t.untrustedLua, "kong-untrusted-lua", "", "Kong's `setting` untrusted_lua")
	addWord(cmd, &t.router, "kong-router", "", "Kong's `router_flavor`, which orders the matches of routes")
}

var (
	domainName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	fullName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-.a-z0-9]*[a-z0-9])?$`)
)

// spec gives the flags in the form of a Config.
func (t *targeting) spec(cmd *cobra.Command) (schema.ConfigSpec, error) {
	if t.clusterDomain != "" && !domainName.MatchString(t.clusterDomain) {
		return schema.ConfigSpec{}, fmt.Errorf("--cluster-domain %q is no domain: a name such as cluster.local is wanted", t.clusterDomain)
	}
	spec := schema.ConfigSpec{
		ClusterDomain: t.clusterDomain,
		Split:         t.split.value,
		Istio:         &schema.IstioConfig{API: t.istioAPI.value},
		GatewayAPI:    &schema.GatewayAPIConfig{Channel: t.channel.value, Implementation: t.implementation.value},
		Kong:          &schema.KongConfig{UntrustedLua: t.untrustedLua.value, Router: t.router.value},
	}
	for _, pair := range t.istioGateways {
		parent, classic, _ := strings.Cut(pair, "=")
		if !fullName.MatchString(parent) || !fullName.MatchString(classic) {
			return schema.ConfigSpec{}, fmt.Errorf("--istio-gateway %q: parent=gateway is wanted, each as namespace/name", pair)
		}
		spec.Istio.Gateways = append(spec.Istio.Gateways, schema.IstioGateway{Parent: parent, Gateway: classic})
	}
	if cmd.Flags().Changed("traefik-safe-naming") {
		spec.Traefik = &schema.TraefikConfig{SafeNaming: t.safeNaming}
	}
	return spec, nil
}
