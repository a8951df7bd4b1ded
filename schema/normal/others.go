package normal

import (
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
)

// sharedDomains are those of annotations that several gateways read, as the end of the
// part before the slash. Whoever wrote one, it counts.
var sharedDomains = []string{"ingress.kubernetes.io", "gateway.networking.k8s.io"}

// others takes out of one state of an object the annotations and labels that the
// other does not have and that would stay if that one were applied: those that the
// object's own record says were not applied. Cloud providers and controllers write
// such ones. From is the object, and state its normal form.
func others(from manifest.Value, state, other manifest.Value, domains []string) {
	applied, known := appliedKeys(from)
	if !known {
		return
	}
	for _, list := range []string{"annotations", "labels"} {
		marks := state.At("metadata", list)
		var drop []string
		for key := range marks.Fields() {
			if !other.At("metadata", list, key.Text()).Exists() && !applied(list, key.Text()) && !ofGateway(key.Text(), domains) {
				drop = append(drop, key.Text())
			}
		}
		for _, key := range drop {
			marks.Remove(key)
		}
		if marks.IsMap() && marks.Len() == 0 {
			state.At("metadata").Remove(list)
		}
	}
}

func ofGateway(key string, domains []string) bool {
	domain, _, _ := strings.Cut(key, "/")
	within := func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) }
	return slices.ContainsFunc(sharedDomains, within) || slices.ContainsFunc(domains, within)
}

// appliedKeys gives what an object records of its applying: by kubectl apply in an
// annotation, by server-side apply in managedFields. Known is false without either.
func appliedKeys(from manifest.Value) (applied func(list, key string) bool, known bool) {
	var states []manifest.Value // as metadata, with keys as in managedFields
	for _, entry := range from.At("metadata", "managedFields").Items() {
		if entry.At("operation").Text() == "Apply" {
			states = append(states, entry.At("fieldsV1", "f:metadata"))
		}
	}
	var last manifest.Value
	if text := from.At("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration").Text(); text != "" {
		if objects, err := manifest.Read(strings.NewReader(text), "last-applied"); err == nil && len(objects) == 1 {
			last = objects[0].At("metadata")
		}
	}
	return func(list, key string) bool {
		return last.At(list, key).Exists() || slices.ContainsFunc(states, func(s manifest.Value) bool { return s.At("f:"+list, "f:"+key).Written() })
	}, last.Exists() || len(states) > 0
}
