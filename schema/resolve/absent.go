package resolve

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
)

// absent says that a target is not in the input, and reports whether the policy can
// still be used. It cannot where the input has objects of that kind: then the name
// or the namespace is wrong, or a file is missing. An object that routes of the input
// name as a parent or a backend is there, and its manifest is somewhere else.
func (r *resolver) absent(p *schema.RetryPolicy, ref int) bool {
	target := targetID(p, p.Spec.TargetRefs[ref])
	f := About(p, finding.NoTarget, fmt.Sprintf("spec.targetRefs[%d]", ref), fmt.Sprintf("%s is not in the input", target))
	f.Hint = finding.Give("the manifest that holds it", "")
	known, referred := r.known(target)
	if referred || len(known) == 0 {
		r.findings.Add(f)
		return true
	}
	f.Severity = finding.Error
	f.Reason = fmt.Sprintf("the input has %s, and none of that name in namespace %s", some(known), target.Namespace)
	if len(r.failed)*len(known) > mostCompared {
		r.findings.Add(f)
		return false
	}
	if meant, why := meant(target, known); meant.Name != "" {
		f.Reason, f.Hint = why, finding.Do(fmt.Sprintf("did you mean %s?", meant))
		if meant.Name == target.Name && meant.Namespace != target.Namespace {
			f.Hint = finding.Do(fmt.Sprintf("put the policy into namespace %s", meant.Namespace))
		}
	}
	r.findings.Add(f)
	return false
}

// mostCompared bounds the names that are compared for nearness: where nearly every
// target of a large input is missing, no name is to blame.
const mostCompared = 200_000

// families are kinds that are easily taken for each other.
var families = map[string][]string{"HTTPRoute": {"HTTPRoute", "GRPCRoute"}, "GRPCRoute": {"GRPCRoute", "HTTPRoute"}}

// known gives what a target may have been meant to be: the objects of its kind and,
// for a Gateway, the parents of routes; and whether the target itself is referred to.
func (r *resolver) known(target manifest.ID) (ids []manifest.ID, referred bool) {
	kinds := families[target.Kind]
	if kinds == nil {
		kinds = []string{target.Kind}
	}
	for _, kind := range kinds {
		for _, o := range r.world.Kind(target.Group, kind) {
			ids = append(ids, o.ID())
		}
	}
	for id := range r.attached {
		referred = referred || id == target
		if id.Group == target.Group && id.Kind == target.Kind && id.Kind == "Gateway" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b manifest.ID) int { return strings.Compare(a.String(), b.String()) })
	return ids, referred || target.Kind == "Service" && r.backs(target)
}

// backs reports whether anything of the input sends requests to a Service.
func (r *resolver) backs(service manifest.ID) bool {
	if r.behind == nil {
		r.behind = map[manifest.ID]bool{}
		for _, c := range route.Kinds {
			for _, o := range r.world.Kind(c.Group, c.Name) {
				for _, id := range route.Backends(o, -1) {
					r.behind[id] = true
				}
			}
		}
	}
	return r.behind[service]
}

// meant finds the object that a target was probably meant to be, and says why: one
// of the same name elsewhere or of another kind, or else the nearest name.
func meant(target manifest.ID, known []manifest.ID) (meant manifest.ID, why string) {
	for _, id := range known {
		if id.Name == target.Name && id.Namespace == target.Namespace {
			return id, fmt.Sprintf("%s is there, and the policy names a %s", id, target.Kind)
		}
	}
	for _, id := range known {
		if id.Name == target.Name && id.Kind == target.Kind {
			return id, fmt.Sprintf("%s is in namespace %s, and the policy is in %s", id, id.Namespace, target.Namespace)
		}
	}
	for _, near := range []bool{true, false} { // those of the policy's own namespace first
		var names []string
		for _, id := range known {
			if (id.Namespace == target.Namespace) == near {
				names = append(names, id.Name)
			}
		}
		name := schema.Nearest(target.Name, names)
		at := slices.IndexFunc(known, func(id manifest.ID) bool {
			return name != "" && id.Name == name && (id.Namespace == target.Namespace) == near
		})
		if at >= 0 {
			return known[at], fmt.Sprintf("%s has the nearest name", known[at])
		}
	}
	return manifest.ID{}, ""
}

// some names the first few of a list.
func some(ids []manifest.ID) string {
	var names []string
	for _, id := range ids[:min(len(ids), 3)] {
		names = append(names, id.String())
	}
	if more := len(ids) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
