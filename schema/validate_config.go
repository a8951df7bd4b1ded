package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"retryctl.dev/schema/finding"
)

// ValidateConfig checks every field of a Config that DecodeConfig gave without
// findings for the same gateways. Which versions of a target are known is left to the
// targets.
func ValidateConfig(c *Config, all Gateways) finding.List {
	var m Metadata
	if c.Metadata != nil {
		m = *c.Metadata
	}
	v := newChecker(ConfigKind, m, c.Source)
	if c.Metadata != nil {
		v.metadata(m)
	}
	v.configTargets(c.Spec.Targets, all.Names())
	if c.Spec.ClusterDomain != "" {
		v.form("spec.clusterDomain", c.Spec.ClusterDomain)
	}
	v.optional("spec.split", c.Spec.Split, nil)
	v.settings(c.Spec.Settings, all)
	v.files("spec.policies", c.Spec.Policies)
	v.files("spec.manifests", c.Spec.Manifests)
	return v.findings
}

// configTargets checks how targets are written and that each gateway is named
// once: which of two versions is meant nobody can know.
func (c *checker) configTargets(targets, gateways []string) {
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
		case name != "all" && !slices.Contains(gateways, name):
			c.bad(field, targetHint(name, gateways), "%q is no target", name)
		}
		names = append(names, name)
	}
	repeated(c, "spec.targets", names)
}

func targetHint(name string, gateways []string) string {
	if best := Nearest(name, gateways); best != "" {
		return "did you mean " + best + "?"
	}
	return "one of all, " + strings.Join(gateways, ", ")
}

// settings checks the values of options, and that no object is mapped to two.
func (c *checker) settings(settings []Setting, all Gateways) {
	mapped := map[string][]string{}
	for _, s := range settings {
		switch o := all.option(s.Option); {
		case o.Maps():
			c.fits(s.Field+"."+o.From.Name, s.From, namespaced)
			c.fits(s.Field+"."+o.To.Name, s.Value, namespaced)
			mapped[o.Field] = append(mapped[o.Field], s.From)
		case !o.Switch() && s.Value != "":
			c.oneOf(s.Field, o.Word(s.Value), o.Words, o.Elsewhere)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(mapped)) {
		repeated(c, "spec."+field, mapped[field])
	}
}

func (c *checker) files(field string, names []string) {
	for i, name := range names {
		c.form(fmt.Sprintf("%s[%d]", field, i), name)
	}
	repeated(c, field, names)
}
