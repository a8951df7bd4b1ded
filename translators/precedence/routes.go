package precedence

import (
	"fmt"
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
)

// A Routing is what a gateway makes of the matches of HTTPRoutes and GRPCRoutes.
type Routing struct {
	// Entry names where the requests of a listener come in, in the gateway's terms.
	// The listener does not exist where its Gateway is not in the input.
	Entry func(listener resolve.Listener, spec manifest.Value) string
	// Rank is Match.Rank for one entry of a rule's matches.
	Rank func(Entry) []int
}

// An Entry is one entry of the matches of a rule.
type Entry struct {
	Rule  route.Rule
	Rules int // of the route
	Match route.Match
	// Written is the entry in the object; it does not exist where a rule has none.
	Written manifest.Value
	// Hosts are the hostnames for which the route gets requests of the listener; "*"
	// is any.
	Hosts []string
}

// Standard orders matches as the Gateway API has it, for gateways that do as it says.
func Standard() Routing {
	return Routing{
		Entry: func(at resolve.Listener, _ manifest.Value) string { return at.String() },
		Rank: func(e Entry) []int {
			return standardOf(e.Match, "", strings.Join(e.Hosts[:min(1, len(e.Hosts))], ""))
		},
	}
}

// Routes gives the matches of all HTTPRoutes and GRPCRoutes of a world.
func (g Routing) Routes(world *manifest.Set) []Match {
	var list []Match
	for _, kind := range []string{"HTTPRoute", "GRPCRoute"} {
		for _, o := range world.Kind(route.Group, kind) {
			list = append(list, g.Of(o, world)...)
		}
	}
	return list
}

// Of gives the matches of one route.
func (g Routing) Of(o *manifest.Object, world *manifest.Set) []Match {
	rules := route.Rules(o)
	listeners := resolve.Listeners(o, world)
	if len(listeners) == 0 {
		listeners = []resolve.Listener{{Parent: o.ID()}} // it shares requests with nothing that is known
	}
	age := ""
	if created := o.At("metadata", "creationTimestamp").Text(); created != "" {
		age = created + " " + o.ID().Namespace + "/" + o.ID().Name
	}
	var list []Match
	for _, listener := range listeners {
		spec := resolve.ListenerSpec(listener, world)
		hosts := route.Hosts(spec.At("hostname").Text(), o)
		entry := g.Entry(listener, spec)
		class := ""
		if parent := world.Get(listener.Parent); parent != nil {
			class = parent.At("spec", "gatewayClassName").Text()
		}
		for _, rule := range rules {
			for n, m := range rule.Distinct() {
				rank := g.Rank(Entry{rule, len(rules), m, rule.Value.At("matches").Index(n), hosts})
				conditions := conditionsOf(m)
				for _, host := range hosts {
					one := matchOf(m, host, conditions)
					one.RuleID, one.Entry, one.Rank, one.Gateway, one.Age = resolve.RuleID{ID: o.ID(), Rule: rule.Index}, entry, rank, listener.Parent, age
					one.Class = class
					one.Standard = standardOf(m, spec.At("hostname").Text(), host)
					list = append(list, one)
				}
			}
		}
	}
	return list
}

// standardOf is Match.Standard: the listener's hostname, the route's, then an exact
// path, the length of a prefix, a method, headers and query parameters; of a
// GRPCRoute the lengths of the service and of the method, and headers.
func standardOf(m route.Match, listener, host string) []int {
	list := []int{specificity(listener), specificity(host)}
	switch kind := m.Path.Kind; kind {
	case route.Exact, route.Prefix:
		return append(list, is(kind == route.Exact), len(m.Path.Value), is(m.Method != ""), m.Headers, m.Queries)
	case route.GRPCExact:
		service, method, _ := m.Path.GRPC()
		return append(list, len(service), len(method), m.Headers)
	}
	return nil // a regular expression, which is for the implementation to order
}

func is(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// specificity is larger for a hostname that comes first: an exact one, then the
// longer wildcard.
func specificity(host string) int {
	switch {
	case host == "" || host == "*":
		return 0
	case strings.HasPrefix(host, "*"):
		return len(host)
	}
	return 1000 + len(host) // names have 253 characters at most
}

// matchOf gives the match of an entry for a hostname.
func matchOf(m route.Match, host string, conditions []condition) Match {
	out := Match{Host: host, Methods: behavior.AllMethods}
	if m.Method != "" {
		out.Methods = behavior.ParseMethod(m.Method)
	}
	if host == "*" {
		out.Host = ""
	}
	at := pathOf(m.Path)
	out.Under = at.under
	out.Holds = func(r Request) Answer {
		answer := at.holds(r.Path)
		if host != "*" && !route.Covers(host, r.Host) {
			return No
		}
		for _, c := range conditions {
			answer = min(answer, c.holds(r))
		}
		return answer
	}
	example := Request{Host: strings.Replace(host, "*", Fresh, 1), Path: at.example, Headers: map[string]string{}, Queries: map[string]string{}}
	for _, c := range conditions {
		c.put(example)
	}
	if out.Holds(example) != No {
		out.Example = &example
	}
	return out
}

// String gives the request for people: "/a/b", with its hostname where one is asked
// for, and its headers and query.
func (r Request) String() string {
	text := strings.TrimSuffix(r.Path, "/"+Fresh)
	if text == "" {
		text = "/"
	}
	if r.Host != Fresh {
		text = strings.Replace(r.Host, Fresh, "*", 1) + text
	}
	var with []string
	for _, name := range sorted(r.Headers) {
		with = append(with, fmt.Sprintf("%s: %s", name, r.Headers[name]))
	}
	for _, name := range sorted(r.Queries) {
		with = append(with, fmt.Sprintf("?%s=%s", name, r.Queries[name]))
	}
	if len(with) > 0 {
		text += " with " + strings.Join(with, ", ")
	}
	return text
}

func sorted(values map[string]string) []string {
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
