package traefik

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/precedence"
)

// Order gives the routers of a world: Traefik tries those of all its providers by
// priority, and of equal ones of one provider in the order of a map, so by chance
// (v3.7.13 pkg/server/router/router.go:237).
func (Gateway) Order(world *manifest.Set, s gateway.Settings) *precedence.Table {
	return newCluster(world, s).order(world)
}

// order is that of a world; c.world may be another one with the same IngressRoutes.
func (c cluster) order(world *manifest.Set) *precedence.Table {
	return precedence.New(c.routers(world))
}

func (c cluster) routers(world *manifest.Set) []precedence.Match {
	list := c.routing().Routes(world)
	if !c.grpc {
		list = slices.DeleteFunc(list, func(m precedence.Match) bool { return m.ID.Kind == "GRPCRoute" })
	}
	for _, o := range world.Kind(group, "IngressRoute") {
		list = append(list, c.routerMatches(o)...)
	}
	for _, o := range world.Kind("networking.k8s.io", "Ingress") {
		list = append(list, c.ingressMatches(o)...)
	}
	return list
}

// matchesOf gives those of one object.
func (c cluster) matchesOf(o *manifest.Object) []precedence.Match {
	switch {
	case o.Is(group, "IngressRoute"):
		return c.routerMatches(o)
	case o.Is("networking.k8s.io", "Ingress"):
		return c.ingressMatches(o)
	}
	return c.routing().Of(o, c.world)
}

func (c cluster) routing() precedence.Routing {
	return precedence.Routing{Entry: entryOf, Rank: func(e precedence.Entry) []int { return c.ranked(append(rank(e), ofGateway)) }}
}

// entryOf is the entry point of a listener, which is found by its port.
func entryOf(door resolve.Door, listener manifest.Value) string {
	if !listener.Exists() {
		return "listeners of " + door.Parent.String()
	}
	return "port " + listener.At("port").Text() + " " + listener.At("protocol").Text()
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
	priority := longest + e.Rules - e.Rule.Index + e.Match.Headers*headerPriority + e.Match.Queries*queryPriority
	if e.Match.Method != "" {
		priority += methodPriority
	}
	value := orElse(e.Written.At("path", "value").Text(), "/")
	switch form, _, _ := strings.Cut(e.Match.Path, " "); {
	case form == "Exact":
		return []int{priority + exactPriority}
	case form == "PathPrefix" && value == "/":
		return []int{priority + 1}
	}
	return []int{priority + pathPriority + prefixPriority*len(value)}
}

// fits says why a split of a route would change which rule serves a request: with a
// condition on the method a match comes before others with longer paths. It is nil
// where nothing that is known shares requests with the route.
func (t *translation) fits(i resolve.Intent) func(edited *manifest.Object, fresh []int) error {
	table := t.table()
	own := false
	for n := range i.Object.At("spec", "rules").Len() {
		own = own || table.Shares(precedence.Place{ID: i.ID(), Rule: n}, n == i.Rule)
	}
	if !own {
		return nil
	}
	return func(edited *manifest.Object, fresh []int) error { return t.keeps(i, edited, fresh) }
}

// keeps compares where requests go after the splits of a route so far with where
// they go in the input.
func (t *translation) keeps(i resolve.Intent, edited *manifest.Object, fresh []int) error {
	origins := t.origins[i.ID()]
	was := func(p precedence.Place) precedence.Place {
		if p.ID != i.ID() {
			return p
		}
		if slices.Contains(fresh, p.Rule) {
			return precedence.Place{ID: p.ID, Rule: i.Rule}
		}
		if at, split := origins[p.Rule]; split {
			p.Rule = at
		}
		return p
	}
	table := t.table()
	var before []*precedence.Match
	for n := range route.Rules(i.Object) {
		before = append(before, table.Matches(precedence.Place{ID: i.ID(), Rule: n})...)
	}
	if m := table.Moves(table.With(i.ID(), t.matchesOf(edited)), before, was); m != nil {
		by := "no rule"
		for _, p := range m.From {
			by = resolve.Place(p.ID, ruleOf(t.world.Get(p.ID), p.Rule).At("name").Text(), p.Rule)
		}
		return fmt.Errorf("by what Traefik adds up for conditions %s %s would no longer be served by %s", m.Method, m.Request, by)
	}
	if origins == nil {
		origins = map[int]int{}
		t.origins[i.ID()] = origins
	}
	for _, n := range fresh {
		origins[n] = i.Rule
	}
	return nil
}

// table is that of the input, made when it is first asked for.
func (t *translation) table() *precedence.Table {
	if t.inOrder == nil {
		t.inOrder = t.order(t.world)
	}
	return t.inOrder
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
