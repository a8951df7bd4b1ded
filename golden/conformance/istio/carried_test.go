package istio

import (
	"fmt"
	"slices"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"retryctl.dev/golden/conformance/envoy"
)

// carried compares what else happens to a request, which is for a match, with what
// happened before.
func (j *judgement) carried(d parent, port int, r *routev3.Route, q envoy.Request, at spot) {
	if r == nil {
		return
	}
	was, _ := j.original.proxy(d.entry).find(d.entry, port, q)
	if d.kind == "classic" && was == nil {
		was, _ = j.original.proxy(standIn(d.entry)).find(standIn(d.entry), port, q)
	}
	if at.match.At("path", "type").Text() == "RegularExpression" && !made(was, at) {
		return // Istio's own Gateways leave regular expressions out beside a rule for everything
	}
	if was == nil {
		j.errorf("%s %s%s by %v was answered 404 before", q.Method, q.Host, q.Path, d.entry)
		return
	}
	key := ""
	for _, e := range j.effects {
		key = or(key, e.IdempotencyKey.Value)
	}
	j.count.carried++
	if before, now := outcome(was, q, key), outcome(r, q, key); before != now {
		j.errorf("%s %s%s %v %v by %v, route %q: something else happens to it now\n  before: %s\n  now:    %s", q.Method, q.Host, q.Path, q.Headers, q.Query,
			d.entry, r.GetName(), strings.ReplaceAll(before, "\n", "; "), strings.ReplaceAll(now, "\n", "; "))
	}
}

// stray finds a request to a host of the route that no rule is for and that reaches
// an Envoy route which it did not reach before.
func (j *judgement) stray(d parent, port int, r *routev3.Route, q envoy.Request) {
	switch j.intent.ID().Kind {
	case "HTTPRoute", "GRPCRoute":
		for _, o := range j.routes(d) {
			if hostRank(o, q.Host) > hostRank(j.intent.Object, q.Host) {
				return // the host is another route's, which may have no policy
			}
		}
		for _, entry := range []entry{d.entry, standIn(d.entry)} {
			if was, _ := j.original.proxy(entry).find(entry, port, q); was != nil {
				return
			}
		}
		j.errorf("%s %s%s by %v is for no rule, and reaches the Envoy route %q now", q.Method, q.Host, q.Path, d.entry, r.GetName())
	}
}

// made reports whether istiod made a route of a match's rule, by its name.
func made(r *routev3.Route, at spot) bool {
	name := at.route.At("spec", "rules").Index(at.rule).At("name").Text()
	place := func(prefix string) string {
		return fmt.Sprintf("%s.%s%s.%d", at.route.ID().Namespace, prefix, at.route.ID().Name, at.rule)
	}
	return slices.Contains([]string{or(name, place("")), or(name, place("stand-in-"))}, r.GetName())
}
