package read

import (
	"slices"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/istio/api"
)

// hidden are parts of a world that may change retries and are not read, in sentences:
// which proxies they are for depends on labels of pods. Those before the router can only
// set request headers, which a route may remove again.
type hidden struct{ before, anywhere []string }

// hiddenIn finds programs (WasmPlugins), services (AuthorizationPolicies with CUSTOM,
// whose headers are in the mesh's configuration), claims of tokens that are put into a
// header which Envoy's router takes for a retry policy, and patches of Envoy's
// configuration that have to do with retries.
func hiddenIn(world *manifest.Set) (h hidden) {
	for _, o := range world.Kind("extensions.istio.io", "WasmPlugin") {
		h.before = append(h.before, o.ID().String()+" is not read: on the proxies that it is for, "+envoy.MaySet)
	}
	for _, o := range world.Kind("security.istio.io", "AuthorizationPolicy") {
		if o.At("spec", "action").Text() == "CUSTOM" {
			h.before = append(h.before, o.ID().String()+" asks a service, whose headers are in the mesh's configuration: on the proxies that it is for, "+envoy.MaySet)
		}
	}
	for _, o := range world.Kind("security.istio.io", "RequestAuthentication") {
		for _, rule := range o.At("spec", "jwtRules").Items() {
			for _, to := range rule.At("outputClaimToHeaders").Items() {
				if name := to.At("header").Text(); envoy.Retries(name) {
					h.before = append(h.before, o.ID().String()+" puts what a token says into "+name+", which Envoy's router takes for a part of the retry policy on the proxies that it is for")
				}
			}
		}
	}
	for _, o := range world.Kind(api.Group, "EnvoyFilter") {
		if patches := o.At("spec", "configPatches"); patches.Exists() && envoy.OfRetries(string(patches.JSON())) {
			h.anywhere = append(h.anywhere, o.ID().String()+" has to do with retries and is not read: what it changes on the proxies that it is for cannot be seen here")
		}
	}
	return h
}

// from says what is hidden of the requests of an http route that removes some headers.
func (h hidden) from(e *behavior.Effect, removed []string) {
	sentences := h.anywhere
	if !envoy.EachOf(removed) {
		sentences = slices.Concat(h.before, h.anywhere)
	}
	for _, sentence := range sentences {
		e.Hides(sentence)
	}
}
