package schema

import (
	"fmt"
	"slices"
	"strings"
)

// A targetKind is a kind that a policy can target.
type targetKind struct {
	kind, group string
	sections    bool // a part of it can be named by sectionName
}

var kinds = []targetKind{
	{"HTTPRoute", "gateway.networking.k8s.io", true},
	{"GRPCRoute", "gateway.networking.k8s.io", true},
	{"Gateway", "gateway.networking.k8s.io", true},
	{"Service", "", false},
	{"Ingress", "networking.k8s.io", false},
	{"IngressRoute", "traefik.io", false},
	{"VirtualService", "networking.istio.io", true},
}

// GroupOf gives the API group of a kind that a policy can target, and whether it is one.
func GroupOf(kind string) (group string, ok bool) {
	at := slices.IndexFunc(kinds, func(k targetKind) bool { return k.kind == kind })
	if at < 0 {
		return "", false
	}
	return kinds[at].group, true
}

func targetKinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.kind)
	}
	return names
}

func targetGroups() []string {
	var groups []string
	for _, k := range kinds {
		if !slices.Contains(groups, k.group) {
			groups = append(groups, k.group)
		}
	}
	return groups
}

func (v *validator) targets() {
	refs := v.policy.Spec.TargetRefs
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = strings.TrimSpace(ref.Kind + " " + ref.Name + " " + ref.SectionName)
	}
	list(&v.checker, "spec.targetRefs", names)
	for i, ref := range refs {
		v.target(fmt.Sprintf("spec.targetRefs[%d]", i), ref)
	}
}

func (v *validator) target(field string, ref TargetRef) {
	v.word(field+".kind", ref.Kind, nil)
	if at := slices.IndexFunc(kinds, func(k targetKind) bool { return k.kind == ref.Kind }); at >= 0 {
		if group := kinds[at].group; group != ref.Group {
			v.bad(field+".group", fmt.Sprintf("write group: %q", group), "%s is no kind of group %q", ref.Kind, ref.Group)
		}
		if ref.SectionName != "" && !kinds[at].sections {
			v.bad(field+".sectionName", "leave it out", "%s has no parts with a name", ref.Kind)
		}
	}
	v.form(field+".name", ref.Name)
	if ref.SectionName != "" {
		v.form(field+".sectionName", ref.SectionName)
	}
}
