package envoy

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
)

// A Variant is what the router sees of the requests that go to some of a rule's
// backends.
type Variant struct {
	RequestHeaders
	// Backends names them where others of the rule see other headers; empty where all
	// see the same.
	Backends string
}

// HeadersOf gives what the filters of a rule of an HTTPRoute or GRPCRoute, and those of
// its backends, leave of headers that a filter before the router may have made; one
// variant for each outcome that a backend with a weight has. From names the route.
func HeadersOf(rule manifest.Value, before RequestHeaders, from string) []Variant {
	var variants []Variant
	for n, backend := range rule.At("backendRefs").Items() {
		if weight, ok := backend.At("weight").Int(); ok && weight == 0 {
			continue
		}
		h := before.Clone()
		h.filter(backend, fmt.Sprintf("%s backendRefs[%d] RequestHeaderModifier", from, n))
		h.filter(rule, from+" RequestHeaderModifier")
		name := backend.At("name").Text()
		if at := slices.IndexFunc(variants, func(v Variant) bool { return v.Equal(h) }); at < 0 {
			variants = append(variants, Variant{h, name})
		} else {
			variants[at].Backends += ", " + name
		}
	}
	switch len(variants) {
	case 0:
		h := before.Clone()
		h.filter(rule, from+" RequestHeaderModifier")
		return []Variant{{h, ""}}
	case 1:
		variants[0].Backends = ""
	}
	return variants
}

// filter makes the changes of the filters of a rule or a backend: removals first. Of a
// header that is added and set the first counts, which is the one that is added (Envoy
// Gateway 1.9.1 internal/gatewayapi/filters.go:467).
func (h *RequestHeaders) filter(element manifest.Value, from string) {
	done := map[string]bool{}
	once := func(entry manifest.Value, change func(name, value, from string)) {
		if name := strings.ToLower(entry.At("name").Text()); !done[name] {
			done[name] = true
			change(name, entry.At("value").Text(), from)
		}
	}
	for _, f := range element.At("filters").Items() {
		for _, name := range f.At("requestHeaderModifier", "remove").Items() {
			h.Remove(name.Text())
		}
	}
	for _, f := range element.At("filters").Items() {
		for _, entry := range f.At("requestHeaderModifier", "add").Items() {
			once(entry, h.Add)
		}
		for _, entry := range f.At("requestHeaderModifier", "set").Items() {
			once(entry, h.Set)
		}
	}
}

// Removed gives the request headers that the filters of a rule of an HTTPRoute or
// GRPCRoute remove, whatever a filter before the router has set.
func Removed(rule manifest.Value) (names []string) {
	for _, f := range rule.At("filters").Items() {
		for _, name := range f.At("requestHeaderModifier", "remove").Items() {
			names = append(names, name.Text())
		}
	}
	return names
}
