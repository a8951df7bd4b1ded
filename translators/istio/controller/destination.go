package controller

import (
	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
)

// A Destination is where an http route or a rule sends requests to.
type Destination struct {
	Host, Subset string
	Port         int64          // 0 is not said
	Entry        manifest.Value // where it is written
}

// DestinationsOf gives those of an http route that get any requests.
func DestinationsOf(h manifest.Value, namespace string, s gateway.Settings) []Destination {
	var list []Destination
	for _, r := range h.At("route").Items() {
		if weight, ok := r.At("weight").Int(); ok && weight == 0 && h.At("route").Len() > 1 {
			continue
		}
		d := r.At("destination")
		port, _ := d.At("port", "number").Int()
		list = append(list, Destination{FullName(d.At("host").Text(), namespace, s), d.At("subset").Text(), port, r})
	}
	return list
}

// Backends gives those of a rule of a route that get any requests: Istio answers
// 500 for a Service of another namespace that does not grant it.
func Backends(world *manifest.Set, o *manifest.Object, rule int, s gateway.Settings) []Destination {
	var list []Destination
	for _, ref := range o.At("spec", "rules").Index(rule).At("backendRefs").Items() {
		if weight, ok := ref.At("weight").Int(); ok && weight == 0 {
			continue
		}
		if kind := ref.At("kind").Text(); kind != "" && kind != "Service" {
			continue
		}
		id := BackendID(ref, o.ID().Namespace)
		if port, _ := ref.At("port").Int(); Granted(world, o, id) {
			list = append(list, Destination{HostOf(id, s), "", port, ref})
		}
	}
	return list
}

// BreakerFields say where Istio has each limit; the largest number is that of an
// int32, and 0 is no limit.
var BreakerFields = []struct {
	Path []string
	Of   func(*behavior.Breaker) *behavior.Setting[int64]
}{
	{[]string{"tcp", "maxConnections"}, func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxConnections }},
	{[]string{"http", "http1MaxPendingRequests"}, func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxPendingRequests }},
	{[]string{"http", "http2MaxRequests"}, func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxParallelRequests }},
	{[]string{"http", "maxRetries"}, func(b *behavior.Breaker) *behavior.Setting[int64] { return &b.MaxParallelRetries }},
}

// Top gives the rule whose trafficPolicy holds for a host: the oldest that has
// one. Of the others only subsets count (Istio 1.31
// pilot/pkg/model/destination_rule.go:119).
func Top(rules []*manifest.Object) (rule *manifest.Object, has bool) {
	for _, o := range rules {
		if o.At("spec", "trafficPolicy").IsMap() {
			return o, true
		}
	}
	return rules[0], false
}

// Granted reports whether a ReferenceGrant lets a route name a Service, which one
// in its own namespace does not need.
func Granted(world *manifest.Set, o *manifest.Object, to manifest.ID) bool {
	if to.Namespace == o.ID().Namespace {
		return true
	}
	for _, g := range world.Kind(route.Group, "ReferenceGrant") {
		from, into := false, false
		for _, f := range g.At("spec", "from").Items() {
			from = from || f.At("kind").Text() == o.ID().Kind && f.At("namespace").Text() == o.ID().Namespace
		}
		for _, t := range g.At("spec", "to").Items() {
			into = into || t.At("kind").Text() == "Service" && (t.At("name").Text() == "" || t.At("name").Text() == to.Name)
		}
		if from && into && g.ID().Namespace == to.Namespace {
			return true
		}
	}
	return false
}

// BackendID names the Service of a backendRef.
func BackendID(ref manifest.Value, namespace string) manifest.ID {
	if other := ref.At("namespace").Text(); other != "" {
		namespace = other
	}
	return manifest.ID{Kind: "Service", Namespace: namespace, Name: ref.At("name").Text()}
}
