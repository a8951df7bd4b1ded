package traefik_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/traefik"
)

// table is a world of objects, each of which is for shop.example, with 2 to 6 tries.
type table struct{ text strings.Builder }

func (w *table) write(format string, args ...any) { fmt.Fprintf(&w.text, "---\n"+format+"\n", args...) }

func (w *table) gateway(name, class string) {
	w.write("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: %s, namespace: shop}\nspec: {gatewayClassName: %s, listeners: [{name: http, port: 80, protocol: HTTP}]}", name, class)
}

func (w *table) route(name, parent, path string) {
	w.write("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: %s, namespace: shop}\nspec: {parentRefs: [{name: %s}], hostnames: [shop.example], rules: [{matches: [{path: {type: PathPrefix, value: %s}}], backendRefs: [{name: api, port: 80}]}]}",
		name, parent, path)
}

func (w *table) ingressRoute(name, entry, path string, priority int) {
	w.write("apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: %s, namespace: shop}\nspec: {entryPoints: [%s], routes: [{kind: Rule, priority: %d, match: \"Host(`shop.example`) && PathPrefix(`%s`)\", services: [{name: api, port: 80}]}]}",
		name, entry, priority, path)
}

func (w *table) ingress(name, entry, path string) {
	w.write("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: %s, namespace: shop, annotations: {traefik.ingress.kubernetes.io/router.entrypoints: %s}}\nspec: {rules: [{host: shop.example, http: {paths: [{path: %s, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]}",
		name, entry, path)
}

func (w *table) world(t *testing.T) *manifest.Set {
	t.Helper()
	objects, err := manifest.Read(strings.NewReader(w.text.String()), "in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return manifest.NewSet(objects)
}

// served gives for each rule the objects that its GET requests are served by.
func (w *table) served(t *testing.T, setups ...setup) string {
	t.Helper()
	world := w.world(t)
	intents := (&resolve.Plan{World: world}).Bystanders()
	var list []string
	for n, effects := range gateway.Read(traefik.Gateway{}, intents, world, settings(setups)) {
		var by []string
		for _, e := range effects {
			if name := e.Object[strings.IndexByte(e.Object, '/')+1:]; e.Methods&behavior.GET != 0 && !slices.Contains(by, name) {
				by = append(by, name)
			}
		}
		slices.Sort(by)
		list = append(list, intents[n].ID().Name+" by "+strings.Join(by, "|"))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// differences gives who serves what by the Gateway API belongs to another.
func (w *table) differences(t *testing.T) string {
	t.Helper()
	var list []string
	for _, d := range (traefik.Gateway{}).Order(w.world(t), settings(nil)).Differences() {
		text := d.Rule.ID.Name + " by " + d.By.ID.Name
		if d.Perhaps {
			text += " perhaps"
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func TestRoutersOfAllProvidersAreInOneTable(t *testing.T) {
	for _, c := range []struct {
		name, served, differ string
		build                func(*table)
	}{
		{"a longer match comes before the prefix / of an HTTPRoute", "pay by pay|web, web by web", "pay by web perhaps", func(w *table) {
			w.route("pay", "edge", "/")
			w.ingressRoute("web", "web", "/", 0)
		}},
		{"any other path of an HTTPRoute comes first", "pay by pay, web by web", "", func(w *table) {
			w.route("pay", "edge", "/pay")
			w.ingressRoute("web", "web", "/", 0)
		}},
		{"unless a priority is written", "pay by pay|web, web by web", "pay by web perhaps", func(w *table) {
			w.route("pay", "edge", "/pay")
			w.ingressRoute("web", "web", "/", 1000000)
		}},
		{"an Ingress is a router like others", "old by old, pay by pay|old", "pay by old perhaps", func(w *table) {
			w.route("pay", "edge", "/")
			w.ingress("old", "web", "/")
		}},
		{"the longer rule of an Ingress and an IngressRoute", "old by old, web by ", "", func(w *table) {
			w.ingressRoute("web", "web", "/", 3)
			w.ingress("old", "web", "/")
		}},
		{"of equal ones the provider of IngressRoutes comes first", "old by old, web by web", "", func(w *table) {
			w.ingressRoute("web", "web", "/", 0)
			w.ingress("old", "web", "/")
		}},
		{"other entry points are others", "old by old, web by web", "", func(w *table) {
			w.ingressRoute("web", "web", "/", 3)
			w.ingress("old", "other", "/")
		}},
		{"routes of two Gateways of one class, at one port", "far by far, pay by pay", "pay by far", func(w *table) {
			w.gateway("other", "traefik")
			w.route("pay", "edge", "/")
			w.route("far", "other", "/far")
		}},
		{"routes of Gateways of two classes", "far by far, pay by pay", "", func(w *table) {
			w.gateway("other", "kong")
			w.route("pay", "edge", "/")
			w.route("far", "other", "/far")
		}},
	} {
		w := &table{}
		w.gateway("edge", "traefik")
		c.build(w)
		if got := w.served(t); !sameServed(got, c.served) {
			t.Errorf("%s: %s, want %s", c.name, got, c.served)
		}
		if got := w.differences(t); got != c.differ {
			t.Errorf("%s: %q differ, want %q", c.name, got, c.differ)
		}
	}
}

// sameServed looks past the order of several that serve one.
func sameServed(got, want string) bool {
	sorted := func(text string) string {
		var list []string
		for _, part := range strings.Split(text, ", ") {
			name, by, _ := strings.Cut(part, " by ")
			several := strings.Split(by, "|")
			slices.Sort(several)
			list = append(list, name+" by "+strings.Join(several, "|"))
		}
		return strings.Join(list, ", ")
	}
	return sorted(got) == sorted(want)
}

func TestBeforeTraefik37EqualPrioritiesAreAMatterOfChance(t *testing.T) {
	w := &table{}
	w.ingressRoute("web", "web", "/", 0)
	w.ingress("old", "web", "/")
	if got := w.served(t, version(3, 6)); got != "old by old, web by old|web" {
		t.Error(got)
	}
}

func TestARouteOfTheMeshHasNoRouter(t *testing.T) {
	w := &table{}
	w.gateway("edge", "traefik")
	w.route("pay", "edge", "/")
	w.text.WriteString(strings.NewReplacer("name: pay,", "name: mesh,", "{name: edge}]", "{group: '', kind: Service, name: api}]", "value: /", "value: /a").Replace(w.text.String()[strings.LastIndex(w.text.String(), "---"):]))
	if got := w.served(t); got != "mesh by , pay by pay" {
		t.Error(got)
	}
}

func TestAPolicyOnARouteOfTheMeshIsRefused(t *testing.T) {
	r := translate(t, policy("HTTPRoute api", byStatus)+strings.Replace(httpRoute(""), "parentRefs: [{name: edge}]", "parentRefs: [{group: '', kind: Service, name: api}]", 1))
	if !has(r, finding.WrongTargetKind, "is a mesh's") || len(r.Objects) > 0 {
		t.Errorf("%s%v", all(t, r), codes(r))
	}
}
