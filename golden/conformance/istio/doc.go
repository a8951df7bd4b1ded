// Package istio holds Istio's own code against what is said of it: what istiod's
// webhook admits, and which Envoy routes and clusters istiod makes of a world,
// against what translators/istio writes and reads. Nothing runs but Go: istiod's
// generator is linked into the test.
//
// The judges are three. Istio's validation says whether an object is taken.
// Package envoy says what the routes that istiod made do with a request. And
// istiod's own reading of the HTTPRoute, on a Gateway of its own, says what else
// happens to a request, so that a VirtualService which forgets a filter, or sends
// a request elsewhere, is found out.
//
// That each of them can fail is shown by faults that are planted in what retryctl
// wrote: what is said is of the objects without them, and istiod gets those with.
package istio
