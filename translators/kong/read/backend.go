package read

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/kong/api"
)

// algorithms are those of a KongUpstreamPolicy, with where each sends the next try: the
// wheel of round-robin goes on, whoever fails; the next two leave out the addresses that
// have failed in the request; hashing picks the same one again (Kong 3.10
// kong/runloop/balancer; measured with Kong 3.10).
var algorithms = map[string]behavior.NextBackend{
	"round-robin": behavior.AnyBackend, "least-connections": behavior.OtherBackend, "latency": behavior.OtherBackend, "consistent-hashing": behavior.SameBackend,
}

// nextBackend reads the policies of the Services behind a rule. Where one is not given, or
// says something else, it is not known.
func (r reading) nextBackend(e *behavior.Effect, at kongRoute) {
	e.NextBackend, e.Origin["nextBackend"] = behavior.Is(behavior.AnyBackend), "Kong's default: round-robin, which passes over nobody"
	for _, id := range at.services {
		service := r.world.Get(id)
		if service == nil {
			e.NextBackend, e.Origin["nextBackend"] = behavior.Unclear[behavior.NextBackend](), id.String()+", not in the input"
			return
		}
		name, said := service.Annotation(api.UpstreamKey)
		if !said {
			continue
		}
		policy := manifest.ID{Group: api.Group, Kind: api.UpstreamKind, Namespace: id.Namespace, Name: name}
		e.NextBackend, e.Origin["nextBackend"] = behavior.Unclear[behavior.NextBackend](), policy.String()+" spec.algorithm"
		o := r.world.Get(policy)
		if o == nil {
			return
		}
		algorithm := o.At("spec", "algorithm").Text()
		if algorithm == "" {
			algorithm = "round-robin"
		}
		if next, known := algorithms[algorithm]; known {
			e.NextBackend = behavior.Is(next)
		}
	}
}
