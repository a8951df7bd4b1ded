package read

import (
	"slices"
	"strconv"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/translators/envoy"
	"retryctl.dev/translators/istio/api"
	"retryctl.dev/translators/istio/controller"
)

// A flow is the part of an http route's requests that reaches Envoy's router with the
// same headers, of which it takes some for a retry policy: Istio passes what a
// VirtualService or an HTTPRoute sets to Envoy as it is (1.31
// pilot/pkg/networking/core/route/route.go:1031, TranslateHeadersOperations; measured
// with what istiod 1.31 gives Envoy 1.39.3).
type flow struct {
	headers envoy.RequestHeaders
	to      []controller.Destination
}

// flows puts those of a list of destinations together that get the same headers, by
// what is changed for all of them, and for each. Beside a single destination of an http
// route Istio makes both changes at once (route.go:714), else Envoy makes those for the
// destination first.
func flows(all envoy.Changes, list []controller.Destination, single bool, of func(manifest.Value) envoy.Changes) (flows []flow) {
	if len(list) == 0 {
		list = []controller.Destination{{}}
	}
	for _, to := range list {
		var h envoy.RequestHeaders
		own := of(to.Entry)
		if single {
			envoy.Change(&h, all, own)
		} else {
			envoy.Change(&h, own)
			envoy.Change(&h, all)
		}
		at := slices.IndexFunc(flows, func(f flow) bool { return f.headers.Equal(h) })
		if at < 0 {
			at, flows = len(flows), append(flows, flow{headers: h})
		}
		if to.Host != "" {
			flows[at].to = append(flows[at].to, to)
		}
	}
	return flows
}

// nameOf gives the name of a rule for a flow of it: with several, that of a destination
// is behind it.
func nameOf(rule string, f flow, all []flow) string {
	if len(all) == 1 || len(f.to) == 0 {
		return rule
	}
	return rule + " to " + f.to[0].Host
}

// changesOf reads those of an http route of a VirtualService, or of a destination.
func changesOf(element manifest.Value, from string) envoy.Changes {
	request := element.At("headers", "request")
	c := envoy.Changes{From: from}
	pairs := func(verb string) (list [][2]string) {
		for name, value := range request.At(verb).Fields() {
			if value.Exists() {
				list = append(list, [2]string{name.Text(), value.Text()})
			}
		}
		return list
	}
	c.Set, c.Add = pairs("set"), pairs("add")
	for _, name := range request.At("remove").Items() {
		c.Remove = append(c.Remove, name.Text())
	}
	return c
}

// filtered reads those of a rule of a route, or of a backend.
func filtered(element manifest.Value, from string) envoy.Changes {
	c := envoy.Changes{From: from}
	for _, f := range element.At("filters").Items() {
		modifier := f.At("requestHeaderModifier")
		for _, item := range modifier.At("set").Items() {
			c.Set = append(c.Set, [2]string{item.At("name").Text(), item.At("value").Text()})
		}
		for _, item := range modifier.At("add").Items() {
			c.Add = append(c.Add, [2]string{item.At("name").Text(), item.At("value").Text()})
		}
		for _, name := range modifier.At("remove").Items() {
			c.Remove = append(c.Remove, name.Text())
		}
	}
	return c
}

// policyOf gives the retry policy that Istio makes of a number of retries and of a
// retryOn: none without retries. Numbers are status codes where Go's net/http has a
// text for them.
func policyOf(retries int, retryOn string) envoy.Policy {
	if retries <= 0 {
		return envoy.Policy{}
	}
	p := envoy.Policy{Retries: behavior.Is(retries)}
	for _, word := range strings.Split(retryOn, ",") {
		word = strings.TrimSpace(word)
		if status, err := strconv.Atoi(word); err != nil {
			p.Words = append(p.Words, word)
		} else if api.KnownCode(status) {
			p.Codes = append(p.Codes, status)
		}
	}
	if len(p.Codes) > 0 || retryOn == api.DefaultRetryOn {
		p.Words = append(p.Words, envoy.CodesWord)
	}
	return p
}
