package write

import (
	"strings"
	"testing"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
)

func TestAPrefixIsReplacedWithoutASlashTooMany(t *testing.T) {
	objects, err := manifest.Read(strings.NewReader("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: shop}\n"+
		"spec: {rules: [{matches: [{path: {value: /old}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}],\n"+
		"  backendRefs: [{name: orders, port: 8080}]}]}"), "route.yaml")
	if err != nil {
		t.Fatal(err)
	}
	https, err := conversion{routes: objects[:1], world: manifest.NewSet(objects), settings: gateway.Settings{ClusterDomain: "cluster.local"}}.http()
	if err != nil || len(https) != 1 {
		t.Fatalf("got %d http routes, %v", len(https), err)
	}
	rewrite := https[0].At("rewrite", "uriRegexRewrite")
	if match, to := rewrite.At("match").Text(), rewrite.At("rewrite").Text(); match != "^/old(/.*)?$" || to != `/new\1` {
		t.Errorf("got %s and %s", match, to)
	}
}
