package controller

import (
	"fmt"
	"regexp"
	"slices"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
	"retryctl.dev/translators/traefik/api"
)

// Order gives the routers of a world: Traefik tries those of all its providers by
// priority, and of equal ones of one provider in the order of a map, so by chance
// (v3.7.13 pkg/server/router/router.go:237).
func Order(world *manifest.Set, s gateway.Settings) *precedence.Table {
	return NewCluster(world, s).Order(world)
}

// Order is that of a world; c.world may be another one with the same IngressRoutes.
func (c Cluster) Order(world *manifest.Set) *precedence.Table {
	return precedence.New(c.Routers(world))
}

// Routers gives the matches of all routers of a world.
func (c Cluster) Routers(world *manifest.Set) []precedence.Match {
	list := slices.DeleteFunc(c.routing().Routes(world), func(m precedence.Match) bool {
		return m.ID.Kind == "GRPCRoute" && !c.GRPC || !Served(world.Get(m.ID))
	})
	for _, o := range world.Kind(api.Group, "IngressRoute") {
		list = append(list, c.routerMatches(o)...)
	}
	for _, o := range world.Kind("networking.k8s.io", "Ingress") {
		list = append(list, c.ingressMatches(o)...)
	}
	return list
}

// Served reports whether Traefik serves a route at all: it has no part in a mesh, so
// routes that only have Services as parents are not its own.
func Served(o *manifest.Object) bool {
	ids, _ := resolve.ParentRefs(o)
	return len(ids) == 0 || slices.ContainsFunc(ids, func(id manifest.ID) bool { return id.Kind == "Gateway" })
}

// MatchesOf gives those of one object.
func (c Cluster) MatchesOf(o *manifest.Object) []precedence.Match {
	switch {
	case o.Is(route.Group, "HTTPRoute") && !Served(o), o.Is(route.Group, "GRPCRoute") && !Served(o):
		return nil
	case o.Is(api.Group, "IngressRoute"):
		return c.routerMatches(o)
	case o.Is("networking.k8s.io", "Ingress"):
		return c.ingressMatches(o)
	}
	return c.routing().Of(o, c.World)
}

func (c Cluster) routing() precedence.Routing {
	return precedence.Routing{Entry: entryOf, Rank: func(e precedence.Entry) []int { return c.ranked(append(rank(e), ofGateway)) }}
}

// entryOf is the entry point of a listener, which is found by its port.
func entryOf(listener resolve.Listener, spec manifest.Value) string {
	if !spec.Exists() {
		return "listeners of " + listener.Parent.String()
	}
	return "port " + spec.At("port").Text() + " " + spec.At("protocol").Text()
}

// rank is the priority of a router (v3.7.13
// pkg/provider/kubernetes/gateway/httproute.go:742, grpcroute.go:268): what the path,
// the method, the headers and the query are worth is added up, as is the length of
// the longest of the hostnames.
func rank(e precedence.Entry) []int {
	longest := 0
	for _, host := range e.Hosts {
		if host != "*" {
			longest = max(longest, len(host))
		}
	}
	if e.Rule.GRPC {
		return []int{longest + len(grpcRule(e))}
	}
	priority := longest + e.Rules - e.Rule.Index + e.Match.Headers*api.HeaderPriority + e.Match.Queries*api.QueryPriority
	if e.Match.Method != "" {
		priority += api.MethodPriority
	}
	value := OrElse(e.Written.At("path", "value").Text(), "/")
	switch kind := e.Match.Path.Kind; {
	case kind == route.Exact:
		return []int{priority + api.ExactPriority}
	case kind == route.Prefix && value == "/":
		return []int{priority + 1}
	}
	return []int{priority + api.PathPriority + api.PrefixPriority*len(value)}
}

// grpcRule is the match that Traefik writes for an entry of a GRPCRoute's matches,
// without the hostnames: its length is its worth.
func grpcRule(e precedence.Entry) string {
	text := `PathPrefix("/")`
	if method := e.Written.At("method"); method.IsMap() {
		part := func(name string) string {
			switch value := method.At(name).Text(); {
			case value == "":
				return "[^/]+"
			case method.At("type").Text() == "RegularExpression":
				return value
			default:
				return regexp.QuoteMeta(value)
			}
		}
		text = fmt.Sprintf("PathRegexp(%q)", "/"+part("service")+"/"+part("method"))
	}
	for _, h := range e.Written.At("headers").Items() {
		matcher := "Header"
		if h.At("type").Text() == "RegularExpression" {
			matcher = "HeaderRegexp"
		}
		text += fmt.Sprintf(" && %s(%q,%q)", matcher, h.At("name").Text(), h.At("value").Text())
	}
	return text
}
