package controller

import (
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
)

func TestAGRPCRouteWithoutHostnamesHasThoseOfItsListeners(t *testing.T) {
	objects, err := manifest.Read(strings.NewReader("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\n"+
		"spec: {listeners: [{name: a, hostname: API.example, port: 80, protocol: HTTP}, {name: b, port: 81, protocol: HTTP}]}\n"+
		"---\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: orders, namespace: shop}\nspec: {parentRefs: [{name: edge}], rules: [{}]}\n"), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := grpcHosts(manifest.NewSet(objects), objects[1]); !slices.Equal(got, []string{"api.example"}) {
		t.Error(got)
	}
}
