package istio_test

import (
	"fmt"
	"strings"
	"testing"

	"retryctl.dev/schema/finding"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/istio"
)

func object(apiVersion, kind, name, spec string) string {
	return fmt.Sprintf("---\napiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: shop}\nspec: %s\n", apiVersion, kind, name, spec)
}

func rollout(virtualService string) string {
	return object("argoproj.io/v1alpha1", "Rollout", "r", "{strategy: {canary: {trafficRouting: {istio: {"+virtualService+"}}}}}")
}

const (
	target = `{group: networking.istio.io, kind: VirtualService, name: v}`
	first  = "{hosts: [a.example], gateways: [edge], http: [{name: first, route: [{destination: {host: a}}]}]}"
	bare   = "{hosts: [a.example], gateways: [edge], http: [{route: [{destination: {host: a}}]}]}"
	guard  = "targetRefs: [{group: networking.istio.io, kind: VirtualService, name: v, sectionName: first}]"
)

func TestWhatNamesAnHTTPRouteNamesItsPart(t *testing.T) {
	filter := object("networking.istio.io/v1alpha3", "EnvoyFilter", "f", "{configPatches: [{match: {routeConfiguration: {vhost: {route: {name: first}}}}}]}")
	canary := func(provider string) string {
		return object("flagger.app/v1beta1", "Canary", "c", "{targetRef: {name: v}"+provider+"}")
	}
	for _, c := range []struct{ about, spec, more, split, written, said string }{
		{"nothing", bare, "", "known", "VirtualService: -, -", ""},
		{"a name that may be known elsewhere", first, "", "known", "VirtualService: first-retryable, first", "error RT3015"},
		{"a name, and somebody knows", first, "", "always", "VirtualService: first-retryable, first", "note RT3015"},
		{"nobody wants it", first, "", "never", "VirtualService: first", "warning RT3007"},
		{"a Rollout", first, rollout("virtualService: {name: v, routes: [first]}"), "always", "VirtualService: first-retryable, first; Rollout: first, first-retryable", "note RT3015"},
		{"a Rollout with several", first, rollout("virtualServices: [{name: u, routes: [first]}, {name: v.shop, routes: [zero, first]}]"), "always",
			"VirtualService: first-retryable, first; Rollout: first; zero, first, first-retryable", "note RT3015"},
		{"a Rollout for the one http route", first, rollout("virtualService: {name: v}"), "always", "VirtualService: first-retryable, first; Rollout: first, first-retryable", "note RT3015"},
		{"a Rollout for one without a name", bare, rollout("virtualService: {name: v}"), "always", "VirtualService: -", "warning RT3007"},
		{"a Rollout for TLS", bare, rollout("virtualService: {name: v, tlsRoutes: [{port: 443}]}"), "always", "VirtualService: -, -", ""},
		{"a Rollout for another http route", first, rollout("virtualService: {name: v, routes: [second]}"), "always", "VirtualService: first-retryable, first", "note RT3015"},
		{"a Rollout of another VirtualService", first, rollout("virtualService: {name: v.team, routes: [first]}"), "always", "VirtualService: first-retryable, first", "note RT3015"},
		{"an EnvoyFilter", first, filter, "always", "VirtualService: first", "warning RT3007"},
		{"a policy of any kind", first, object("example.com/v1", "Guard", "g", "{"+guard+"}"), "known", "Guard: first, first-retryable; VirtualService: first-retryable, first", "warning RT3015"},
		{"Flagger", first, canary(""), "always", "", "error RT3010"},
		{"Flagger with another provider", first, canary(", provider: nginx"), "always", "VirtualService: first-retryable, first", "note RT3015"},
		{"an answer", "{hosts: [a.example], http: [{name: first, redirect: {uri: /}}]}", "", "known", "", ""},
	} {
		policies, world := read(t, object("networking.istio.io/v1", "VirtualService", "v", c.spec)+c.more+
			object("retryctl.dev/v1alpha1", "RetryPolicy", "p", "{targetRefs: ["+target+"], maxRetries: 2, retryOn: {statusCodes: [503], methods: [GET]}}"))
		plan, _ := resolve.Resolve(policies, world)
		s := gateway.Defaults(istio.Gateway{}.Profile())
		s.Split = c.split
		out := istio.Gateway{}.Translate(plan, s)
		if written, said := names(out), codes(out); written != c.written || said != c.said {
			t.Errorf("%s: %q is written and %q said, expected are %q and %q", c.about, written, said, c.written, c.said)
		}
	}
}

// names gives what the objects of an output name.
func names(out gateway.Output) string {
	var list []string
	for _, o := range out.Objects {
		var some []string
		for _, h := range o.At("spec", "http").Items() {
			if name := h.At("name").Text(); name != "" {
				some = append(some, name)
			} else {
				some = append(some, "-")
			}
		}
		for _, ref := range o.At("spec", "targetRefs").Items() {
			some = append(some, ref.At("sectionName").Text())
		}
		lists := []string{strings.Join(some, ", ")}
		routing := o.At("spec", "strategy", "canary", "trafficRouting", "istio")
		if o.ID().Kind == "Rollout" {
			lists = nil
		}
		if v := routing.At("virtualService"); v.Exists() {
			lists = append(lists, texts(v.At("routes")))
		}
		for _, v := range routing.At("virtualServices").Items() {
			lists = append(lists, texts(v.At("routes")))
		}
		list = append(list, o.ID().Kind+": "+strings.Join(lists, "; "))
	}
	return strings.Join(list, "; ")
}

func codes(out gateway.Output) string {
	var list []string
	for _, s := range out.Said {
		if s.Severity != finding.Note || s.Code == finding.ReferredByName {
			list = append(list, string(s.Severity)+" "+string(s.Code))
		}
	}
	return strings.Join(list, ", ")
}

func texts(list manifest.Value) string {
	var all []string
	for _, v := range list.Items() {
		all = append(all, v.Text())
	}
	return strings.Join(all, ", ")
}
