package read

import (
	"fmt"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/envoygateway/api"
)

// An answer is one that Envoy gives to every request of a rule itself.
type answer struct {
	status int // 0 where requests are sent on
	why    string
}

// filters are those that every version knows.
var filters = []string{"RequestHeaderModifier", "ResponseHeaderModifier", "URLRewrite", "RequestMirror", "RequestRedirect"}

// answer tells which rules make no try: those with a redirect or a response of
// their own, those without a backend, and those whose filters Envoy Gateway refuses
// (v1.9.1 internal/gatewayapi/helpers.go:208, filters.go:1182, route.go:330; measured
// with its translator).
func (r reading) answer(rule manifest.Value, o *manifest.Object) answer {
	for _, f := range rule.At("filters").Items() {
		switch kind := f.At("type").Text(); {
		case slices.Contains(filters, kind), kind == "CORS" && r.version.AtLeast(1, 4):
		case kind == "ExtensionRef":
			if a := extension(f.At("extensionRef"), o, r.world); a.status != 0 {
				return a
			}
		default:
			return answer{500, "Envoy Gateway does not know the filter " + kind}
		}
	}
	if status := route.Redirect(rule); status != 0 {
		return answer{status, "the rule redirects"}
	}
	if !route.HasBackend(rule) {
		return answer{500, "the rule has no backend"}
	}
	return answer{}
}

// extension is the answer that a filter of another API makes; one of Envoy Gateway's
// own may have a response in it.
func extension(ref manifest.Value, o *manifest.Object, world *manifest.Set) answer {
	if ref.At("group").Text() != api.Group || ref.At("kind").Text() != "HTTPRouteFilter" {
		return answer{500, fmt.Sprintf("no filter of Envoy Gateway is a %s of %s, unless an extension of it is", ref.At("kind").Text(), ref.At("group").Text())}
	}
	filter := world.Get(manifest.ID{Group: api.Group, Kind: "HTTPRouteFilter", Namespace: o.ID().Namespace, Name: ref.At("name").Text()})
	if filter == nil || !filter.At("spec", "directResponse").IsMap() {
		return answer{}
	}
	status := 200
	if n, ok := filter.At("spec", "directResponse", "statusCode").Int(); ok {
		status = int(n)
	}
	return answer{status, filter.ID().String() + " responds"}
}
