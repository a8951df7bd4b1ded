package ingressnginx_test

import (
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/ingressnginx"
	"retryctl.dev/translators/precedence"
)

func TestARequestGoesToTheIngressWithTheLongestPathOfItsHost(t *testing.T) {
	one := func(name, host, path, kind, annotations string) string {
		return "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " + name + ", namespace: shop, annotations: {" + annotations + "}}\nspec:\n  ingressClassName: nginx\n" +
			"  rules: [{host: '" + host + "', http: {paths: [{path: '" + path + "', pathType: " + kind + ", backend: {service: {name: a, port: {number: 80}}}}]}}]\n"
	}
	objects, err := manifest.Read(strings.NewReader(
		one("root", "shop.example", "/", "Prefix", "")+one("api", "shop.example", "/api", "Prefix", "")+one("exact", "shop.example", "/api", "Exact", "")+
			one("loose", "shop.example", "/lo", "ImplementationSpecific", "")+one("wide", "*.example", "/api/long", "Prefix", "")+one("any", "", "/", "Prefix", "")+
			one("regex", "re.example", "/[a-c]+/x", "ImplementationSpecific", "nginx.ingress.kubernetes.io/use-regex: 'true'")+
			one("canary", "shop.example", "/api", "Prefix", "nginx.ingress.kubernetes.io/canary: 'true'")), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	g := ingressnginx.Gateway{}
	table := g.Order(manifest.NewSet(objects), gateway.Defaults(g.Profile()))
	for request, want := range map[string]string{
		"shop.example /x": "root", "shop.example /api": "exact", "shop.example /api/1": "api", "shop.example /apis": "root", "shop.example /lots": "loose",
		"shop.example /api/long/1": "api", "other.example /api/long": "wide", "nobody.test /x": "any", "re.example /abc/x": "regex",
	} {
		host, path, _ := strings.Cut(request, " ")
		list := table.Serving("nginx", precedence.Request{Host: host, Path: path}, behavior.GET)
		if len(list) != 1 || list[0].ID.Name != want {
			t.Errorf("%s is served by %v, and not by %s", request, list, want)
		}
	}
	if entries := table.Entries(); len(entries) != 1 {
		t.Errorf("requests come in by %q", entries)
	}
}
