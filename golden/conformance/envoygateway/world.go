package envoygateway

import (
	"encoding/json"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A World is what a cluster holds, each object in JSON.
type World [][]byte

const class = `{"apiVersion":"gateway.networking.k8s.io/v1","kind":"GatewayClass","metadata":{"name":"eg"},"spec":{"controllerName":"gateway.envoyproxy.io/gatewayclass-controller"}}` + "\n"

// understood are the groups that Envoy Gateway reads; egctl stops at any other.
var understood = map[string]bool{"": true, route.Group: true, "gateway.envoyproxy.io": true}

// NewWorld gives what Envoy Gateway would find in a cluster with the objects:
// those of other gateways are left out, every Gateway is Envoy Gateway's, and one
// that a route names and that is missing is there.
func NewWorld(objects []*manifest.Object) World {
	var w World
	there := map[manifest.ID]bool{}
	for _, o := range objects {
		there[o.ID()] = true
		if understood[o.ID().Group] && o.ID().Kind != "GatewayClass" {
			w = append(w, placed(o))
		}
	}
	for _, o := range objects {
		if !o.Is(route.Group, "HTTPRoute") && !o.Is(route.Group, "GRPCRoute") {
			continue
		}
		ids, sections := resolve.ParentRefs(o)
		for n, id := range ids {
			if id.Kind == "Gateway" && id.Group == route.Group && !there[id] {
				there[id] = true
				w = append(w, gatewayFor(id, sections[n]))
			}
		}
	}
	return w
}

// placed gives an object with its namespace in writing, and a Gateway of the right
// class.
func placed(o *manifest.Object) []byte {
	var v map[string]any
	if err := json.Unmarshal(o.JSON(), &v); err != nil {
		return o.JSON()
	}
	metadata, ok := v["metadata"].(map[string]any)
	if !ok {
		return o.JSON()
	}
	metadata["namespace"] = o.ID().Namespace
	spec, _ := v["spec"].(map[string]any)
	if o.ID().Kind == "Gateway" && spec != nil {
		spec["gatewayClassName"] = "eg"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return o.JSON()
	}
	return text
}

// gatewayFor makes a Gateway with one listener for every route.
func gatewayFor(id manifest.ID, listener string) []byte {
	if listener == "" {
		listener = "http"
	}
	o := manifest.New(route.Group+"/v1", "Gateway", id.Namespace, id.Name)
	from := manifest.Map("namespaces", manifest.Map("from", "All"))
	one := manifest.Map("name", listener, "port", 80, "protocol", "HTTP", "allowedRoutes", from)
	o.Root().Put("spec", manifest.Map("gatewayClassName", "eg", "listeners", manifest.List(one)))
	return o.JSON()
}
