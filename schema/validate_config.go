package schema

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
)

// ValidateConfig checks every field of a Config that DecodeConfig gave without
// findings. Which versions of a target are known is left to the targets.
func ValidateConfig(c *Config) finding.List {
	var m Metadata
	if c.Metadata != nil {
		m = *c.Metadata
	}
	v := newChecker(ConfigKind, m, c.Source)
	if c.Metadata != nil {
		v.metadata(m)
	}
	v.configTargets(c.Spec.Targets)
	if c.Spec.ClusterDomain != "" {
		v.form("spec.clusterDomain", c.Spec.ClusterDomain)
	}
	v.optional("spec.split", c.Spec.Split, nil)
	if c.Spec.Istio != nil {
		v.optional("spec.istio.api", c.Spec.Istio.API, nil)
		v.istioGateways(c.Spec.Istio.Gateways)
	}
	if c.Spec.GatewayAPI != nil {
		v.optional("spec.gatewayAPI.channel", c.Spec.GatewayAPI.Channel, nil)
		v.optional("spec.gatewayAPI.implementation", c.Spec.GatewayAPI.Implementation, nil)
	}
	if c.Spec.Kong != nil {
		v.optional("spec.kong.untrustedLua", c.Spec.Kong.UntrustedLua, map[string]string{"on": "Open", "off": "Disabled"})
		v.optional("spec.kong.router", c.Spec.Kong.Router, map[string]string{"traditional_compatible": "TraditionalCompatible", "expressions": "Expressions"})
	}
	v.files("spec.policies", c.Spec.Policies)
	v.files("spec.manifests", c.Spec.Manifests)
	return v.findings
}

// configTargets checks how targets are written and that each gateway is named
// once: which of two versions is meant nobody can know.
func (c *checker) configTargets(targets []string) {
	var names []string
	for i, target := range targets {
		field := fmt.Sprintf("spec.targets[%d]", i)
		name, _, _ := strings.Cut(target, "@")
		switch {
		case strings.Contains(target, ","):
			c.bad(field, "give each target an item of its own", "%q is more than one target", target)
		case !c.form(field, target):
		case name == "all" && name != target:
			c.bad(field, "write all, or name the gateway", "%q: a version is that of one gateway", target)
		case name != "all" && !slices.Contains(Gateways, name):
			c.bad(field, targetHint(name), "%q is no target", name)
		}
		names = append(names, name)
	}
	repeated(c, "spec.targets", names)
}

func targetHint(name string) string {
	if best := Nearest(name, Gateways); best != "" {
		return "did you mean " + best + "?"
	}
	return "one of all, " + strings.Join(Gateways, ", ")
}

func (c *checker) istioGateways(gateways []IstioGateway) {
	var parents []string
	for i, g := range gateways {
		field := fmt.Sprintf("spec.istio.gateways[%d]", i)
		c.form(field+".parent", g.Parent)
		c.form(field+".gateway", g.Gateway)
		parents = append(parents, g.Parent)
	}
	repeated(c, "spec.istio.gateways", parents)
}

func (c *checker) files(field string, names []string) {
	for i, name := range names {
		c.form(fmt.Sprintf("%s[%d]", field, i), name)
	}
	repeated(c, field, names)
}
