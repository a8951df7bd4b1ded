package read

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/envoygateway/api"
	"retryctl.dev/translators/envoygateway/controller"
	"retryctl.dev/translators/gateway"
)

// injections are what may have a filter before the router write a request header which
// the router takes for a part of a retry policy: policies, by kind, and filters of rules.
// The value is the client's claim or name, what an authorization service says, a
// credential, or what a program does.
type injections struct {
	world    *manifest.Set
	attached []controller.Policies
}

func newInjections(world *manifest.Set, version gateway.Version) injections {
	in := injections{world: world}
	for _, kind := range []string{"SecurityPolicy", "EnvoyExtensionPolicy"} {
		for _, o := range world.Kind(api.Group, kind) {
			if names, programs := injected(o, world); len(names)+len(programs) > 0 {
				in.attached = append(in.attached, controller.NewPolicies(world, version, kind))
				break
			}
		}
	}
	return in
}

// injected gives the headers of a policy that the router takes for a part of a retry
// policy, and what it has that may set any (v1.9.1 api/v1alpha1/jwt_types.go:190,
// ext_auth_types.go:206, basic_auth_types.go:34, api_key_auth_types.go:32,
// oidc_types.go:259, envoyextensionypolicy_types.go:58). Of a program that is given the
// headers count that it names. An external processor is sent request headers where it is
// to process requests, and its answers count unless it only looks on.
func injected(policy *manifest.Object, world *manifest.Set) (names, programs []string) {
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
	for _, v := range spec.At("extAuth", "http", "headersToBackend").Items() {
		add(v)
	}
	add(spec.At("basicAuth", "forwardUsernameHeader"))
	add(spec.At("apiKeyAuth", "forwardClientIDHeader"))
	add(spec.At("oidc", "forwardIDToken", "header"))
	if spec.At("extAuth", "grpc").IsMap() {
		programs = append(programs, "extAuth.grpc")
	}
	for _, list := range []string{"wasm", "dynamicModule"} {
		for n := range spec.At(list).Items() {
			programs = append(programs, fmt.Sprintf("%s[%d]", list, n))
		}
	}
	for n, p := range spec.At("extProc").Items() {
		if shadow, _ := p.At("shadowMode").Bool(); !shadow && p.At("processingMode", "request").Exists() {
			programs = append(programs, fmt.Sprintf("extProc[%d]", n))
		}
	}
	for n, p := range spec.At("lua").Items() {
		text, given := p.At("inline").Text(), p.At("inline").Exists()
		if ref := p.At("valueRef"); ref.Exists() {
			code := world.Get(manifest.ID{Kind: "ConfigMap", Namespace: policy.ID().Namespace, Name: ref.At("name").Text()})
			if given = code != nil; given {
				text = written(code.At("data"))
			}
		}
		if names = append(names, envoy.Named(text)...); !given {
			programs = append(programs, fmt.Sprintf("lua[%d]", n))
		}
	}
	return names, programs
}

// on gives what the policies and filters leave in the requests of a rule: of each
// listener's policies of a kind the most specific one counts. Unseen says which of them
// may do so and cannot be read; a rule that removes the headers is safe from programs.
func (in injections) on(o *manifest.Object, rule manifest.Value, listeners []resolve.Listener) (h envoy.RequestHeaders, unseen []string) {
	for _, attached := range in.attached {
		for _, c := range attached.Chains(o, rule.At("name").Text(), in.world, listeners) {
			for _, p := range c.All()[:min(1, len(c.All()))] {
				names, programs := injected(p, in.world)
				for _, name := range slices.Compact(names) {
					h.Set(name, envoy.MadeOfRequest, p.ID().String())
				}
				for _, program := range programs {
					if !envoy.EachOf(envoy.Removed(rule)) {
						unseen = append(unseen, p.ID().String()+" spec."+program+" is not read: "+envoy.MaySet)
					}
				}
			}
		}
	}
	for _, f := range rule.At("filters").Items() {
		if ref := f.At("extensionRef"); ref.At("group").Text() == api.Group && ref.At("kind").Text() == "HTTPRouteFilter" {
			filter := in.world.Get(manifest.ID{Group: api.Group, Kind: "HTTPRouteFilter", Namespace: o.ID().Namespace, Name: ref.At("name").Text()})
			if filter != nil {
				h.Set(filter.At("spec", "credentialInjection", "header").Text(), envoy.MadeOfRequest, filter.ID().String())
			}
		}
	}
	return h, append(unseen, in.patches(o)...)
}

// patches says which EnvoyPatchPolicies on the Gateways of a route have to do with
// retries.
func (in injections) patches(o *manifest.Object) (unseen []string) {
	parents, _ := resolve.ParentRefs(o)
	for _, p := range in.world.Kind(api.Group, "EnvoyPatchPolicy") {
		target := controller.RefOf(p.At("spec", "targetRef"))
		on := slices.ContainsFunc(parents, func(id manifest.ID) bool {
			class := in.world.Get(id)
			return target.Kind == "Gateway" && id.Kind == "Gateway" && id.Name == target.Name && id.Namespace == p.ID().Namespace ||
				target.Kind == "GatewayClass" && class != nil && class.At("spec", "gatewayClassName").Text() == target.Name
		})
		if on && envoy.OfRetries(written(p.At("spec", "jsonPatches"))) {
			unseen = append(unseen, p.ID().String()+" spec.jsonPatches has to do with retries and is not read: what it changes cannot be seen here")
		}
	}
	return unseen
}

// written gives a part of an object as text.
func written(v manifest.Value) string {
	if !v.Exists() {
		return ""
	}
	return string(v.JSON())
}
