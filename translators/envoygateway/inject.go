package envoygateway

import (
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/gateway"
)

// injections are the SecurityPolicies that have a filter before the router write a
// request header which the router takes for a part of a retry policy: the value is the
// client's claim, its name, or what an authorization service says.
type injections struct {
	attached attachments
	found    bool
}

func newInjections(world *manifest.Set, version gateway.Version) injections {
	for _, o := range world.Kind(group, "SecurityPolicy") {
		if len(injected(o)) > 0 {
			return injections{newAttachments(world, version, "SecurityPolicy"), true}
		}
	}
	return injections{}
}

// injected gives the headers of a SecurityPolicy that the router takes for a part of a
// retry policy (v1.9.1 api/v1alpha1/jwt_types.go:190, ext_auth_types.go:206,
// basic_auth_types.go:34, api_key_auth_types.go:32).
func injected(policy *manifest.Object) (names []string) {
	add := func(v manifest.Value) {
		if envoy.Retries(v.Text()) {
			names = append(names, v.Text())
		}
	}
	spec := policy.At("spec")
	for _, p := range spec.At("jwt", "providers").Items() {
		for _, c := range p.At("claimToHeaders").Items() {
			add(c.At("header"))
		}
	}
	for _, protocol := range []string{"http", "grpc"} {
		for _, v := range spec.At("extAuth", protocol, "headersToBackend").Items() {
			add(v)
		}
	}
	add(spec.At("basicAuth", "forwardUsernameHeader"))
	add(spec.At("apiKeyAuth", "forwardClientIDHeader"))
	return names
}

// on gives what the policies leave in the requests of a rule: of each listener's the
// most specific one counts.
func (in injections) on(o *manifest.Object, rule string, world *manifest.Set, doors []resolve.Door) (h envoy.RequestHeaders) {
	if !in.found {
		return h
	}
	for _, c := range in.attached.chains(o, rule, world, doors) {
		for _, p := range c.all()[:min(1, len(c.all()))] {
			for _, name := range slices.Compact(injected(p)) {
				h.Set(name, envoy.MadeOfRequest, p.ID().String())
			}
		}
	}
	return h
}
