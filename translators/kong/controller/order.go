package controller

import (
	"slices"
	"strings"

	"retryctl.dev/schema/behavior"
	"retryctl.dev/schema/manifest"
	"retryctl.dev/schema/resolve"
	"retryctl.dev/schema/route"
	"retryctl.dev/translators/gateway"
	"retryctl.dev/translators/kong/api"
	"retryctl.dev/translators/precedence"
)

// Order gives the lines of a world as Kong tries them. What its controller leaves out
// is among them: these requests belong to the rule all the same.
func Order(world *manifest.Set, s gateway.Settings) *precedence.Table {
	r := NewRouter(world, s)
	var list []precedence.Match
	for _, l := range r.all {
		if !r.doubled(l) {
			list = append(list, r.ofEach(r.match(l))...)
		}
	}
	return precedence.New(list)
}

// kindRank orders the kinds by the router of expressions: what is an Ingress's comes
// first, then an HTTPRoute's, then a GRPCRoute's (subtranslator/atc_utils.go).
func kindRank(l *line) int {
	return slices.Index([]string{"GRPCRoute", "HTTPRoute", "Ingress"}, l.ID.Kind)
}

// doubled reports whether a line that comes first by the Gateway API is for the same
// requests and in the same route of Kong: which of the two it is makes no difference.
func (r *Router) doubled(l *line) bool {
	for _, o := range r.hosts[l.host] {
		if o != l && o.route == l.route && o.path.same(l.path) && o.before(*l) < 0 {
			return true
		}
	}
	return false
}

// ofEach gives the match once for each Gateway that its requests come by. The ingress
// controller has one order for those of all Gateways of its class; the operator gives
// each a Kong of its own.
func (r *Router) ofEach(m precedence.Match) []precedence.Match {
	if m.Rule < 0 {
		return []precedence.Match{m}
	}
	var list []precedence.Match
	parents, _ := resolve.ParentRefs(r.world.Get(m.ID))
	there := map[manifest.ID]bool{}
	for _, id := range parents {
		if there[id] {
			continue
		}
		there[id] = true
		m.Gateway, m.Class = id, ""
		if parent := r.world.Get(id); parent != nil {
			m.Class = parent.At("spec", "gatewayClassName").Text()
		}
		if ofOperator(r.world, m.Class) {
			m.Class = ""
		}
		list = append(list, m)
	}
	if len(list) == 0 {
		list = []precedence.Match{m}
	}
	return list
}

// ofOperator reports whether a GatewayClass is the operator's.
func ofOperator(world *manifest.Set, name string) bool {
	class := world.Get(manifest.ID{Group: route.Group, Kind: "GatewayClass", Namespace: manifest.DefaultNamespace, Name: name})
	return class != nil && class.At("spec", "controllerName").Text() == api.Operator
}

// ByOperator reports whether requests to an object come by a Gateway of the operator.
func ByOperator(world *manifest.Set, o *manifest.Object) bool {
	parents, _ := resolve.ParentRefs(o)
	return slices.ContainsFunc(parents, func(id manifest.ID) bool {
		parent := world.Get(id)
		return parent != nil && ofOperator(world, parent.At("spec", "gatewayClassName").Text())
	})
}

// match is a line as a match of one order for all of Kong.
func (r *Router) match(l *line) precedence.Match {
	m := precedence.Match{RuleID: resolve.RuleID{ID: l.ID, Rule: l.Rule}, Host: l.host, Methods: l.methods, Age: l.order.created}
	if m.Methods == 0 {
		m.Methods = behavior.AllMethods
	}
	if m.Age != "" {
		m.Age += " " + l.ID.Namespace + "/" + l.ID.Name
	}
	m.Under = l.path.under()
	o := l.order
	standard := []int{o.host, yes(o.kind == 2), o.length, o.method, o.headers, o.queries}
	m.Rank = []int{l.rank.kinds, yes(l.rank.plain), l.rank.headers, yes(l.rank.regex), l.rank.priority, l.rank.length}
	if r.expressions {
		m.Rank = append([]int{kindRank(l)}, standard...)
	}
	if o.kind > 0 {
		m.Standard = standard
	}
	m.Holds = func(q precedence.Request) precedence.Answer {
		if l.takes(Request{strings.ToLower(q.Host), q.Path, m.Methods, conditionsOf(q)}) {
			return precedence.Yes
		}
		return precedence.No
	}
	example := precedence.Request{Host: strings.Replace(l.host, "*", precedence.Fresh, 1), Path: l.path.sample(), Headers: map[string]string{}, Queries: map[string]string{}}
	for name, value := range l.with(nil) {
		if query, ok := strings.CutPrefix(name, queryMark); ok {
			example.Queries[query] = value
		} else {
			example.Headers[name] = value
		}
	}
	if example = example.Least(); m.Holds(example) == precedence.Yes {
		m.Example = &example
	}
	return m
}

// conditionsOf puts headers and query parameters together, as lines have them.
func conditionsOf(q precedence.Request) map[string]string {
	if len(q.Headers)+len(q.Queries) == 0 {
		return nil
	}
	all := map[string]string{}
	for name, value := range q.Headers {
		all[strings.ToLower(name)] = strings.ToLower(value)
	}
	for name, value := range q.Queries {
		all[queryMark+name] = value
	}
	return all
}

func yes(is bool) int {
	if is {
		return 1
	}
	return 0
}

// same reports whether two patterns are for the same paths.
func (p pattern) same(o pattern) bool {
	return p.exact == o.exact && p.text == o.text && (p.expr == nil) == (o.expr == nil)
}

// under gives a path at or below which are all that the pattern takes.
func (p pattern) under() string {
	if p.expr != nil {
		return ""
	}
	if p.exact {
		return strings.TrimRight(p.text, "/")
	}
	return strings.TrimRight(p.text[:strings.LastIndexByte(p.text, '/')+1], "/")
}
